"""Grad-CAM++ (Chattopadhay et al., WACV 2018) for all outputs at once: what raises an output."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._plus_plus import plus_plus
from xaesthetic.models.model import Pass


@method(
    title="Grad-CAM++",
    gradients="full",
    signed=False,
    against="Its weights come from a model of exp(y) with rectified gradients, and change with the unit of the output.",
)
def grad_cam_plus_plus(taken: Pass) -> Float[Tensor, "b a i j"]:
    """What raises an output: activations weighed by their positive gradients, by the closed form of the paper.

    M_a(x, y) = max(0, Σ_k w_k f_k(x, y)) with w_k = Σ_{x, y} α max(0, g), α = g² / (2 g² + g³ Σ_{x, y} f_k) and
    g = ∂y_a / ∂f_k(x, y); the paper's factor exp(y_a) is the same for all cells and left out. At least 0: what lowers the
    output is in a map of its own, `grad_cam_plus_plus_down`. The two do not make up one signed map: each weighs its cells by
    another exp, and their difference is nobody's definition. nan where negative activations leave α without meaning.

    Raises
    ------
    ModelError
        If the pass was made without gradients.
    """
    return plus_plus(taken, 1, "grad_cam_plus_plus")
