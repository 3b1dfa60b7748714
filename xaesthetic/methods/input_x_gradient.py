"""Input times gradient (Shrikumar et al., 2016)."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._inputs import input_gradients
from xaesthetic.models.model import Pass


@method(
    title="input × gradient",
    passes=1,
    differentiable=True,
    layers=False,
    promises="For a network of ReLUs without biases its sum is the output.",
    against="Pixels of the mean color (input 0) get nothing, whatever they do: it is a baseline that nobody chose.",
)
def input_x_gradient(taken: Pass) -> Float[Tensor, "b a h w"]:
    """The gradient at the inputs times the inputs, summed over colors; on the input's grid.

    M_a(x, y) = Σ_c x_c ∂y_a/∂x_c, as captum's `InputXGradient`. Signed. One pass with gradients for all attributes.
    """
    return torch.einsum("bachw,bchw->bahw", input_gradients(taken.model, taken.x), taken.x.float())
