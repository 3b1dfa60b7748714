"""The variant of CAM in the published code of Malu et al. 2017 (github gautamMalu/Aesthetic_attributes_maps, MIT)."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.facts import method
from xaesthetic.methods._weighted import split, weighted_sum
from xaesthetic.models.heads import linear_weights
from xaesthetic.models.model import Pass


@method(
    title="CAM of Malu et al.",
    linear=True,
    signed=False,
    against="It leaves out what lowers an output, so that maps of different attributes are nearly the same.",
)
def malu_cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """The published code's map: every channel's contribution rectified before the sum, which starts from one.

    M_a(x, y) = 1 + Σ_k max(0, w_ak f_k(x, y)); with f ≥ 0 that is 1 + `cam` with the negative weights left out.
    It is at least 1 everywhere and does not add up to the prediction.

    Raises
    ------
    ModelError
        If an output is not global average pooling and one linear layer, or an activation is negative.
    """
    weights = linear_weights(taken.model.head, taken.model.attributes, "malu_cam")
    if not taken.model.rectified and any(bool(layer.amin() < 0) for layer in taken.activations):
        raise ModelError("malu_cam is defined for rectified activations and this model's are negative in places; use cam.")
    return 1 + weighted_sum(taken, split(torch.clamp(weights, min=0), taken.activations))
