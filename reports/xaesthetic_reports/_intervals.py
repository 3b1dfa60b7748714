"""Rows of values with their intervals, and bands behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from xaesthetic.figures import TWO_COLUMNS

_MARKS = "osD^vPX*"
_NAMES, _PANEL = 1.8, 1.75  # inches
_STEP = 0.45  # rows between the names of bands, which may lie close together
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Okabe & Ito's, which colour-blind people tell apart; every model has a mark of its own besides."""
_STYLE: dict[Any, Any] = {"font.family": "DejaVu Sans", "font.size": 7, "pdf.fonttype": 42}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a panel."""

    label: str
    group: str
    """Rows of one group share mark and colour."""
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Band:
    """What stands behind all rows: a floor or a ceiling."""

    label: str
    value: float
    low: float
    high: float
    gray: str


@dataclass(frozen=True, slots=True)
class IntervalPanel:
    """One chart."""

    title: str
    lines: tuple[Line, ...]
    bands: tuple[Band, ...]


def interval_figure(panels: Sequence[IntervalPanel], title: str) -> Figure:
    """Panels side by side, the same rows in each, as wide as a page at most."""
    rows = max(len(panel.lines) for panel in panels)
    each = min(_PANEL, (TWO_COLUMNS - _NAMES) / len(panels))
    width, body = _NAMES + each * len(panels), 0.5 + 0.17 * rows
    height = body + 0.75
    longest = max(len(line.label) for panel in panels for line in panel.lines)
    size = min(6.0, (_NAMES - 0.2) / (longest * 0.6 / 72))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        groups = list(dict.fromkeys(line.group for panel in panels for line in panel.lines))
        for number, panel in enumerate(panels):
            left = (_NAMES - 0.05 + each * number) / width
            axes = figure.add_axes((left, 0.3 / height, (each - 0.15) / width, body / height))
            _draw(axes, panel, groups, size if number == 0 else 0.0)
        figure.text(0.08 / width, 1 - 0.2 / height, title, fontsize=8, fontweight="bold")
    return figure


def _draw(axes: mpl.axes.Axes, panel: IntervalPanel, groups: list[str], size: float) -> None:
    top = -0.7 - _STEP * len(panel.bands)
    for number, band in enumerate(panel.bands):
        axes.axvspan(band.low, band.high, color=band.gray, alpha=0.5, linewidth=0)
        axes.axvline(band.value, color="black", linewidth=0.6, linestyle=":")
        axes.text(band.value, top + _STEP * (number + 0.9), band.label, fontsize=5, ha="center", va="bottom", clip_on=False)
    for row, line in enumerate(panel.lines):
        number = groups.index(line.group)
        color, mark = _COLORS[number % len(_COLORS)], _MARKS[number % len(_MARKS)]
        axes.plot([line.low, line.high], [row, row], color=color, linewidth=1.2)
        axes.plot([line.value], [row], mark, color=color, markersize=4, markeredgecolor="white", markeredgewidth=0.4)
    axes.set_ylim(len(panel.lines) - 0.4, top)
    axes.set_yticks(range(len(panel.lines)), [line.label for line in panel.lines] if size else [])
    axes.tick_params(length=2, labelsize=5.5)
    axes.tick_params(axis="y", labelsize=size or 5.5)
    axes.set_title(panel.title, fontsize=7, pad=4)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", linewidth=0.3, color="0.85")
    axes.set_axisbelow(True)
