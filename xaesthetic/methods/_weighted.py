"""What every CAM-like method does last: weigh the activations and sum them on one grid."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.pooling import Activations, area_pool

Maps = Float[Tensor, "b a i j"]


def weighted_sum(activations: Activations, weights: Sequence[Tensor]) -> Maps:
    """Σ_k w_k f_k(x, y) over all layers, on the last layer's grid.

    Weighing and pooling commute, so each layer is weighed down to one map an attribute first and pooled after: the
    channels of all layers side by side are never built.

    Parameters
    ----------
    activations
        One tensor a layer.
    weights
        For each layer (a, k), or (b, a, k) where every photograph has its own.
    """
    grid = activations[-1].shape[2], activations[-1].shape[3]
    total: Tensor | None = None
    for layer, weight in zip(activations, weights, strict=True):
        maps = area_pool(_weigh(layer, weight), grid)
        total = maps if total is None else total + maps
    if total is None:
        raise ModelError("no layer's activations are known; use a method of the inputs, as --method occlusion.")
    return total


def _weigh(layer: Float[Tensor, "b k i j"], weight: Tensor) -> Maps:
    """Multiply along the memory's own order of axes, whichever it is: a transposed copy would cost more than the sum."""
    batch, _, height, width = layer.shape
    if layer.is_contiguous(memory_format=torch.channels_last):
        cells = layer.permute(0, 2, 3, 1).flatten(1, 2)
        maps = (cells @ weight.mT).mT
    else:
        maps = weight @ layer.flatten(2)
    return maps.reshape(batch, weight.shape[-2], height, width)


def split(weights: Float[Tensor, "a k"], activations: Activations) -> tuple[Tensor, ...]:
    """The columns of a linear layer over all channels, layer by layer."""
    return torch.split(weights, [layer.shape[1] for layer in activations], dim=1)
