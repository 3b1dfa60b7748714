"""The floor that every map must beat: where the network is active at all, no head asked."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.methods._weighted import area_pool
from xaesthetic.models.model import Activations, AttributeModel


def activation_energy(
    model: AttributeModel, x: Float[Tensor, "b 3 h w"], activations: Activations
) -> Float[Tensor, "b a i j"]:
    """Where the network is active, whatever the attribute: the same map for all of them.

    M(x, y) = Σ_k f_k(x, y)², each block pooled to the last block's grid. At least 0.
    """
    del x
    grid = activations[-1].shape[2], activations[-1].shape[3]
    pooled = [area_pool(torch.einsum("bkij,bkij->bij", layer, layer)[:, None], grid) for layer in activations]
    return torch.stack(pooled).sum(0).expand(-1, len(model.attributes), -1, -1).contiguous()
