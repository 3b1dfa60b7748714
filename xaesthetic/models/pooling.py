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
    if pools_fast(maps):
        return _pool_cells(maps, size)
    rows, columns = (_line(cells, pooled, maps) for cells, pooled in zip(maps.shape[2:], size, strict=True))
    return rows @ maps @ columns.T


def pools_fast(maps: Tensor) -> bool:
    """Whether the channels of a cell lie side by side: then pooling reads maps once, at the speed of the memory."""
    return maps.shape[1] > 1 and maps.is_contiguous(memory_format=torch.channels_last)


def _pool_cells(maps: Float[Tensor, "b a _h _w"], size: tuple[int, int]) -> Float[Tensor, "b a _i _j"]:
    """Average cells: boxes of whole cells where the sizes allow it, and else one line of cells after the other."""
    (batch, channels, height, width), (rows, columns) = maps.shape, size
    if height % rows == 0 and width % columns == 0:
        return torch.nn.functional.avg_pool2d(maps, (height // rows, width // columns))
    lines = maps.permute(0, 2, 3, 1).reshape(batch, height, width * channels)
    shares = _line(height, rows, maps)
    pooled = torch.stack([_share(lines, share) for share in shares], 1).reshape(batch * rows, width, channels)
    cells = _line(width, columns, maps) @ pooled
    return cells.reshape(batch, rows, columns, channels).permute(0, 3, 1, 2)


def _share(lines: Float[Tensor, "b h c"], shares: Float[Tensor, " h"]) -> Float[Tensor, "b c"]:
    """Sum the few lines that have a share in one pooled line."""
    first, last = shares.nonzero()[[0, -1], 0].tolist()
    return shares[first : last + 1] @ lines[:, first : last + 1]


def _line(cells: int, pooled: int, maps: Tensor) -> Float[Tensor, "o i"]:
    return torch.from_numpy(area_weights(cells, pooled)).to(maps)
