"""HiResCAM (Draelos & Carin, 2020, arXiv 2011.08891) for all outputs at once."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._gradients import contributions
from xaesthetic.models.model import Pass


@method(
    title="HiResCAM",
    gradients="full",
    promises="Where one linear layer follows the layers, its mean plus the bias is the output.",
    against="A gradient is a slope where the photograph is: what saturates has none.",
)
def hires_cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """The activations times their gradients, cell by cell; for any differentiable head.

    M_a(x, y) = i·j Σ_k ∂y_a / ∂f_k(x, y) f_k(x, y), each layer pooled to the last layer's i x j cells. The factor i·j, which
    the paper has not, makes layers of different grids add up, and the map equal `cam` where the head is global average
    pooling and a linear layer. Signed.

    Raises
    ------
    ModelError
        If the pass was made without gradients.
    """
    return contributions(taken, "hires_cam")
