"""Grad-CAM++ (Chattopadhay et al., WACV 2018) for all outputs at once: what lowers an output."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._plus_plus import plus_plus
from xaesthetic.models.model import Pass


@method(
    title="Grad-CAM++ (down)",
    gradients="full",
    signed=False,
    against="Its weights come from a model of exp(-y) with rectified gradients, and change with the unit of the output.",
)
def grad_cam_plus_plus_down(taken: Pass) -> Float[Tensor, "b a i j"]:
    """What lowers an output: `grad_cam_plus_plus` of its negative.

    The closed form models exp(y) with rectified gradients, so that a cell which lowers y has no part in its map. It has in
    that of exp(-y): the same with g = -∂y_a / ∂f_k(x, y). At least 0; higher where more lowers the output.

    Raises
    ------
    ModelError
        If the pass was made without gradients.
    """
    return plus_plus(taken, -1, "grad_cam_plus_plus_down")
