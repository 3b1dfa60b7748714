"""Class activation mapping (Zhou et al., CVPR 2016), over all blocks as in Malu et al. 2017."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._weighted import split, weighted_sum
from xaesthetic.models.heads import linear_weights
from xaesthetic.models.model import Pass


@method(
    title="CAM",
    adds_up="mean",
    linear=True,
    promises="Its mean plus the bias is the output, exactly.",
    against="A cell of the last layers has seen most of the photograph: the reason may lie elsewhere than the cell.",
)
def cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """The linear layer's weights laid over the maps: its mean plus the bias is the prediction.

    M_a(x, y) = Σ_k w_ak f_k(x, y), each block pooled to the last block's grid. Signed.

    Raises
    ------
    ModelError
        If an output is not global average pooling and one linear layer.
    """
    weights = linear_weights(taken.model.head, taken.model.attributes, "cam")
    return weighted_sum(taken, split(weights, taken.activations))
