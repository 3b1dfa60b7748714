"""Several people's regions over a photograph, each as an outline of its own."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from xaesthetic.core.types import Pixels
from xaesthetic.figures import style
from xaesthetic.figures.names import LETTER, divided_name

_DASHES = ("-", "--", ":", "-.")
_SIZE, _LINE, _HIGHEST = 6.0, 0.105, 1.2  # points of titles, inches of a line, and of a picture's width its height at most


def regions_figure(panels: Sequence[tuple[Pixels, Sequence[np.ndarray], str]], columns: int = 2) -> Figure:
    """Draw photographs with the outlines of regions, as many in a row as the paper's columns it is wide.

    Parameters
    ----------
    panels
        For each the photograph, masks of its size (one a person), and a title.
    columns
        Of the paper.

    Returns
    -------
    `figures.WIDTHS[columns]` inches wide; every photograph keeps its shape, below a title in as many lines as it takes.
    """
    width, count = style.WIDTHS[columns], min(columns, len(panels))
    cell = width / 2 if columns > 1 else width
    titles = ["\n".join(divided_name(title, int((cell - 0.1) / (LETTER * _SIZE)))) for _, _, title in panels]
    above = 0.06 + _LINE * max(title.count("\n") + 1 for title in titles)
    aspects = [min(_HIGHEST, pixels.shape[0] / pixels.shape[1]) for pixels, _, _ in panels]
    rows = [max(aspects[start : start + count]) * (cell - 0.1) + above for start in range(0, len(panels), count)]
    with mpl.rc_context(style.STYLE):
        figure = Figure(figsize=(cell * count, sum(rows) + 0.05))
        FigureCanvasAgg(figure)
        for number, ((pixels, masks, _), title) in enumerate(zip(panels, titles, strict=True)):
            row, left = number // count, number % count * cell + 0.05
            inches = left, sum(rows[row + 1 :]) + 0.05, cell - 0.1, rows[row] - above
            axes = figure.add_axes(tuple(np.divide(inches, [*figure.get_size_inches()] * 2)), anchor="NW")
            axes.set_title(title, fontsize=_SIZE, loc="left", pad=2)
            _outlined(axes, pixels, masks)
    return figure


def _outlined(axes: Axes, pixels: Pixels, masks: Sequence[np.ndarray]) -> None:
    """The photograph in grey, and a line with a white border around each region."""
    axes.set_axis_off()
    axes.imshow(pixels.mean(2), cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    for number, mask in enumerate(masks):
        color, dash = style.OKABE_ITO[number % len(style.OKABE_ITO)], _DASHES[number // len(style.OKABE_ITO) % len(_DASHES)]
        padded = np.pad(mask, 1).astype(float)
        where = [np.arange(-1, side + 1) for side in mask.shape]
        axes.contour(where[1], where[0], padded, [0.5], colors="white", linewidths=2.2)
        axes.contour(where[1], where[0], padded, [0.5], colors=color, linewidths=1.3, linestyles=dash)
    axes.set_xlim(-0.5, pixels.shape[1] - 0.5)
    axes.set_ylim(pixels.shape[0] - 0.5, -0.5)
