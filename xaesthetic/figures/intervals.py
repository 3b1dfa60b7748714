"""Rows of values with their intervals, and bands behind them."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from xaesthetic.figures.names import LETTER, divided_name, titled
from xaesthetic.figures.style import OKABE_ITO, STYLE, WIDTHS, ink, paper

_MARKS = "osD^vPX*"
_NAMES, _LEAST, _PANEL = 1.8, 1.3, 1.75  # inches
_SIZE, _NAME, _SMALL = 5.5, 6.0, 4.8  # points of letters at the axes; of rows' names, and of those that are folded
CORRELATION = (-1.05, 1.05)
"""The limits of a panel of correlations, with room for the marks at the ends."""
_STEP = 0.45  # rows between the names of bands, which may lie close together
_COLORS = OKABE_ITO[:6]
"""Every model has a mark of its own besides."""


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


CHANCE = Band("chance", 0.5, 0.5, 0.5, "0.8")
"""Behind shares and areas under curves: what a coin does."""
SHARE = "share of photographs, 95 % interval"
"""What a panel of shares says at its axis."""


@dataclass(frozen=True, slots=True)
class IntervalPanel:
    """One chart."""

    title: str
    lines: tuple[Line, ...]
    bands: tuple[Band, ...]
    limits: tuple[float, float] | None = None
    """Of the values; as they fall where not given."""
    axis: str = ""
    """What the values are, and which interval theirs is."""


def interval_figure(panels: Sequence[IntervalPanel], title: str, columns: int = 2) -> Figure:
    """Panels side by side, as many as there is room for in so many columns of a paper; the same rows in each."""
    across = min(len(panels), int((WIDTHS[columns] - _NAMES) / _LEAST))
    across = -(-len(panels) // -(-len(panels) // across))  # rows about as long as each other
    item = min(_PANEL, (WIDTHS[columns] - _NAMES) / across)
    names, size = _row_names(line.label for panel in panels for line in panel.lines)
    row = max(0.17, 0.04 + 0.078 * max(name.count("\n") + 1 for name in names.values()))
    width, body = _NAMES + item * across, 0.5 + row * max(len(panel.lines) for panel in panels)
    titles = [textwrap.fill(panel.axis, int((item - 0.05) / (LETTER * _SIZE))) for panel in panels]
    below = 0.37 + 0.09 * max(text.count("\n") for text in titles)  # a line of an axis title takes so much more
    pitch = body + 0.25 + below
    title, large = titled(title, width - 0.16, 8.0, 6.5)
    head = 0.25 + 0.11 * title.count("\n")
    height = head + pitch * -(-len(panels) // across)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        groups = list(dict.fromkeys(line.group for panel in panels for line in panel.lines))
        for number, panel in enumerate(panels):
            left = (_NAMES - 0.05 + item * (number % across)) / width
            bottom = (height - head - pitch * (number // across + 1) + below) / height
            axes = figure.add_axes((left, bottom, (item - 0.15) / width, body / height))
            _draw(axes, panel, groups, {} if number % across else names, size)
            axes.set_xlabel(titles[number], fontsize=_SIZE, labelpad=2)
        place = 0.08 / width, 1 - 0.06 / height
        figure.text(*place, title, va="top", fontsize=large, fontweight="bold", linespacing=1.1)
    return figure


def _row_names(labels: Iterable[str]) -> tuple[dict[str, str], float]:
    """Names as they stand at the left, and the size of their letters: long ones are folded before they are too small."""
    names, room = {label: label for label in labels}, _NAMES - 0.2
    size = min(_NAME, room / (LETTER * max(map(len, names))))
    if size >= _SMALL:
        return names, size
    return {name: "\n".join(divided_name(name, int(room / (LETTER * _SMALL)))) for name in names}, _SMALL


def _draw(axes: mpl.axes.Axes, panel: IntervalPanel, groups: list[str], names: Mapping[str, str], size: float) -> None:
    top, bottom = -0.7 - _STEP * len(panel.bands), len(panel.lines) - 0.4
    for band in panel.bands:
        axes.axvspan(band.low, band.high, color=band.gray, alpha=0.5, linewidth=0)
    for row, line in enumerate(panel.lines):
        number = groups.index(line.group)
        color, mark = _COLORS[number % len(_COLORS)], _MARKS[number % len(_MARKS)]
        axes.plot([line.low, line.high], [row, row], color=color, linewidth=1.2)
        axes.plot([line.value], [row], mark, color=color, markersize=4, markeredgecolor=paper(), markeredgewidth=0.4)
    axes.set_ylim(bottom, top)
    axes.set_yticks(range(len(panel.lines)), [names[line.label] for line in panel.lines] if names else [])
    axes.tick_params(length=2, labelsize=_SIZE)
    axes.tick_params(axis="y", labelsize=size)
    axes.set_title(panel.title, fontsize=7, pad=4)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    if panel.limits:
        axes.set_xlim(*panel.limits)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", linewidth=0.3, color=mpl.rcParams["grid.color"])
    axes.set_axisbelow(True)
    for number, band in enumerate(panel.bands):
        _name(axes, band, top + _STEP * (number + 0.9), bottom)


def _name(axes: mpl.axes.Axes, band: Band, y: float, bottom: float) -> None:
    """A band's middle as a dotted line with its name at the upper end, inside the panel."""
    axes.vlines(band.value, y, bottom, color=ink(), linewidth=0.6, linestyle=":", zorder=1)
    low, high = axes.get_xlim()
    place = (band.value - low) / (high - low)
    aligned = "left" if place < 0.2 else "right" if place > 0.8 else "center"
    axes.text(
        band.value, y, band.label, fontsize=5, ha=aligned, va="bottom",
        bbox={"facecolor": paper(), "pad": 0.4, "linewidth": 0, "alpha": 0.8},
    )  # fmt: skip
