"""Saliency (Simonyan et al., ICLR workshop 2014), with its sign."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._inputs import input_gradients
from xaesthetic.models.model import Pass


@method(
    title="saliency",
    passes=1,
    differentiable=True,
    layers=False,
    against="A gradient says what a small change would do, not what made the output: where a network saturates it is zero.",
)
def saliency(taken: Pass) -> Float[Tensor, "b a h w"]:
    """The gradient at the inputs, summed over colors: which pixels, made brighter, would raise the output.

    M_a(x, y) = Σ_c ∂y_a/∂x_c, on the input's grid. Signed, where the paper and captum's `Saliency` take the absolute value
    before colors are joined, and so lose what lowers an output. One pass with gradients for all attributes.
    """
    return input_gradients(taken.model, taken.x).sum(2)
