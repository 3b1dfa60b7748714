"""Grids of photographs with maps below them, as wide as one or both columns of a paper."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from xaesthetic.core.types import Map, Pixels
from xaesthetic.figures.letters import drawable
from xaesthetic.figures.style import COLORS, STYLE, WIDTHS

_CELL, _GAP, _SIDE, _ABOVE, _TITLE, _HEADING, _NAME_LINE, _BAR = 1.2, 0.12, 0.95, 0.12, 0.2, 0.24, 0.085, 0.52  # inches
_SMALLEST = 0.45  # inches: of a picture in one column, before groups are put below each other
_NAME_SIZE, _NAME_LINES = 4.8, 4  # points, and lines below a picture
_LETTER = 0.6 / 72  # inches a point of size: about the width of a letter
_SMALL, _LABEL = 5.0, 6.5  # points, of rows' names: longer ones are folded
_SMALL_BAR = 4.0  # points: what the bar shows is not written smaller than that


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture of a grid."""

    pixels: Pixels
    corner: str = ""
    """Printed into the lower right corner, for example a score."""
    below: str = ""
    """Printed below, for example the photograph's name; only in the first row."""
    top: Map | None = None
    """A map of 0 to 1 on the same pixels; a line is drawn around its top fifth, which survives any copier."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a grid."""

    label: str
    """In one line or two."""
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


def photo_grid(rows: Sequence[Row], page: Page, columns: int = 2) -> Figure:
    """A row of photographs and rows of maps under them, with headings and one colour bar.

    Parameters
    ----------
    rows
        Each with as many panels as the page's groups span.
    page
        What stands around them.
    columns
        Of the paper. Over both, rows are named at their left; in one, above themselves. Groups that would be too small
        side by side stand below each other, and one that is too long is divided.

    Returns
    -------
    At most `figures.WIDTHS[columns]` inches wide.
    """
    plan = _plan(rows, page, columns)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(plan.width, plan.height), dpi=200)
        FigureCanvasAgg(figure)
        if page.title:
            at = (plan.left / plan.width, 1 - 0.06 / plan.height)
            figure.text(*at, page.title, va="top", fontsize=9, fontweight="bold")
        top = plan.height - plan.title
        for block in plan.blocks:
            _draw_block(figure, plan, block, top)
            top -= plan.tall(block)
        if page.bar:
            _color_bar(figure, page, max(1, len(rows) - 1) * plan.pitch(plan.blocks[-1]) - plan.above)
    return figure


@dataclass(frozen=True, slots=True)
class _Block:
    """Groups of columns that stand side by side, and their part of every row."""

    groups: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]
    names: tuple[str, ...] = ()
    """Of the photographs, in lines that fit below them."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where things are, in inches; `size` in points."""

    blocks: tuple[_Block, ...]
    width: float
    title: float
    left: float
    """Before the first picture; rows are named there, or above themselves."""
    above: float
    """What a row's name takes there."""
    cell: float
    """A picture's width with the space beside it."""
    size: float
    """Of rows' names."""

    def pitch(self, block: _Block) -> float:
        """From one row to the next: as high as the highest photograph asks for."""
        aspects = [panel.pixels.shape[0] / panel.pixels.shape[1] for panel in block.rows[0].panels]
        return self.cell * min(1.25, float(max(aspects))) + self.above

    def below(self, block: _Block) -> float:
        """What the longest name of a photograph takes."""
        return max(_NAME_LINE * (1 + name.count("\n")) + 0.05 if name else 0.0 for name in block.names)

    def tall(self, block: _Block) -> float:
        """A block with its heading."""
        return _HEADING + len(block.rows) * self.pitch(block) + self.below(block) + 0.06

    @property
    def height(self) -> float:
        """Of the figure."""
        return self.title + sum(map(self.tall, self.blocks)) + 0.03


def _plan(rows: Sequence[Row], page: Page, columns: int) -> _Plan:
    wide = columns > 1
    left = _SIDE if wide else 0.05
    most = int((WIDTHS[columns] - left * wide) / _SMALLEST)
    fits = len(rows[0].panels) <= most
    blocks = _blocks(rows, [page.groups] if fits else [part for group in page.groups for part in _divided(group, most)])
    most = max(len(block.rows[0].panels) for block in blocks)
    around = left + _GAP * (max(len(block.groups) for block in blocks) - 1) + (_BAR if page.bar else 0.05)
    cell = min(_CELL, (WIDTHS[columns] - around) / most)
    width = max(min(WIDTHS.values()), around + most * cell)
    named = [_named(row, wide) for row in rows]
    room = left - 0.12 if wide else width - around
    size = max(_SMALL, min(_fitting(name, room, _LABEL) for name in named))
    blocks = tuple(
        replace(block, names=tuple(_folded(panel.below, cell) for panel in block.rows[0].panels)) for block in blocks
    )
    return _Plan(blocks, width, _TITLE if page.title else 0.0, left, 0.0 if wide else _ABOVE, cell, size)


def _blocks(rows: Sequence[Row], stacked: Sequence[tuple[tuple[str, int], ...]]) -> tuple[_Block, ...]:
    blocks, start = [], 0
    for groups in stacked:
        end = start + sum(count for _, count in groups)
        blocks.append(_Block(groups, tuple(Row(row.label, row.panels[start:end]) for row in rows)))
        start = end
    return tuple(blocks)


def _divided(group: tuple[str, int], most: int) -> Iterator[tuple[tuple[str, int], ...]]:
    """Give a group in parts of at most so many columns, about as long as each other; the first has its heading."""
    title, count = group
    length = -(-count // -(-count // most))
    for start in range(0, count, length):
        yield (("" if start else title, min(length, count - start)),)


def _named(row: Row, wide: bool) -> str:
    return row.label if wide else " ".join(row.label.split("\n"))


def _draw_block(figure: Figure, plan: _Plan, block: _Block, top: float) -> None:
    """Headings, then row by row names and pictures."""
    starts: list[float] = []
    for number, (title, count) in enumerate(block.groups):
        left = plan.left + number * _GAP + len(starts) * plan.cell
        starts += [left + column * plan.cell for column in range(count)]
        _heading(figure, title, left, starts[-1] + 0.95 * plan.cell, top - _HEADING + 0.05)
    tall = plan.pitch(block) - plan.above
    for number, row in enumerate(block.rows):
        bottom = top - _HEADING - (number + 1) * plan.pitch(block) - (plan.below(block) if number else 0.0)
        _label(figure, plan, row, bottom + tall / 2 if not plan.above else bottom + tall)
        for start, panel, name in zip(starts, row.panels, block.names, strict=True):
            box = (start / plan.width, bottom / plan.height, 0.95 * plan.cell / plan.width, 0.95 * tall / plan.height)
            draw_panel(figure.add_axes(box, anchor="N" if plan.above else "S"), panel, "" if number else name)


def _heading(figure: Figure, title: str, left: float, right: float, y: float) -> None:
    width, height = figure.get_size_inches()
    size = min(7.0, (right - left + _GAP) / (_LETTER * max(1, len(title))))
    figure.text(left / width, (y + 0.02) / height, title, va="bottom", fontsize=size)
    line = mpl.lines.Line2D([left / width, right / width], [y / height, y / height], color="black", linewidth=0.6)
    figure.add_artist(line)


def _label(figure: Figure, plan: _Plan, row: Row, y: float) -> None:
    """A row's name at its left, or above it."""
    if plan.above:
        at = (plan.left / plan.width, y / plan.height)
        figure.text(*at, _named(row, wide=False), va="bottom", fontsize=plan.size)
        return
    most = int((plan.left - 0.12) / (_LETTER * plan.size))
    lines = [part for line in row.label.split("\n") for part in _divided_name(line, most)]
    at = ((plan.left - 0.06) / plan.width, y / plan.height)
    figure.text(*at, "\n".join(lines), ha="right", va="center", fontsize=plan.size)


def _divided_name(line: str, most: int) -> list[str]:
    """A line in parts of at most so many letters; a long name is divided behind an underscore."""
    parts = line if len(line) <= most else line.replace("_", "_ ")
    return [part.replace("_ ", "_") for part in textwrap.wrap(parts, most)]


def _folded(name: str, room: float) -> str:
    """A name in lines that fit below a picture; at most `_NAME_LINES`, the last cut where there are more."""
    lines = name.split("\n")
    for most in range(max(6, int(room / (_LETTER * _NAME_SIZE))), 5, -1):  # fewer letters where there are wide ones
        lines = [part for line in name.split("\n") for part in textwrap.wrap(line, most)]
        if all(_width(line) < room for line in lines):
            break
    return "\n".join(lines if len(lines) <= _NAME_LINES else [*lines[: _NAME_LINES - 1], lines[_NAME_LINES - 1][:-1] + "…"])


def _width(line: str) -> float:
    """Of a name's line, in inches."""
    text, families = drawable(line)
    font = FontProperties(family=list(families), size=_NAME_SIZE)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0]) / 72


def _fitting(text: str, room: float, most: float = 7.0) -> float:
    """The size in points at which the longest line fits into so many inches."""
    return min(most, room / (_LETTER * max(map(len, text.split("\n")))))


def draw_panel(axes: Axes, panel: Panel, name: str = "", box: tuple[float, float, float, float] | None = None) -> None:
    """Draw one picture: with the line around its map's top fifth, its corner, and a name below.

    Parameters
    ----------
    axes, panel, name
        What is drawn, and where.
    box
        Left, right, bottom and top in the axes' own units, where these hold several pictures.
    """
    height, width = panel.pixels.shape[:2]
    left, right, bottom, top = box or (-0.5, width - 0.5, height - 0.5, -0.5)
    axes.imshow(panel.pixels, interpolation="none", extent=(left, right, bottom, top))
    if panel.top is not None and np.isfinite(panel.top).all():
        level = float(np.quantile(panel.top, 0.8))
        if panel.top.min() < level < panel.top.max():
            axes.contour(panel.top, [level], colors="white", linewidths=0.6, extent=box, origin="upper" if box else None)
    axes.set_axis_off()
    if panel.corner:
        ground = {"facecolor": "black", "alpha": 0.65, "pad": 1.0, "linewidth": 0}
        place: dict[str, Any] = {"color": "white", "bbox": ground, "ha": "right", "va": "bottom"}
        axes.text(left + 0.98 * (right - left), bottom + 0.025 * (top - bottom), panel.corner, fontsize=5.5, **place)
    if name:
        below: dict[str, Any] = {"linespacing": 1.1, "ha": "center", "va": "top"}
        axes.text((left + right) / 2, bottom - 0.04 * (top - bottom), name, fontsize=_NAME_SIZE, **below)


def _color_bar(figure: Figure, page: Page, height: float) -> None:
    """At the right of the last rows of maps."""
    width, tall = figure.get_size_inches()
    axes = figure.add_axes(((width - _BAR + 0.03) / width, 0.09 / tall, 0.08 / width, (height - 0.04) / tall))
    bar = figure.colorbar(ScalarMappable(cmap=COLORS), cax=axes, ticks=[0, 1])
    bar.set_ticklabels(list(page.ends), fontsize=5.5)
    bar.ax.tick_params(length=1.5, pad=1)
    bar.outline.set_linewidth(0.4)
    size = _fitting(page.bar, height, 5.5)
    if size >= _SMALL_BAR:
        bar.set_label(page.bar, labelpad=-6, fontsize=size, linespacing=1.2)
    else:  # beside a single row it would be too small to read: it stands in the title's line
        at = (1 - 0.05 / width, 1 - 0.06 / tall)
        figure.text(*at, f"colors: {page.bar}", ha="right", va="top", fontsize=5.5, linespacing=1.2)
