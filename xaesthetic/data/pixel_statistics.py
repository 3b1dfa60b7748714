"""A few numbers of a photograph's pixels, as a floor: what a rating can be told from without any network."""

import numpy as np
from jaxtyping import Float64

from xaesthetic.core.types import Pixels
from xaesthetic.data import images

_CELLS = 3  # a side
_SIDE = 96  # pixels: every cell 32
SIZE = 6 * _CELLS * _CELLS
"""How many numbers there are."""


def pixel_statistics(pixels: Pixels) -> Float64[np.ndarray, " n"]:
    """Return six numbers for each of 3 x 3 cells of a photograph squashed to a square, row by row.

    In CIE L*a*b*: the mean and the standard deviation of lightness, the means of a* and b*, the mean chroma, and the mean
    slope of lightness, which is higher the finer the detail.

    Examples
    --------
    >>> import numpy as np
    >>> pixel_statistics(np.full((40, 60, 3), 255, np.uint8)).reshape(9, 6).round()[0].tolist()
    [100.0, 0.0, -0.0, 0.0, 0.0, 0.0]
    """
    from skimage.color import rgb2lab

    lab = rgb2lab(images.to_float(images.resize(pixels, (_SIDE, _SIDE)))).astype(np.float64)
    lightness, a, b = np.moveaxis(lab, -1, 0)
    slope = np.hypot(*np.gradient(lightness))
    measured = np.stack([lightness, lightness, a, b, np.hypot(a, b), slope])
    cells = measured.reshape(6, _CELLS, _SIDE // _CELLS, _CELLS, _SIDE // _CELLS)
    values = cells.mean((2, 4))
    values[1] = cells[1].std((1, 3))
    return np.asarray(values.transpose(1, 2, 0).ravel())
