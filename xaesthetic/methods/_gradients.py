"""What methods take from a pass's gradients: one output at a time, so that no array has an axis for everything."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.methods._weighted import Maps
from xaesthetic.models.model import Pass
from xaesthetic.models.pooling import area_pool

Term = Callable[[Float[Tensor, "b k i j"], Float[Tensor, "b k i j"]], Tensor]
"""Takes one layer's activations and one output's gradient at it."""


def gradient_sums(taken: Pass, method: str) -> tuple[Float[Tensor, "b a _k"], ...]:
    """Return a pass's gradients summed over each grid.

    Raises
    ------
    ModelError
        If it was made without.
    """
    if taken.gradient_sums is None:
        raise _missing(method, "sums")
    return taken.gradient_sums


def full_gradients(taken: Pass, method: str) -> tuple[Float[Tensor, "b a _k _i _j"], ...]:
    """Return a pass's gradients at every cell.

    Raises
    ------
    ModelError
        If it was made without.
    """
    if taken.gradients is None:
        raise _missing(method, "full")
    return taken.gradients


def _missing(method: str, kind: str) -> ModelError:
    return ModelError(f"{method} needs gradients and this pass has none; make it by model.run(x, gradients='{kind}').")


def over_outputs(layer: Tensor, gradient: Float[Tensor, "b a k i j"], term: Term) -> Tensor:
    """Return `term` of the layer and each output's gradient, outputs along the second axis."""
    return torch.stack([term(layer, gradient[:, output]) for output in range(gradient.shape[1])], dim=1)


def contributions(taken: Pass, method: str) -> Maps:
    """Return each cell's activations times its gradient, in units of the output.

    M(x, y) = i·j Σ_k ∂y / ∂f_k(x, y) · f_k(x, y) on each layer's own grid of i x j cells, averaged down to the last layer's.
    The factor makes the mean over the map what the sum would be without it, whatever the grid, as for `cam`.

    Raises
    ------
    ModelError
        If the pass was made without gradients.
    """
    grid = taken.activations[-1].shape[2], taken.activations[-1].shape[3]
    maps = [
        area_pool(over_outputs(layer, gradient, _product) * (layer.shape[2] * layer.shape[3]), grid)
        for layer, gradient in zip(taken.activations, full_gradients(taken, method), strict=True)
    ]
    return torch.stack(maps).sum(0)


def _product(layer: Tensor, gradient: Tensor) -> Tensor:
    return (layer * gradient).sum(1)
