"""Grad-CAM (Selvaraju et al., ICCV 2017) for all attributes at once."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._gradients import gradient_sums
from xaesthetic.methods._weighted import weighted_sum
from xaesthetic.models.model import Pass


@method(
    title="Grad-CAM",
    gradients="sums",
    promises="Where the head is global average pooling and a linear layer it is cam.",
    against="One slope a channel for all cells: behind any other head it may light up where the output does not look.",
)
def grad_cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """The activations weighed by their summed gradients; for any differentiable head.

    M_a(x, y) = Σ_k w_k f_k(x, y) with w_k = Σ_{x, y} ∂y_a / ∂f_k(x, y). A sum as in Malu et al. 2017, where the original
    takes the mean: one layer's maps differ by the factor i * j, and several layers' maps add up only so. Signed; the
    original rectifies. On a global-average-and-linear head it equals `cam`.

    Raises
    ------
    ModelError
        If the pass was made without gradients.
    """
    return weighted_sum(taken, gradient_sums(taken, "grad_cam"))
