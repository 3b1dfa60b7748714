"""Gradient-weighted attention (Chefer et al., ICCV 2021): what lowers an output."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._relevance import relevance
from xaesthetic.models.model import Pass


@method(
    title="attention relevance (down)",
    passes=2,
    differentiable=True,
    layers=False,
    signed=False,
    against="It rectifies in every block, so that it does not add up; and it follows attention alone, no other layer.",
)
def attention_relevance_down(taken: Pass) -> Float[Tensor, "b a i j"]:
    """From which patches a transformer collects what lowers an output.

    `attention_relevance` of -y: R = I, then block by block R + mean_h max(0, -∂y/∂A_h ⊙ A_h) R. At least 0.

    Raises
    ------
    ModelError
        If the network has no attention between all patches in every block.
    """
    return relevance(taken, -1.0, "attention_relevance_down")
