"""One photograph and its overlays, large enough to look at: in a notebook, and as files of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.textpath import text_to_path

from xaesthetic.core.targets import describe_units
from xaesthetic.core.types import Map, Pixels
from xaesthetic.data import images
from xaesthetic.figures import style
from xaesthetic.figures.grid import Panel, draw_panel
from xaesthetic.figures.letters import drawable

_COLUMNS, _WIDTH, _HEAD, _LINE, _FOOT, _NOTE = 4, 7.0, 0.24, 0.18, 0.34, 0.16  # columns, and inches
_LARGEST = 2.6  # inches: of a picture with few beside it
_HIGHEST = 1.6  # of a picture's width: higher photographs become narrower
_PIXELS = 720  # of the longer side: about 300 dpi in the widest cell
_TEXT, _SMALLEST = 7.5, 4.5  # points


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
        One line below all: how the models were trained.

    Returns
    -------
    At most seven inches wide.
    """
    small = style.thumbnail(pixels, _PIXELS)
    panels = [("photograph", "", Panel(small))]
    panels += [(item.title, _between(small, item, len(overlays)), _panel(small, item)) for item in overlays]
    columns = min(_COLUMNS, len(panels))
    cell = min(_LARGEST, _WIDTH / columns)
    tall = cell * min(_HIGHEST, small.shape[0] / small.shape[1]) + _LINE
    height = _HEAD + -(-len(panels) // columns) * tall + _FOOT + _NOTE * bool(note)
    with mpl.rc_context(style.STYLE):
        figure = Figure(figsize=(columns * cell, height), dpi=200)
        FigureCanvasAgg(figure)
        _text(figure, title, (0.03 * cell, height - 0.05), (columns - 0.06) * cell, bold=True)
        for number, (name, ends, panel) in enumerate(panels):
            left, top = number % columns * cell + 0.03 * cell, height - _HEAD - number // columns * tall
            _text(figure, name, (left, top), (0.56 if ends else 0.94) * cell)
            _text(figure, ends, (left + 0.94 * cell, top), 0.36 * cell, right=True)
            box = left / (columns * cell), (top - tall + 0.03) / height, 0.94 / columns, (tall - _LINE - 0.03) / height
            draw_panel(figure.add_axes(box, anchor="NW"), panel)
        _color_bar(figure, 0.17 + _NOTE * bool(note), _bar_texts(small, overlays))
        if note:
            _text(figure, note, (0.03 * cell, _NOTE), (columns - 0.06) * cell)
    return figure


def _drawn(small: Pixels, item: Overlay) -> Map:
    return images.to_pixels(style.coarse(item.values), small.shape[:2])


def _panel(small: Pixels, item: Overlay) -> Panel:
    shown = style.normalise(_drawn(small, item))
    return Panel(style.overlay(small, shown), item.rating, top=shown)


def _between(small: Pixels, item: Overlay, count: int) -> str:
    """A map's own two ends, where its values have a unit and the bar is for several maps."""
    return " to ".join(_ends(_drawn(small, item))) if item.unit and count > 1 else ""


def _ends(drawn: Map) -> tuple[str, str]:
    return f"{float(drawn.min()):z.2g}", f"{float(drawn.max()):z.2g}"


def _bar_texts(small: Pixels, overlays: Sequence[Overlay]) -> tuple[str, str]:
    """What the bar's ends say: values and their unit for one map, else the unit, as each map has its own scale."""
    unit = describe_units((item.unit, item.range) for item in overlays)
    if len(overlays) == 1 and unit:
        low, high = _ends(_drawn(small, overlays[0]))
        return low, f"{high} {unit}"
    some = " where values stand above" * any(not item.unit for item in overlays)
    return "least", f"most, in {unit}{some}" if unit else "most"


def _text(figure: Figure, text: str, at: tuple[float, float], room: float, bold: bool = False, right: bool = False) -> None:
    """Put a line below a place, in inches, in letters small enough for the room; what is too long loses its middle."""
    width, height = figure.get_size_inches()
    weight = "bold" if bold else "normal"
    needed = _inches(text, weight)
    if needed * _SMALLEST > room * _TEXT:
        kept = int(len(text) * room * _TEXT / _SMALLEST / needed / 2) - 1
        text = f"{text[:kept]} … {text[-kept:]}"
        needed = _inches(text, weight)
    size = _TEXT * min(1.0, room / needed) if needed else _TEXT
    side = "right" if right else "left"
    figure.text(at[0] / width, at[1] / height, text, va="top", ha=side, fontsize=size, fontweight=weight)


def _inches(text: str, weight: str) -> float:
    """How wide a line is at the common size."""
    letters, families = drawable(text)
    font = mpl.font_manager.FontProperties(family=list(families), size=_TEXT, weight=weight)
    return float(text_to_path.get_text_width_height_descent(letters, font, ismath=False)[0]) / 72


def _color_bar(figure: Figure, bottom: float, ends: tuple[str, str]) -> None:
    """At the left, some inches above the lower edge, with the unit of the values at its end."""
    width, height = figure.get_size_inches()
    axes = figure.add_axes((0.95 / width, bottom / height, min(1.4, width - 1.6) / width, 0.07 / height))
    bar = figure.colorbar(ScalarMappable(cmap=style.COLORS), cax=axes, orientation="horizontal", ticks=[])
    bar.outline.set_linewidth(0.4)
    axes.text(-0.03, 0.5, f"contribution: {ends[0]}", transform=axes.transAxes, ha="right", va="center", fontsize=5.5)
    axes.text(1.03, 0.5, ends[1], transform=axes.transAxes, ha="left", va="center", fontsize=5.5)
