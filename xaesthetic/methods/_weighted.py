"""What every CAM-like method does last: weigh the activations and sum them on one grid."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.model import Pass
from xaesthetic.models.pooling import Activations, area_pool, pools_fast

Maps = Float[Tensor, "b a i j"]


def weighted_sum(taken: Pass, weights: Sequence[Tensor]) -> Maps:
    """Σ_k w_k f_k(x, y) over all layers, on the last layer's grid.

    Weighing and pooling commute. A layer that pools fast is pooled first, once for all methods, and after that any number
    of outputs costs next to nothing; another one is weighed down to one map an output first. The channels of all layers
    side by side are never built.

    Parameters
    ----------
    taken
        Its activations are weighed.
    weights
        For each layer (a, k), or (b, a, k) where every photograph has its own.
    """
    total: Tensor | None = None
    for number, (layer, weight) in enumerate(zip(taken.activations, weights, strict=True)):
        maps = _weigh(taken.pooled(number), weight) if pools_fast(layer) else area_pool(_weigh(layer, weight), taken.grid)
        total = maps if total is None else total + maps
    if total is None:
        raise ModelError("no layer's activations are known; use a method of the inputs, as --method occlusion.")
    return total


def _weigh(layer: Float[Tensor, "b k i j"], weight: Tensor) -> Maps:
    """Multiply along the memory's own order of axes, whichever it is: a transposed copy would cost more than the sum."""
    batch, channels, height, width = layer.shape
    if not layer.is_contiguous(memory_format=torch.channels_last):
        maps = weight @ layer.flatten(2)
    elif weight.ndim == 3:
        maps = (layer.permute(0, 2, 3, 1).flatten(1, 2) @ weight.mT).mT
    else:  # weights on the left: products with few columns are slow
        cells = layer.permute(0, 2, 3, 1).reshape(-1, channels)
        maps = (weight @ cells.T).reshape(-1, batch, height * width).transpose(0, 1)
    return maps.reshape(batch, weight.shape[-2], height, width)


def split(weights: Float[Tensor, "a k"], activations: Activations) -> tuple[Tensor, ...]:
    """The columns of a linear layer over all channels, layer by layer."""
    return torch.split(weights, [layer.shape[1] for layer in activations], dim=1)
