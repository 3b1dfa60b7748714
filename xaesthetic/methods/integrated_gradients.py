"""Integrated gradients (Sundararajan et al., ICML 2017), by captum."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.extras import need
from xaesthetic.models.model import Activations, AttributeModel

ADDS_UP = "sum"
_STEPS = 32
_AT_ONCE = 8


def integrated_gradients(
    model: AttributeModel, x: Float[Tensor, "b 3 h w"], activations: Activations
) -> Float[Tensor, "b a h w"]:
    """Gradients along the way from the mean colour to the photograph, summed over colours; on the input's grid.

    Its sum over the map is the prediction minus the prediction for a plain field of the mean colour (input 0), up to the
    integration's error: 32 Gauss-Legendre steps. Signed. One backward pass an attribute and step: the slowest method.
    """
    del activations
    attr = need("captum.attr", extra="captum", purpose="the method integrated_gradients")  # a second to import
    captum = attr.IntegratedGradients(lambda inputs: model.head(model.features(inputs)), multiply_by_inputs=True)
    maps = [
        captum.attribute(x, baselines=0.0, target=index, n_steps=_STEPS, internal_batch_size=_AT_ONCE).sum(1)
        for index in range(len(model.attributes))
    ]
    return torch.stack(maps, dim=1).detach().float()
