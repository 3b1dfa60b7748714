"""Averages over grids: every channel's mean, and maps averaged down to fewer cells."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.data.images import area_weights

Activations = tuple[Float[Tensor, "b _k _i _j"], ...]
"""The target layers' activations, one tensor a layer, each with channels and a grid of its own."""


def global_average(activations: Activations) -> Float[Tensor, "b k"]:
    """Return every channel's mean over its grid, all layers side by side.

    Written as a sum and a division: the gradient of a sum is a broadcast view, so that the gradient maps of a head that
    averages are never built.
    """
    return torch.cat([layer.sum((2, 3)) / (layer.shape[2] * layer.shape[3]) for layer in activations], dim=1)


def area_pool(maps: Float[Tensor, "b a _h _w"], size: tuple[int, int]) -> Float[Tensor, "b a _i _j"]:
    """Average maps down to `size` cells; the mean over each map is kept exactly, whatever the sizes (`area_weights`)."""
    if tuple(maps.shape[2:]) == size:
        return maps
    rows, columns = (
        torch.from_numpy(area_weights(cells, pooled)).to(maps) for cells, pooled in zip(maps.shape[2:], size, strict=True)
    )
    return rows @ maps @ columns.T
