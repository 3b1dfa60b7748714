"""Grids of photographs and maps, drawn with matplotlib and without pyplot's global state."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from jaxtyping import Float32
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from xaesthetic import images
from xaesthetic.files import whole
from xaesthetic.types import Map, Pixels

COLORS = "viridis"
"""Perceptually uniform, readable by colour-blind people and in grey."""
FINEST = 20
"""Cells a side; finer maps are averaged for display."""
_OPACITY = 0.55  # of the colours over the grey photograph: both stay readable
_THUMBNAIL = 320  # pixels of the longer side: 200 dpi on the page with some to spare
_CELL, _GAP, _LEFT, _RIGHT, _TOP, _LINE, _NAMES = 1.2, 0.22, 0.62, 1.0, 0.62, 0.135, 0.34  # inches
_LETTER = 0.6 / 72  # inches a point of size: about the width of a letter
_STYLE: dict[Any, Any] = {"font.family": "DejaVu Sans", "font.size": 7, "pdf.fonttype": 42, "svg.fonttype": "none"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture of a grid."""

    pixels: Pixels
    corner: str = ""
    """Printed into the lower right corner, for example a score."""
    below: str = ""
    """Printed below, for example the photograph's name."""
    top: Map | None = None
    """A map of 0 to 1 on the same pixels; a line is drawn around its top fifth, which survives any copier."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid."""

    label: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What stands around a grid."""

    title: str
    groups: tuple[tuple[str, int], ...]
    """Headings over neighbouring columns and how many each spans."""
    caption: str
    bar: str
    """What the shared colour bar shows."""
    ends: tuple[str, str]
    """What its lower and upper end mean."""


def thumbnail(pixels: Pixels) -> Pixels:
    """The photograph, small enough for a figure."""
    height, width = pixels.shape[:2]
    factor = min(1.0, _THUMBNAIL / max(height, width))
    return images.resize(pixels, (max(1, round(height * factor)), max(1, round(width * factor))))


def normalise(grid: Float32[np.ndarray, "i j"], limits: tuple[float, float] | None = None) -> Float32[np.ndarray, "i j"]:
    """A map carried to 0 to 1 for display.

    Parameters
    ----------
    grid
        Signed, un-normalised.
    limits
        What becomes 0 and 1; the map's own lowest and highest value where not given.

    Returns
    -------
    Clipped to 0 to 1; nan everywhere where the limits are equal, as there is nothing to show.
    """
    low, high = limits if limits else (float(grid.min()), float(grid.max()))
    if not high > low:
        return np.full_like(grid, np.nan)
    return np.asarray(np.clip((grid - low) / (high - low), 0, 1), dtype=np.float32)


def coarse(grid: Float32[np.ndarray, "_i _j"]) -> Float32[np.ndarray, "_o _p"]:
    """A map on a grid finer than `FINEST` cells a side as means: single pixels say nothing at a figure's size."""
    rows, columns = (images.area_weights(cells, min(cells, FINEST)) for cells in grid.shape)
    return np.asarray(rows @ grid @ columns.T, dtype=np.float32)


def overlay(pixels: Pixels, shown: Map) -> Pixels:
    """A map's colours over the photograph in grey.

    Parameters
    ----------
    pixels
        The photograph.
    shown
        0 to 1 on the same pixels; nan leaves the photograph grey.
    """
    grey = np.repeat(images.to_float(pixels).mean(-1, keepdims=True), 3, axis=-1)
    known = np.isfinite(shown)[..., None]
    colors = mpl.colormaps[COLORS](np.nan_to_num(shown))[..., :3]
    mixed = np.where(known, (1 - _OPACITY) * grey + _OPACITY * colors, grey)
    return images.to_bytes(mixed.astype(np.float32))


def photo_grid(rows: Sequence[Row], page: Page) -> Figure:
    """A row of photographs and rows of maps under them, with headings, one colour bar and a caption."""
    columns = len(rows[0].panels)
    width = max(5.2, _LEFT + columns * _CELL + _GAP * (len(page.groups) - 1) + _RIGHT)
    lines = [
        line
        for part in page.caption.split("\n")
        for line in textwrap.wrap(part, int((width - 0.2) / (_LETTER * 6.2)), break_on_hyphens=False)
    ]
    labels = _NAMES if any(panel.below for panel in rows[0].panels) else 0
    tall = _CELL * min(1.25, max(panel.pixels.shape[0] / panel.pixels.shape[1] for panel in rows[0].panels))
    height = _TOP + len(rows) * tall + labels + 0.15 + len(lines) * _LINE + 0.1
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), dpi=200)
        FigureCanvasAgg(figure)
        _headings(figure, page, width, height)
        starts = _starts(page)
        for index, row in enumerate(rows):
            bottom = height - _TOP - (index + 1) * tall - (labels if index else 0)
            _label(figure, row.label, (_LEFT / 2, bottom + tall / 2), tall)
            for start, panel in zip(starts, row.panels, strict=True):
                box = (start / width, bottom / height, 0.95 * _CELL / width, 0.95 * tall / height)
                _draw(figure.add_axes(box), panel)
        below = 0.1 + len(lines) * _LINE + 0.15
        _color_bar(figure, page, (starts[-1] + _CELL + 0.05, below), (width, height), max(1, len(rows) - 1) * tall)
        figure.text(0.1 / width, 0.1 / height, "\n".join(lines), va="bottom", fontsize=6.5, linespacing=1.4, color="#333333")
    return figure


def _starts(page: Page) -> list[float]:
    starts: list[float] = []
    for group, (_, count) in enumerate(page.groups):
        starts += [_LEFT + group * _GAP + (len(starts) + column) * _CELL for column in range(count)]
    return starts


def _headings(figure: Figure, page: Page, width: float, height: float) -> None:
    figure.text(_LEFT / width, (height - 0.1) / height, page.title, va="top", fontsize=11, fontweight="bold")
    starts, column = _starts(page), 0
    for title, count in page.groups:
        left, right = starts[column], starts[column + count - 1] + 0.95 * _CELL
        y = (height - _TOP + 0.07) / height
        figure.text(left / width, y + 0.03 / height, title, va="bottom", fontsize=8)
        figure.add_artist(mpl.lines.Line2D([left / width, right / width], [y, y], color="black", linewidth=0.6))
        column += count


def _label(figure: Figure, text: str, at: tuple[float, float], room: float) -> None:
    width, height = figure.get_size_inches()
    where = (at[0] / width, at[1] / height)
    figure.text(*where, text, rotation=90, ha="center", va="center", fontsize=_fitting(text, room), linespacing=1.3)


def _fitting(text: str, room: float) -> float:
    """The size in points at which the longest line fits into so many inches."""
    return min(7.0, room / (_LETTER * max(map(len, text.split("\n")))))


def _draw(axes: Axes, panel: Panel) -> None:
    axes.imshow(panel.pixels, interpolation="none")
    if panel.top is not None and np.isfinite(panel.top).all():
        level = float(np.quantile(panel.top, 0.8))
        if panel.top.min() < level < panel.top.max():
            axes.contour(panel.top, levels=[level], colors="white", linewidths=0.7)
    axes.set_anchor("S")
    axes.set_axis_off()
    if panel.corner:
        box = {"facecolor": "black", "alpha": 0.65, "pad": 1.2, "linewidth": 0}
        axes.text(0.985, 0.02, panel.corner, transform=axes.transAxes, ha="right", va="bottom", color="white", bbox=box)
    if panel.below:
        axes.text(0.5, -0.03, panel.below, transform=axes.transAxes, ha="center", va="top", fontsize=5.8, linespacing=1.2)


def _color_bar(figure: Figure, page: Page, at: tuple[float, float], size: tuple[float, float], height: float) -> None:
    axes = figure.add_axes((at[0] / size[0], at[1] / size[1], 0.1 / size[0], 0.96 * height / size[1]))
    bar = figure.colorbar(ScalarMappable(cmap=COLORS), cax=axes, ticks=[0, 1])
    bar.set_ticklabels(list(page.ends))
    bar.outline.set_linewidth(0.4)
    bar.set_label(page.bar, labelpad=2, fontsize=_fitting(page.bar, height))


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as PNG at 200 dpi and as PDF with selectable text; equal figures give equal bytes.

    Parameters
    ----------
    figure
        What to write.
    stem
        The path without a suffix.

    Returns
    -------
    The two files.
    """
    written = []
    for suffix, metadata in ((".png", {"Software": None}), (".pdf", {"CreationDate": None})):
        path = stem.with_name(stem.name + suffix)
        with whole(path) as temporary, mpl.rc_context(_STYLE):
            figure.savefig(temporary, format=suffix[1:], dpi=200, metadata=metadata)
        written.append(path)
    return written
