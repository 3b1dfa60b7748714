"""FullGrad (Srinivas & Fleuret, NeurIPS 2019) for all outputs at once, signed and adding up."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.facts import method
from xaesthetic.methods._biases import Bias, record_biases
from xaesthetic.models.gradients import output_gradients
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import Pass
from xaesthetic.models.pooling import area_pool

_CLOSE, _CLOSE_HALF = 1e-3, 3e-2

@method(
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
    if model.module is None or model.runner is not None:
        raise ModelError(
            "full_grad needs the network's modules, to see their biases, and the model shows none; use integrated_gradients."
        )
    with torch.inference_mode(False), torch.enable_grad():
        x = taken.x.detach().clone().requires_grad_()
        with record_biases(model.module) as biases:
            raw = model.outputs(x)
        maps, sizes = _maps(raw, x, biases)
    summed = maps.sum((2, 3)) + (model.head.bias if isinstance(model.head, LinearHead) else 0)
    half = any(item.at.dtype in (torch.float16, torch.bfloat16) for item in biases)
    if bool(((summed - raw.detach()).abs() > (_CLOSE_HALF if half else _CLOSE) * sizes).any()):
        raise ModelError(
            "full_grad finds that the biases of the network's modules do not make up its outputs: it multiplies features with "
            "each other (attention, squeeze and excitation) or computes outside its modules; use integrated_gradients."
        )
    return maps


def _maps(raw: Float[Tensor, "b a"], x: Tensor, biases: list[Bias]) -> tuple[Float[Tensor, "b a h w"], Float[Tensor, "b a"]]:
    """Return the maps, and for each output how large its parts are together, sign aside."""
    maps, sizes = [], []
    for inputs, *gradients in output_gradients(raw, (x, *(bias.at for bias in biases))):
        total = (inputs * x.detach()).sum(2)
        size = total.abs().sum((2, 3))
        for bias, gradient in zip(biases, gradients, strict=True):
            part = bias.part(gradient)
            size = size + part.abs().sum((2, 3))
            cells = part.shape[2] * part.shape[3] / (x.shape[2] * x.shape[3])
            total = total + area_pool(part.to(total), (x.shape[2], x.shape[3])) * cells  # so its sum is kept
        maps.append(total)
        sizes.append(size)
    return torch.cat(maps).transpose(0, 1).detach(), torch.cat(sizes).transpose(0, 1).detach()
