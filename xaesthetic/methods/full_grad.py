"""FullGrad (Srinivas & Fleuret, NeurIPS 2019) for all outputs at once, signed and adding up."""

from collections.abc import Sequence
from functools import reduce

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.facts import method
from xaesthetic.methods._biases import Bias, record_biases
from xaesthetic.methods._weighted import Maps
from xaesthetic.models.gradients import output_gradients
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import Pass
from xaesthetic.models.pooling import area_pool

_CLOSE, _ROUNDING = 1e-3, 1e-6


@method(
    title="FullGrad",
    adds_up="sum",
    passes=2,
    differentiable=True,
    layers=False,
    promises="Its sum is the output, but for its bias; what cannot be accounted for is refused.",
    against="One backward pass of the whole network for each output; a bias that has no place is spread evenly.",
)
def full_grad(taken: Pass) -> Float[Tensor, "b a h w"]:
    """The input times its gradient, plus every bias times its gradient, where it acts; on the input's grid.

    M_a = Σ_c x_c ∂y_a/∂x_c + Σ_l Σ_k spread(b_l ∂y_a/∂z_l), where z_l is what module l of the network gives and b_l what of
    it is not linear in its input, z_l - J_l u: the bias of a convolution, the shift of a batch norm, what an activation
    that is not piecewise linear through 0 adds. A cell's part is spread evenly over its share of the input, and that of a
    bias without a place over all of it. The paper takes absolute values and rescales each part; here the map is signed, and
    its sum is the output.

    Raises
    ------
    ModelError
        If the network's modules cannot be seen, or its parts do not add up to the output: it multiplies features with each
        other, or computes outside its modules.
    """
    model = taken.model
    if model.module is None:
        raise ModelError(
            "full_grad needs the network's modules, to see their biases, and the model shows none; use integrated_gradients."
        )
    with torch.inference_mode(False), torch.enable_grad():
        x = taken.x.detach().clone().requires_grad_()
        with record_biases(model.module) as biases:
            raw = model.outputs(x)
        maps, allowed = _maps(raw, x, biases)
    summed = maps.sum((2, 3)) + (model.head.bias if isinstance(model.head, LinearHead) else 0)
    if bool(((summed - raw.detach()).abs() > allowed * _looser(biases)).any()):
        raise ModelError(
            "full_grad finds that the biases of the network's modules do not make up its outputs: it multiplies features by "
            "each other (attention, squeeze and excitation) or computes outside its modules; use integrated_gradients."
        )
    return maps


def _looser(biases: list[Bias]) -> int:
    """Half precision has eight bits."""
    return 30 if any(item.at.dtype in (torch.float16, torch.bfloat16) for item in biases) else 1


def _maps(raw: Float[Tensor, "b a"], x: Tensor, biases: list[Bias]) -> tuple[Maps, Float[Tensor, "b a"]]:
    """Return the maps, and by how much each may miss its output: by so much of its parts, and of what cancels in them."""
    maps, allowed = [], []
    for inputs, *gradients in output_gradients(raw, (x, *(bias.at for bias in biases))):
        parts = [(inputs * x.detach()).sum(2), *map(Bias.part, biases, gradients)]
        sizes = [_CLOSE * part.sum((2, 3)).abs() + _ROUNDING * part.abs().sum((2, 3)) for part in parts]
        maps.append(_sum([_spread(part.to(x), (x.shape[2], x.shape[3])) for part in parts]))
        allowed.append(_sum([size.to(x) for size in sizes]))
    return torch.cat(maps).transpose(0, 1).detach(), torch.cat(allowed).transpose(0, 1).detach()


def _sum(parts: Sequence[Tensor]) -> Tensor:
    return reduce(torch.add, parts)


def _spread(part: Tensor, size: tuple[int, int]) -> Tensor:
    """Spread each cell's value evenly over its share of the input; the sum is kept."""
    return area_pool(part, size) * (part.shape[2] * part.shape[3] / (size[0] * size[1]))
