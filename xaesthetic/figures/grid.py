"""Grids of photographs with maps below them, as wide as one or both columns of a paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from xaesthetic.core.types import Map, Pixels
from xaesthetic.figures import bars
from xaesthetic.figures.names import LETTER, NAME_SIZE, divided_name, fitting, folded, inches, titled
from xaesthetic.figures.style import STYLE, WIDTHS, ink

_CELL, _GAP, _SIDE, _ABOVE, _TITLE, _HEADING, _NAME_LINE, _BAR = 1.2, 0.12, 0.95, 0.12, 0.2, 0.24, 0.085, bars.ROOM  # inches
_SMALLEST = 0.45  # inches: of a picture in one column, before groups are put below each other
_HIGHEST, _BESIDE = 1.25, 0.05  # of a cell's width: a row, and the space between pictures
_SMALL, _LABEL = 5.0, 6.5  # points, of rows' names: longer ones are folded
_HEAD = 9.0  # points of the title


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
            _, size = titled(page.title, plan.width - plan.left - 0.05, _HEAD, 0.0)
            figure.text(*at, page.title, va="top", fontsize=size, fontweight="bold")
        top = plan.height - plan.title - plan.note
        for block in plan.blocks:
            _draw_block(figure, plan, block, top)
            top -= plan.tall(block)
        if page.bar:
            under = (plan.left, plan.title + 0.02) if plan.note else None
            bars.color_bar(figure, page.bar, page.ends, plan.bar, under)
    return figure


@dataclass(frozen=True, slots=True)
class _Block:
    """Groups of columns that stand side by side, and their part of every row."""

    groups: tuple[tuple[str, int], ...]
    rows: tuple[Row, ...]
    names: tuple[str, ...] = ()
    """Of the photographs, in lines that fit below them."""
    heights: tuple[float, ...] = ()
    """Of the rows' pictures, in inches."""


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
    note: float = 0.0
    """What the bar shows takes that much below the title, where it has no room beside the bar nor beside the title."""

    def below(self, block: _Block) -> float:
        """What the longest name of a photograph takes."""
        return max(_NAME_LINE * (1 + name.count("\n")) + 0.05 if name else 0.0 for name in block.names)

    def tall(self, block: _Block) -> float:
        """A block with its heading."""
        return _HEADING + self.rows(block.heights) + self.below(block) + 0.06

    def rows(self, heights: Sequence[float]) -> float:
        """Rows of pictures so high, with their names and what is between them."""
        return sum(heights) + len(heights) * (self.above + _BESIDE * self.cell)

    @property
    def height(self) -> float:
        """Of the figure."""
        return self.title + self.note + sum(map(self.tall, self.blocks)) + 0.03

    @property
    def bar(self) -> float:
        """Of the colour bar: all rows of maps in the last block."""
        heights = self.blocks[-1].heights
        return self.rows(heights[1:] or heights) - self.above


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
    size = max(_SMALL, min(fitting(name, room, _LABEL) for name in named))
    blocks = tuple(_filled(block, cell) for block in blocks)
    plan = _Plan(blocks, width, _TITLE if page.title else 0.0, left, 0.0 if wide else _ABOVE, cell, size)
    if not page.bar or bars.fits_beside(page.bar, plan.bar):
        return plan
    room = width - left - 0.15 - inches(page.title, _HEAD, "bold") if page.title else 0.0
    return plan if bars.note_size(page.bar)[0] <= room else replace(plan, note=bars.note_size(page.bar)[1])


def _filled(block: _Block, cell: float) -> _Block:
    """A block with its rows' heights, at which their pictures fill the width of their cells, and names that fit below."""
    heights = tuple(_row_height(row, block.groups, cell) for row in block.rows)
    rooms = (heights[0] / aspect + _BESIDE * cell for aspect in _aspects(block.rows[0].panels))
    named = zip(block.rows[0].panels, rooms, strict=True)
    return replace(block, heights=heights, names=tuple(folded(panel.below, room) for panel, room in named))


def _row_height(row: Row, groups: Sequence[tuple[str, int]], cell: float) -> float:
    """As high as the pictures may be side by side: each group keeps to its cells, and none is higher than `_HIGHEST`."""
    height, start = _HIGHEST * cell, 0
    for _, count in groups:
        wide = sum(1 / aspect for aspect in _aspects(row.panels[start : start + count]))
        height, start = min(height, count * (1 - _BESIDE) * cell / wide), start + count
    return height


def _aspects(panels: Sequence[Panel]) -> list[float]:
    """Height over width."""
    return [panel.pixels.shape[0] / panel.pixels.shape[1] for panel in panels]


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
    return row.label if wide else ", ".join(row.label.split("\n"))


def _draw_block(figure: Figure, plan: _Plan, block: _Block, top: float) -> None:
    """Headings, then row by row names and pictures, all of a row equally high."""
    left, starts = plan.left, []
    for title, count in block.groups:
        _heading(figure, title, left, left + (count - _BESIDE) * plan.cell, top - _HEADING + 0.05)
        starts.append(left)
        left += count * plan.cell + _GAP
    bottom = top - _HEADING + _BESIDE * plan.cell
    for number, (row, height) in enumerate(zip(block.rows, block.heights, strict=True)):
        bottom -= height + plan.above + _BESIDE * plan.cell
        _label(figure, plan, row, bottom + (height if plan.above else height / 2))
        widths = [height / aspect for aspect in _aspects(row.panels)]
        for at, wide, panel, name in zip(_places(plan, block, starts, widths), widths, row.panels, block.names, strict=True):
            box = (at / plan.width, bottom / plan.height, wide / plan.width, height / plan.height)
            draw_panel(figure.add_axes(box), panel, "" if number else name)
        bottom -= 0.0 if number else plan.below(block)


def _places(plan: _Plan, block: _Block, starts: Sequence[float], widths: Sequence[float]) -> Iterator[float]:
    """Give where pictures begin, one beside the other in each group."""
    number = 0
    for start, (_, count) in zip(starts, block.groups, strict=True):
        left = start
        for wide in widths[number : number + count]:
            yield left
            left += wide + _BESIDE * plan.cell
        number += count


def _heading(figure: Figure, title: str, left: float, right: float, y: float) -> None:
    width, height = figure.get_size_inches()
    size = min(7.0, (right - left + _GAP) / (LETTER * max(1, len(title))))
    figure.text(left / width, (y + 0.02) / height, title, va="bottom", fontsize=size)
    line = mpl.lines.Line2D([left / width, right / width], [y / height, y / height], color=ink(), linewidth=0.6)
    figure.add_artist(line)


def _label(figure: Figure, plan: _Plan, row: Row, y: float) -> None:
    """A row's name at its left, or above it."""
    if plan.above:
        at = (plan.left / plan.width, y / plan.height)
        figure.text(*at, _named(row, wide=False), va="bottom", fontsize=plan.size)
        return
    most = int((plan.left - 0.12) / (LETTER * plan.size))
    lines = [part for line in row.label.split("\n") for part in divided_name(line, most)]
    at = ((plan.left - 0.06) / plan.width, y / plan.height)
    figure.text(*at, "\n".join(lines), ha="right", va="center", fontsize=plan.size)


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
    if panel.top is not None and min(panel.top.shape) > 1 and np.isfinite(panel.top).all():  # a strip has no inside
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
        axes.text((left + right) / 2, bottom - 0.04 * (top - bottom), name, fontsize=NAME_SIZE, **below)
