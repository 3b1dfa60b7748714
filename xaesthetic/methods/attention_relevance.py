"""Gradient-weighted attention (Chefer et al., ICCV 2021): what raises an output."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._relevance import relevance
from xaesthetic.models.model import Pass


@method(
    title="attention relevance",
    passes=2,
    differentiable=True,
    layers=False,
    signed=False,
    against="It rectifies in every block, so that it does not add up; and it follows attention alone, no other layer.",
)
def attention_relevance(taken: Pass) -> Float[Tensor, "b a i j"]:
    """From which patches a transformer collects what raises an output.

    R = I, then block by block R + mean_h max(0, ∂y/∂A_h ⊙ A_h) R; the map is the row of the class token, or the mean row
    where tokens are averaged, on the grid of patches. At least 0: what lowers the output is in `attention_relevance_down`,
    and the two make up no signed map. All outputs from one forward pass.

    Raises
    ------
    ModelError
        If the network has no attention between all patches in every block.
    """
    return relevance(taken, 1.0, "attention_relevance")
