"""Several people's regions over a photograph, each as an outline of its own."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from xaesthetic.core.types import Pixels
from xaesthetic.figures import style

_COLORS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#000000")
"""Okabe and Ito's, which colour-blind people tell apart."""
_DASHES = ("-", "--", ":", "-.")
_COLUMNS = 2


def regions_figure(panels: Sequence[tuple[Pixels, Sequence[np.ndarray], str]]) -> Figure:
    """Draw photographs with the outlines of regions, two in a row.

    Parameters
    ----------
    panels
        For each the photograph, masks of its size (one a person), and a title.
    """
    rows = -(-len(panels) // _COLUMNS)
    with mpl.rc_context(style.STYLE):
        figure = Figure(figsize=(style.WIDTHS[2], 2.6 * rows), layout="constrained")
        FigureCanvasAgg(figure)
        axes = np.atleast_1d(figure.subplots(rows, _COLUMNS)).ravel()
        for place in axes:
            place.set_axis_off()
        for place, (pixels, masks, title) in zip(axes, panels, strict=False):
            place.imshow(pixels.mean(2), cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
            place.set_title(title, fontsize=6, wrap=True)
            for number, mask in enumerate(masks):
                color, dash = _COLORS[number % len(_COLORS)], _DASHES[number // len(_COLORS) % len(_DASHES)]
                padded = np.pad(mask, 1).astype(float)
                where = [np.arange(-1, side + 1) for side in mask.shape]
                place.contour(where[1], where[0], padded, [0.5], colors="white", linewidths=2.2)
                place.contour(where[1], where[0], padded, [0.5], colors=color, linewidths=1.3, linestyles=dash)
            place.set_xlim(-0.5, pixels.shape[1] - 0.5)
            place.set_ylim(pixels.shape[0] - 0.5, -0.5)
    return figure
