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
from xaesthetic.files import whole, write_text
from xaesthetic.types import Map, Pixels

COLORS = "viridis"
"""Perceptually uniform, readable by colour-blind people and in grey."""
FINEST = 20
"""Cells a side; finer maps are averaged for display."""
_OPACITY = 0.55  # of the colours over the grey photograph: both stay readable
_THUMBNAIL = 240  # pixels of the longer side: 300 dpi and more in a page of ten columns
ONE_COLUMN, TWO_COLUMNS = 3.35, 7.0
"""Inches: the widths of a figure in a two-column paper."""
_CELL, _GAP, _LEFT, _RIGHT, _TOP, _NAME_LINE = 1.2, 0.12, 0.95, 0.52, 0.5, 0.085  # inches
_NAME_SIZE, _NAME_LINES = 4.8, 4  # points, and lines below a picture
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
    bar: str = ""
    """What the shared colour bar shows; empty for none."""
    ends: tuple[str, str] = ("", "")
    """What its lower and upper end mean."""


def thumbnail(pixels: Pixels) -> Pixels:
    """The photograph, small enough for a figure."""
    height, width = pixels.shape[:2]
    factor = min(1.0, _THUMBNAIL / max(height, width))
    return images.resize(pixels, (max(1, round(height * factor)), max(1, round(width * factor))))


def padded(pixels: Pixels) -> Pixels:
    """The photograph in the middle of a white square: its aspect is kept."""
    height, width = pixels.shape[:2]
    side = max(height, width)
    square = np.full((side, side, 3), 255, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square


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
    """A row of photographs and rows of maps under them, with headings and one colour bar, as wide as a page at most."""
    columns = len(rows[0].panels)
    around = _LEFT + _GAP * (len(page.groups) - 1) + (_RIGHT if page.bar else 0.05)
    cell = min(_CELL, (TWO_COLUMNS - around) / columns)
    width = max(ONE_COLUMN, around + columns * cell)
    names = [_folded(panel.below, cell) for panel in rows[0].panels]
    labels = max(_NAME_LINE * (1 + name.count("\n")) + 0.05 if name else 0.0 for name in names)
    tall = cell * min(1.25, max(panel.pixels.shape[0] / panel.pixels.shape[1] for panel in rows[0].panels))
    height = _TOP + len(rows) * tall + labels + 0.08
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), dpi=200)
        FigureCanvasAgg(figure)
        starts = _starts(page, cell)
        _headings(figure, page, starts, cell)
        for index, row in enumerate(rows):
            bottom = height - _TOP - (index + 1) * tall - (labels if index else 0)
            _label(figure, row.label, bottom + tall / 2)
            for start, panel, name in zip(starts, row.panels, names, strict=True):
                box = (start / width, bottom / height, 0.95 * cell / width, 0.95 * tall / height)
                _draw(figure.add_axes(box), panel, "" if index else name)
        if page.bar:
            _color_bar(figure, page, (starts[-1] + cell + 0.03, 0.08), max(1, len(rows) - 1) * tall)
    return figure


def _folded(name: str, room: float) -> str:
    """A name in lines that fit below a picture; at most `_NAME_LINES`, the last cut where there are more."""
    most = max(6, int(room / (_LETTER * _NAME_SIZE)))
    lines = [part for line in name.split("\n") for part in textwrap.wrap(line, most)]
    return "\n".join(lines if len(lines) <= _NAME_LINES else [*lines[: _NAME_LINES - 1], lines[_NAME_LINES - 1][:-1] + "…"])


def _starts(page: Page, cell: float) -> list[float]:
    starts: list[float] = []
    for group, (_, count) in enumerate(page.groups):
        starts += [_LEFT + group * _GAP + (len(starts) + column) * cell for column in range(count)]
    return starts


def _headings(figure: Figure, page: Page, starts: list[float], cell: float) -> None:
    width, height = figure.get_size_inches()
    figure.text(_LEFT / width, (height - 0.06) / height, page.title, va="top", fontsize=9, fontweight="bold")
    column = 0
    for title, count in page.groups:
        left, right = starts[column], starts[column + count - 1] + 0.95 * cell
        y = (height - _TOP + 0.05) / height
        size = min(7.0, (right - left + _GAP) / (_LETTER * max(1, len(title))))
        figure.text(left / width, y + 0.02 / height, title, va="bottom", fontsize=size)
        figure.add_artist(mpl.lines.Line2D([left / width, right / width], [y, y], color="black", linewidth=0.6))
        column += count


def _label(figure: Figure, text: str, middle: float) -> None:
    """A row's name at its left, in lines that fit there."""
    width, height = figure.get_size_inches()
    size = max(4.0, _fitting(text, _LEFT - 0.12, 6.5))
    most = int((_LEFT - 0.12) / (_LETTER * size))
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, most)]
    figure.text((_LEFT - 0.06) / width, middle / height, "\n".join(lines), ha="right", va="center", fontsize=size)


def _fitting(text: str, room: float, most: float = 7.0) -> float:
    """The size in points at which the longest line fits into so many inches."""
    return min(most, room / (_LETTER * max(map(len, text.split("\n")))))


def _draw(axes: Axes, panel: Panel, name: str) -> None:
    axes.imshow(panel.pixels, interpolation="none")
    if panel.top is not None and np.isfinite(panel.top).all():
        level = float(np.quantile(panel.top, 0.8))
        if panel.top.min() < level < panel.top.max():
            axes.contour(panel.top, levels=[level], colors="white", linewidths=0.6)
    axes.set_anchor("S")
    axes.set_axis_off()
    if panel.corner:
        box = {"facecolor": "black", "alpha": 0.65, "pad": 1.0, "linewidth": 0}
        place: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "bottom"}
        axes.text(0.98, 0.025, panel.corner, fontsize=6, color="white", bbox=box, **place)
    if name:
        below: dict[str, Any] = {"transform": axes.transAxes, "ha": "center", "va": "top"}
        axes.text(0.5, -0.04, name, fontsize=_NAME_SIZE, linespacing=1.1, **below)


def _color_bar(figure: Figure, page: Page, at: tuple[float, float], height: float) -> None:
    width, tall = figure.get_size_inches()
    axes = figure.add_axes((at[0] / width, at[1] / tall, 0.08 / width, 0.96 * height / tall))
    bar = figure.colorbar(ScalarMappable(cmap=COLORS), cax=axes, ticks=[0, 1])
    bar.set_ticklabels(list(page.ends), fontsize=5.5)
    bar.ax.tick_params(length=1.5, pad=1)
    bar.outline.set_linewidth(0.4)
    bar.set_label(page.bar, labelpad=-6, fontsize=_fitting(page.bar, height, 5.5), linespacing=1.2)


def save(figure: Figure, stem: Path, caption: str) -> list[Path]:
    """Write a figure as PNG at 300 dpi and as PDF with selectable text, and its caption; equal figures give equal bytes.

    Parameters
    ----------
    figure
        What to write.
    stem
        The path without a suffix.
    caption
        What a reader must know, to be pasted below the figure.

    Returns
    -------
    The three files: .png, .pdf, .txt.
    """
    written = []
    for suffix, metadata in ((".png", {"Software": None}), (".pdf", {"CreationDate": None})):
        path = stem.with_name(stem.name + suffix)
        with whole(path) as temporary, mpl.rc_context(_STYLE):
            figure.savefig(temporary, format=suffix[1:], dpi=300, metadata=metadata)
        written.append(path)
    text = stem.with_name(stem.name + ".txt")
    write_text(text, caption + "\n")
    return [*written, text]
