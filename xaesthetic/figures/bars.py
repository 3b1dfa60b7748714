"""The colour bar at the right of a grid, and what it shows: beside it, or where it is low, in a line at the top."""

from typing import Any

from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from xaesthetic.figures.names import fitting, inches
from xaesthetic.figures.style import colormap

ROOM = 0.52
"""Inches that a bar takes with its ends and what it shows."""
_SIZE, _SMALLEST, _LINE = 5.5, 4.0, 0.095  # points of what it shows, and at least; inches of a line


def fits_beside(said: str, height: float) -> bool:
    """Whether what a bar of so many inches shows can be read beside it."""
    return fitting(said, height, _SIZE) >= _SMALLEST


def note_size(said: str) -> tuple[float, float]:
    """Width and height in inches of what a bar shows, where it stands at the top."""
    return inches(_note(said), _SIZE), _LINE * (1 + said.count("\n"))


def color_bar(
    figure: Figure, said: str, ends: tuple[str, str], height: float, under: tuple[float, float] | None = None
) -> None:
    """Draw the bar at the lower right.

    Parameters
    ----------
    figure
        What to draw into.
    said
        What the bar shows.
    ends
        What its lower and upper end mean.
    height
        Of the rows that it stands beside, in inches.
    under
        From the left and from the top, in inches: where a note stands that has no room in the title's line.
    """
    width, tall = figure.get_size_inches()
    axes = figure.add_axes(((width - ROOM + 0.03) / width, 0.09 / tall, 0.08 / width, (height - 0.04) / tall))
    bar = figure.colorbar(ScalarMappable(cmap=colormap()), cax=axes, ticks=[0, 1])
    bar.set_ticklabels(list(ends), fontsize=5.5)
    bar.ax.tick_params(length=1.5, pad=1)
    bar.outline.set_linewidth(0.4)
    if fits_beside(said, height):
        bar.set_label(said, labelpad=-6, fontsize=fitting(said, height, _SIZE), linespacing=1.2)
        return
    left, top = under or (width - 0.05, 0.06)
    place: dict[str, Any] = {"ha": "left" if under else "right", "va": "top", "fontsize": _SIZE, "linespacing": 1.2}
    figure.text(left / width, 1 - top / tall, _note(said), **place)


def _note(said: str) -> str:
    return f"colors: {said}"
