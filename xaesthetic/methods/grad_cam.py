"""Grad-CAM (Selvaraju et al., ICCV 2017) for all attributes in one backward pass through the head."""

from jaxtyping import Float
from torch import Tensor

from xaesthetic.methods._weighted import weighted_sum
from xaesthetic.models.model import Activations, AttributeModel, output_gradients


def grad_cam(model: AttributeModel, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a i j"]:
    """The activations weighed by their summed gradients; for any differentiable head.

    M_a(x, y) = Σ_k w_k f_k(x, y) with w_k = Σ_{x, y} ∂y_a / ∂f_k(x, y). A sum as in Malu et al. 2017, where the original
    takes the mean: one layer's maps differ by the factor i * j, and several layers' maps add up only so. Signed; the
    original rectifies. On a global-average-and-linear head it equals `cam`.
    """
    del x
    if model.gradient_sums is not None:
        return weighted_sum(activations, model.gradient_sums(activations))
    leaves = tuple(layer.detach().requires_grad_() for layer in activations)
    gradients = output_gradients(model.head, leaves)
    return weighted_sum(activations, [_spatial_sum(gradient).transpose(0, 1) for gradient in gradients])


def _spatial_sum(gradient: Float[Tensor, "a b k i j"]) -> Float[Tensor, "a b k"]:
    """Sum over the grid; a gradient that is one number broadcast over it, as pooling's is, is multiplied instead."""
    if gradient.stride(-1) == 0 and gradient.stride(-2) == 0:
        return gradient[..., 0, 0] * (gradient.shape[-1] * gradient.shape[-2])
    return gradient.sum((-2, -1))
