"""What the published network's head does, whichever backbone it stands on."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.pooling import Activations, global_average

NORMS = ("none", "batch", "running")
TRAINED_AT = 16
"""The batch that it was trained with: features were divided by their norm over so many photographs."""
LINKS: tuple[str, ...] = tuple(
    "sigmoid" if item.name in ("repetition", "symmetry", "overall") else "tanh" for item in ATTRIBUTES
)


def batch_normed(weights: Float[Tensor, "a k"], bias: Float[Tensor, " a"]) -> FunctionHead:
    """The code's head: every feature divided by its Euclidean norm over the batch, `K.l2_normalize(x, 0)`.

    Ratings depend on what else is in the batch: alone every photograph gets the same, and from 16 to 64 photographs the
    outputs (less the bias) halve.
    """

    def raw(activations: Activations) -> Float[Tensor, "b a"]:
        features = global_average(activations)
        norm = (features**2).sum(0).clamp(min=1e-12).sqrt()
        return torch.nn.functional.linear(features / norm, weights.to(features), bias.to(features))

    return FunctionHead(raw, copies=False)
