"""Class activation mapping (Zhou et al., CVPR 2016), over all blocks as in Malu et al. 2017."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.methods._weighted import split, weighted_sum
from xaesthetic.models.model import Activations, AttributeModel

ADDS_UP = "mean"


def cam(model: AttributeModel, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a i j"]:
    """The linear layer's weights laid over the maps: its mean plus the bias is the prediction.

    M_a(x, y) = Σ_k w_ak f_k(x, y), each block pooled to the last block's grid. Signed.

    Raises
    ------
    ModelError
        If the model's head is not global average pooling and one linear layer.
    """
    del x
    if model.weights is None:
        raise ModelError("cam needs a head of global average pooling and one linear layer; use --method grad_cam.")
    return weighted_sum(activations, split(model.weights, activations))
