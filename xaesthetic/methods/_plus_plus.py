"""The closed form of Grad-CAM++ for an output or its negative."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.methods._gradients import full_gradients, over_outputs
from xaesthetic.methods._weighted import Maps, weighted_sum
from xaesthetic.models.model import Pass


def plus_plus(taken: Pass, sign: int, method: str) -> Maps:
    """Return the map of sign · y.

    The paper's w_k = Σ α g⁺ with α = g² / (2 g² + g³ Σ f) is Σ over cells with g > 0 of g / (2 + g Σ f), where nothing
    vanishes for small gradients. nan where the closed form has no meaning: 2 + g Σ f is not above 0, which takes negative
    activations.

    Parameters
    ----------
    taken
        With full gradients.
    sign
        1 for what raises the outputs, -1 for what lowers them.
    method
        Who asks, for the error.
    """

    def weights(layer: Float[Tensor, "b k i j"], gradient: Float[Tensor, "b k i j"]) -> Float[Tensor, "b k"]:
        slope = torch.clamp(sign * gradient, min=0)
        below = 2 + slope * layer.sum((2, 3), keepdim=True)
        return torch.where(below > 0, slope / below, torch.nan).sum((2, 3))

    layers = zip(taken.activations, full_gradients(taken, method), strict=True)
    return torch.relu(weighted_sum(taken, [over_outputs(*layer, weights) for layer in layers]))
