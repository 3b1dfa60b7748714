"""The floor that every map must beat: where the network is active at all, no head asked."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.models.model import Pass
from xaesthetic.models.pooling import area_pool


@method(
    title="activation energy",
    signed=False,
    asks_output=False,
    promises="It is the same whatever is asked: a map of an output must beat it.",
    against="It asks no output, so it explains none.",
)
def activation_energy(taken: Pass) -> Float[Tensor, "b a i j"]:
    """Where the network is active, whatever the attribute: the same map for all of them.

    M(x, y) = Σ_k f_k(x, y)², each block pooled to the last block's grid. At least 0.
    """
    activations = taken.activations
    grid = activations[-1].shape[2], activations[-1].shape[3]
    pooled = [area_pool(torch.einsum("bkij,bkij->bij", layer, layer)[:, None], grid) for layer in activations]
    return torch.stack(pooled).sum(0).expand(-1, len(taken.model.attributes), -1, -1).contiguous()
