"""One photograph and its overlays, large enough to look at: in a notebook, and as files of their own."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from xaesthetic.core.targets import describe_units
from xaesthetic.core.types import Map, Mask, Pixels
from xaesthetic.data import images
from xaesthetic.figures import style
from xaesthetic.figures.grid import Panel, draw_panel
from xaesthetic.figures.names import inches

_COLUMNS, _WIDTH, _HEAD, _LINE, _FOOT, _NOTE = 4, 7.0, 0.24, 0.18, 0.34, 0.16  # columns, and inches
_LARGEST = 2.6  # inches: of a picture with few beside it
_HIGHEST = 1.6  # of a picture's width: higher photographs become narrower
_PIXELS = 720  # of the longer side: about 300 dpi in the widest cell
_TEXT, _SMALL, _SMALLEST = 7.5, 5.5, 4.5  # points: most, of notes at least, of all at least


@dataclass(frozen=True, slots=True)
class Overlay:
    """One map over the photograph."""

    title: str
    """What stands above it: the attribute, or the model and the method."""
    rating: str
    """What stands in its corner."""
    values: Map
    """On any grid of the photograph: signed, un-normalised."""
    unit: str = ""
    """Of its values, where they have one: `rating points`."""
    range: str = ""
    """Of the ratings, where it is declared: `1 to 10`."""
    kept: Mask | None = None
    """On the same grid where the map keeps its colors; elsewhere they fade to grey. Everywhere where None."""


def overlay_figure(pixels: Pixels, overlays: Sequence[Overlay], title: str, note: str = "") -> Figure:
    """Draw a photograph and, beside and below it, its overlays, each in colors from its own lowest to its highest value.

    Parameters
    ----------
    pixels
        The photograph.
    overlays
        In order, one or more.
    title
        One line above all.
    note
        What stands below all, in as many lines as it takes: how the models were trained.

    Returns
    -------
    At most seven inches wide.
    """
    small = style.thumbnail(pixels, _PIXELS)
    drawn = [images.to_pixels(style.coarse(item.values), small.shape[:2]) for item in overlays]
    ends = [_ends(values) for values in drawn]
    panels = [("photograph", "", Panel(small))]
    for item, values, both in zip(overlays, drawn, ends, strict=True):
        between = " to ".join(both) if item.unit and len(overlays) > 1 else ""
        panels.append((item.title, between, _panel(small, item, values)))
    columns = min(_COLUMNS, len(panels))
    cell = min(_LARGEST, _WIDTH / columns)
    tall = cell * min(_HIGHEST, small.shape[0] / small.shape[1]) + _LINE
    below = _lines(note, (columns - 0.06) * cell)
    height = _HEAD + -(-len(panels) // columns) * tall + _FOOT + _NOTE * len(below)
    with mpl.rc_context(style.STYLE):
        figure = Figure(figsize=(columns * cell, height), dpi=200)
        FigureCanvasAgg(figure)
        _text(figure, title, (0.03 * cell, height - 0.05), (columns - 0.06) * cell, bold=True)
        sheet = _sheet(figure)
        large = min(_fit(name, (0.56 if between else 0.94) * cell) for name, between, _ in panels)
        for number, (name, between, panel) in enumerate(panels):
            left, top = number % columns * cell + 0.03 * cell, height - _HEAD - number // columns * tall
            _text(figure, name, (left, top), (0.56 if between else 0.94) * cell, large)
            _text(figure, between, (left + 0.94 * cell, top), 0.36 * cell, large, right=True)
            draw_panel(sheet, panel, box=_place(small, left, top - _LINE, 0.94 * cell, tall - _LINE - 0.03))
        _color_bar(sheet, 0.17 + _NOTE * len(below), _bar_texts(overlays, ends))
        room = 0.95 * (columns - 0.06) * cell
        for number, line in enumerate(reversed(below), 1):
            _text(figure, line, (0.03 * cell, number * _NOTE), room, min(_fit(line, room) for line in below))
    return figure


def _sheet(figure: Figure) -> Axes:
    """Axes over the whole figure, in inches: a picture in axes of its own takes several times as long to set up."""
    width, height = figure.get_size_inches()
    sheet = figure.add_axes((0, 0, 1, 1))
    sheet.set(xlim=(0, width), ylim=(0, height), autoscale_on=False)
    sheet.set_axis_off()
    return sheet


def _place(small: Pixels, left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
    """The largest box of the photograph's shape in the upper left of a room: left, right, bottom, top."""
    aspect = small.shape[0] / small.shape[1]
    width = min(width, height / aspect)
    return left, left + width, top - width * aspect, top


def _panel(small: Pixels, item: Overlay, values: Map) -> Panel:
    shown = style.normalise(values)
    kept = style.kept_colors(item.kept, small.shape[:2])
    return Panel(style.overlay(small, shown, kept), item.rating, top=shown)


def _ends(values: Map) -> tuple[str, str]:
    return f"{float(values.min()):z.2g}", f"{float(values.max()):z.2g}"


def _bar_texts(overlays: Sequence[Overlay], ends: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """What the bar's ends say: values and their unit for one map, else the unit, as each map has its own scale."""
    unit = describe_units((item.unit, item.range) for item in overlays)
    if len(overlays) == 1 and unit:
        low, high = ends[0]
        return low, f"{high} {unit}"
    some = " where values stand above" * any(not item.unit for item in overlays)
    return "least", f"most, in {unit}{some}" if unit else "most"


def _fit(text: str, room: float) -> float:
    """The size at which a line fits into so many inches, not below the smallest."""
    return max(_SMALLEST, _TEXT * min(1.0, room / max(inches(text, _TEXT), 1e-6)))


def _text(
    figure: Figure,
    text: str,
    at: tuple[float, float],
    room: float,
    most: float = _TEXT,
    bold: bool = False,
    right: bool = False,
) -> None:
    """Put a line below a place, in inches, in letters small enough for the room; what is too long loses its middle."""
    width, height = figure.get_size_inches()
    weight = "bold" if bold else "normal"
    needed = inches(text, _TEXT, weight)
    if needed * _SMALLEST > room * _TEXT:
        kept = int(len(text) * room * _TEXT / _SMALLEST / needed / 2) - 1
        text = f"{text[:kept]} … {text[-kept:]}"
        needed = inches(text, _TEXT, weight)
    size = min(most, _TEXT * room / needed) if needed else most
    side = "right" if right else "left"
    figure.text(at[0] / width, at[1] / height, text, va="top", ha=side, fontsize=size, fontweight=weight)


def _lines(note: str, room: float) -> list[str]:
    """A note in as few lines as hold it in letters of `_SMALL` points at least, about as long as each other."""
    count = -(-inches(note, _TEXT) * _SMALL // (room * _TEXT)) if note else 0
    return textwrap.wrap(note, round(len(note) / count) + 4) if count else []


def _color_bar(sheet: Axes, bottom: float, ends: tuple[str, str]) -> None:
    """At the left, some inches above the lower edge, with the unit of the values at its end."""
    left, width, height = 0.95, min(1.4, sheet.get_xlim()[1] - 1.6), 0.07
    extent = left, left + width, bottom, bottom + height
    sheet.imshow(np.linspace(0, 1, 256)[None], cmap=style.colormap(), extent=extent, aspect="auto")
    sheet.add_patch(Rectangle((left, bottom), width, height, fill=False, linewidth=0.4, edgecolor=style.ink()))
    place: dict[str, Any] = {"y": bottom + height / 2, "va": "center", "fontsize": 5.5}
    sheet.text(left - 0.04, s=f"contribution: {ends[0]}", ha="right", **place)
    sheet.text(left + width + 0.04, s=ends[1], ha="left", **place)
