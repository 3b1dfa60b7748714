"""Integrated gradients (Sundararajan et al., ICML 2017)."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.baselines import DEFAULT
from xaesthetic.core.facts import method
from xaesthetic.methods._inputs import input_gradients
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.model import Pass

_STEPS = 32


@method(
    title="integrated gradients",
    adds_up="sum",
    passes="32 with gradients",
    needs_head=True,
    differentiable=True,
    layers=False,
    baseline=True,
    promises="Its sum is the output minus the output for the baseline, up to the integration's error.",
    against="The baseline is an edit of its own, and the way to it leads through pictures that no camera takes.",
)
def integrated_gradients(taken: Pass, baseline: str = DEFAULT) -> Float[Tensor, "b a h w"]:
    """Gradients along the way from a baseline to the photograph, summed over colors; on the input's grid.

    M_a(x, y) = Σ_c (x_c - x'_c) ∫ ∂y_a/∂x_c (x' + t (x - x')) dt. Its sum over the map is the prediction minus the
    prediction for the baseline x', up to the integration's error: 32 Gauss-Legendre steps, as captum's
    `IntegratedGradients` has them. Signed. The baseline is the mean color (input 0) where none is named. One pass with
    gradients a step, for all attributes together.
    """
    x = taken.x
    start = baseline_input(x, taken.model.inputs, baseline)
    places, shares = np.polynomial.legendre.leggauss(_STEPS)
    total: Tensor | None = None
    for place, share in zip((places + 1) / 2, shares / 2, strict=True):
        step = input_gradients(taken.model, start + place * (x - start)) * share
        total = step if total is None else total + step
    if total is None:
        raise ValueError("there is one step at least")
    return torch.einsum("bachw,bchw->bahw", total, (x - start).float())
