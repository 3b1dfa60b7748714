"""Gradient SHAP, or expected gradients (Lundberg & Lee, NeurIPS 2017; Erion et al., 2021)."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.baselines import DEFAULT
from xaesthetic.core.facts import method
from xaesthetic.methods._inputs import input_gradients
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.model import Pass

_DRAWS = 32
_SHARE = 0.05


@method(
    title="GradientSHAP",
    passes=f"{_DRAWS} with gradients",
    differentiable=True,
    layers=False,
    baseline=True,
    promises="In expectation, and with small noise, its sum is the output minus the output for the baseline.",
    against="It is integrated_gradients by chance: the same assumptions, and draws besides.",
)
def gradient_shap(taken: Pass, baseline: str = DEFAULT) -> Float[Tensor, "b a h w"]:
    """Gradients at random places between a baseline and the photograph with noise, summed over colors.

    M_a(x, y) = 1/N Σ_n Σ_c (x_n - x')_c ∂y_a/∂x_c (x' + t_n (x_n - x')), where x_n is the photograph with noise of 5 % of
    its range and t_n is uniform, as captum's `GradientShap`; on the input's grid. Signed. The draws are the same for every
    photograph and every call. The baseline x' is the mean color (input 0) where none is named.
    """
    x = taken.x
    start = baseline_input(x, taken.model.inputs, baseline)
    spread = _SHARE * (x.amax((1, 2, 3), keepdim=True) - x.amin((1, 2, 3), keepdim=True))
    generator = torch.Generator().manual_seed(0)
    total = x.new_zeros((*taken.raw.shape, *x.shape[2:]), dtype=torch.float32)
    for _ in range(_DRAWS):
        way = x + spread * torch.randn(x.shape[1:], generator=generator).to(x) - start
        place = float(torch.rand((), generator=generator))
        gradients = input_gradients(taken.model, start + place * way)
        total += torch.einsum("bachw,bchw->bahw", gradients, way.float())
    return total / _DRAWS
