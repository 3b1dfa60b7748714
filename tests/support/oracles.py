"""What the slow oracles of methods share."""

import numpy as np

from xaesthetic.core import plugins
from xaesthetic.models.forward import method_facts


def maps_of(name, model, x):
    """A method's maps, from a pass with the gradients that it declares."""
    return plugins.load("methods", name)(model.run(x, method_facts(name).gradients))


def pooled(grid, rows, columns):
    """The mean over equal boxes, cut where they cut cells, by plain loops."""
    height, width = grid.shape
    result = np.zeros((rows, columns))
    for i, j in np.ndindex(rows, columns):
        top, bottom = i * height / rows, (i + 1) * height / rows
        left, right = j * width / columns, (j + 1) * width / columns
        for y, x in np.ndindex(height, width):
            share = max(0, min(bottom, y + 1) - max(top, y)) * max(0, min(right, x + 1) - max(left, x))
            result[i, j] += share * grid[y, x] / ((bottom - top) * (right - left))
    return result
