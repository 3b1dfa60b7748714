"""SmoothGrad (Smilkov et al., 2017), with its sign."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._inputs import input_gradients
from xaesthetic.models.model import Pass

_DRAWS = 16
_SHARE = 0.15


@method(
    title="SmoothGrad",
    passes=f"{_DRAWS} with gradients",
    differentiable=True,
    layers=False,
    against="Noise is an edit of its own (it makes colors more vivid), and how much of it is a choice that changes the map.",
)
def smooth_grad(taken: Pass) -> Float[Tensor, "b a h w"]:
    """The mean of `saliency` over 16 copies with noise, whose deviation is 15 % of the photograph's range.

    M_a(x, y) = 1/N Σ_n Σ_c ∂y_a/∂x_c (x + σ ε_n), as captum's `NoiseTunnel`, on the input's grid. Signed. The noise is the
    same for every photograph and every call.
    """
    x = taken.x
    spread = _SHARE * (x.amax((1, 2, 3), keepdim=True) - x.amin((1, 2, 3), keepdim=True))
    generator = torch.Generator().manual_seed(0)
    total = x.new_zeros((*taken.raw.shape, *x.shape[2:]), dtype=torch.float32)
    for _ in range(_DRAWS):
        noise = torch.randn(x.shape[1:], generator=generator).to(x)
        total += input_gradients(taken.model, x + spread * noise).sum(2)
    return total / _DRAWS
