"""How a layer's output becomes a grid of channels: (b, k, i, j) of it, whatever order a network keeps its axes in.

Convolutions give that already; Swin gives (b, i, j, k), a transformer (b, n, k): a patch a token, row by row, after some
that are no patch (class, register and distillation tokens), which no map shows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError

_MOST_PREFIX = 8  # tokens that are no patch: one class token, one of distillation, four or five registers
_SQUARE = 1.25  # how much a cell's sides may differ, for sizes that strides do not divide


@dataclass(frozen=True, slots=True)
class Layout:
    """The order of a layer's axes."""

    axes: str = "bkij"
    """`bkij`, `bijk`, `bnk` (tokens) or `nbk`."""
    prefix: int = 0
    """Tokens before the patches."""
    grid: tuple[int, int] | None = None
    """(rows, columns) of tokens where they were named; inferred from the input's size where not."""

    def size(self, layer: Tensor, inputs: tuple[int, int]) -> tuple[int, int]:
        """Return (rows, columns) of a layer's output for inputs of (height, width)."""
        if self.axes == "bkij":
            return layer.shape[2], layer.shape[3]
        if self.axes == "bijk":
            return layer.shape[1], layer.shape[2]
        count = layer.shape[self.axes.index("n")] - self.prefix
        if self.grid is not None and self.grid[0] * self.grid[1] == count:
            return self.grid
        grids = token_grids(count, inputs, most_prefix=0)
        if not grids:
            raise ModelError(f"{count} tokens make no grid of an input of {inputs}; name it with grid=(rows, columns).")
        return grids[0][1]

    def to_grid(self, layer: Tensor, inputs: tuple[int, int]) -> Tensor:
        """Return (…, b, k, i, j) of (…, axes): of activations, or of their gradients with outputs in front; a view."""
        rows, columns = self.size(layer[(0,) * (layer.ndim - len(self.axes))], inputs)
        if self.axes == "bkij":
            return layer
        if self.axes == "bijk":
            return layer.movedim(-1, -3)
        tokens = layer.movedim(-3, -2) if self.axes == "nbk" else layer
        patches = tokens[..., self.prefix :, :].transpose(-1, -2)
        return patches.reshape(*patches.shape[:-1], rows, columns)

    def from_grid(self, grid: Float[Tensor, "b k i j"], layer: Tensor) -> Tensor:
        """Return a layer's output with the grid in its place; tokens that are no patch stay the layer's own."""
        if self.axes == "bkij":
            return grid.to(layer.dtype)
        if self.axes == "bijk":
            return grid.permute(0, 2, 3, 1).to(layer.dtype)
        patches = grid.flatten(2).transpose(1, 2).to(layer.dtype)
        if self.axes == "nbk":
            patches = patches.transpose(0, 1)
        axis = self.axes.index("n")
        return torch.cat([layer.narrow(axis, 0, self.prefix), patches], dim=axis)


def token_grids(count: int, inputs: tuple[int, int], most_prefix: int = _MOST_PREFIX) -> list[tuple[int, tuple[int, int]]]:
    """Return the ways in which tokens can be patches of an input, each as tokens before them and (rows, columns).

    Those whose patches divide the input evenly and have few other tokens come first.

    Parameters
    ----------
    count
        Of tokens.
    inputs
        (height, width).
    most_prefix
        Tokens that may be no patch.
    """
    height, width = inputs
    ways: dict[tuple[int, tuple[int, int]], tuple[bool, int]] = {}
    for rows in range(2, height + 1):
        for prefix in range(most_prefix + 1):
            columns, rest = divmod(count - prefix, rows)
            if rest or columns < 2 or columns > width or not _is_square(height / rows, width / columns):
                continue
            even = height % rows == 0 and width % columns == 0 and height // rows == width // columns
            ways[prefix, (rows, columns)] = (not even, prefix)
    return sorted(ways, key=lambda way: ways[way])


def _is_square(height: float, width: float) -> bool:
    return max(height, width) <= _SQUARE * min(height, width)


def find_layout(
    layer: Tensor, batch: int, inputs: tuple[int, int], prefixes: Iterable[int] = (), grid: tuple[int, int] | None = None
) -> Layout | None:
    """Find out how a layer's output lies.

    Parameters
    ----------
    layer
        The output for a batch.
    batch
        How many inputs; two or more.
    inputs
        Their (height, width).
    prefixes
        What the network declares: how many of its tokens are no patch.
    grid
        (rows, columns) where they are known.

    Returns
    -------
    None where it is no grid of more than one row and column, or nothing tells which.
    """
    if layer.ndim == 4 and len(layer) == batch:
        return _of_four_axes(layer, inputs, grid)
    if layer.ndim != 3 or not layer.is_floating_point():
        return None
    axes = "bnk" if len(layer) == batch else "nbk" if layer.shape[1] == batch else ""
    if not axes:
        return None
    count = layer.shape[axes.index("n")]
    if grid is not None:
        prefix = count - grid[0] * grid[1]
        return Layout(axes, prefix, grid) if 0 <= prefix <= _MOST_PREFIX else None
    declared = [prefix for prefix in prefixes if token_grids(count - prefix, inputs, 0)]
    if declared:
        return Layout(axes, declared[0])
    ways = token_grids(count, inputs)
    even = [way for way in ways if _divides(way[1], inputs)] or ways
    return Layout(axes, even[0][0]) if len(even) == 1 else None


def _divides(grid: tuple[int, int], inputs: tuple[int, int]) -> bool:
    return inputs[0] % grid[0] == 0 and inputs[1] % grid[1] == 0


def _of_four_axes(layer: Tensor, inputs: tuple[int, int], grid: tuple[int, int] | None) -> Layout | None:
    first, last = tuple(layer.shape[2:]), tuple(layer.shape[1:3])
    if not layer.is_floating_point():
        return None
    if grid is not None:
        return Layout("bkij") if first == grid else Layout("bijk") if last == grid else None
    for axes, (rows, columns) in (("bkij", first), ("bijk", last)):
        # a row or column more or less is padding's
        fits = rows > 1 and columns > 1 and abs(rows / columns - inputs[0] / inputs[1]) * columns <= 2.0 + 0.1 * rows
        if fits and rows <= inputs[0] and columns <= inputs[1]:
            return Layout(axes)
    return None
