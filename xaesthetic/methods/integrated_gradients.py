"""Integrated gradients (Sundararajan et al., ICML 2017), by captum."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.extras import need
from xaesthetic.core.facts import method
from xaesthetic.models.model import Pass

_STEPS = 32
_AT_ONCE = 8


@method(
    adds_up="sum",
    passes="32 with gradients an attribute",
    needs_head=True,
    differentiable=True,
    requires="captum",
    layers=False,
)
def integrated_gradients(taken: Pass) -> Float[Tensor, "b a h w"]:
    """Gradients along the way from the mean colour to the photograph, summed over colours; on the input's grid.

    Its sum over the map is the prediction minus the prediction for a plain field of the mean colour (input 0), up to the
    integration's error: 32 Gauss-Legendre steps. Signed. One backward pass an attribute and step: the slowest method.
    """
    attr = need("captum.attr", extra="captum", purpose="the method integrated_gradients")  # a second to import
    model = taken.model
    captum = attr.IntegratedGradients(model.outputs, multiply_by_inputs=True)
    with torch.inference_mode(False), torch.enable_grad():
        maps = [
            captum.attribute(taken.x, baselines=0.0, target=index, n_steps=_STEPS, internal_batch_size=_AT_ONCE).sum(1)
            for index in range(len(model.attributes))
        ]
    return torch.stack(maps, dim=1).detach().float()
