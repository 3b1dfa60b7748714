"""Attention weighed by its gradients (Chefer et al., ICCV 2021), upwards and downwards."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.methods._attention import Attention, attention
from xaesthetic.models.gradients import output_gradients
from xaesthetic.models.model import Pass


def relevance(taken: Pass, sign: float, method: str) -> Float[Tensor, "b a i j"]:
    """Return the relevance of patches for every output, or for its opposite.

    Parameters
    ----------
    taken
        A pass of a transformer.
    sign
        1 for what raises an output, -1 for what lowers it.
    method
        Who asks, for the errors.
    """
    seen = attention(taken, method)
    groups = [_propagated(seen, group, sign) for group in output_gradients(seen.raw, seen.weights)]
    return torch.cat(groups).transpose(0, 1).float()


def _propagated(seen: Attention, gradients: tuple[Tensor, ...], sign: float) -> Float[Tensor, "a b i j"]:
    count = seen.weights[0].shape[2]
    total = torch.eye(count).to(seen.weights[0])
    for weights, gradient in zip(seen.weights, gradients, strict=True):
        mean = torch.relu(sign * gradient.detach() * weights.detach()).mean(-3)
        total = total + mean @ total
    return seen.grid(total)
