"""XGrad-CAM (Fu et al., BMVC 2020) for all outputs at once."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._gradients import full_gradients, over_outputs
from xaesthetic.methods._weighted import weighted_sum
from xaesthetic.models.model import Pass


@method(
    title="XGrad-CAM",
    gradients="full",
    promises="Each layer's mean is its activations times their gradients, summed: the axiom of conservation to first order.",
    against="A channel whose values nearly cancel gets a huge weight: it is made for activations that are at least 0.",
)
def xgrad_cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """The activations weighed by their gradients' average, to which a cell counts as much as it is active.

    M_a(x, y) = Σ_k w_k f_k(x, y) with w_k = i·j Σ_{x, y} ∂y_a / ∂f_k(x, y) f_k(x, y) / Σ_{x, y} f_k(x, y), each layer pooled
    to the last layer's grid. A channel that is 0 everywhere has no weight. The factor i·j is that of `grad_cam`: on a head
    of global average pooling and a linear layer this is `cam`. Signed; the original rectifies.

    Raises
    ------
    ModelError
        If the pass was made without gradients.
    """
    layers = zip(taken.activations, full_gradients(taken, "xgrad_cam"), strict=True)
    return weighted_sum(taken, [over_outputs(layer, gradient, _weights) for layer, gradient in layers])


def _weights(layer: Float[Tensor, "b k i j"], gradient: Float[Tensor, "b k i j"]) -> Float[Tensor, "b k"]:
    cells = layer.shape[2] * layer.shape[3]
    weights = cells * (layer * gradient).sum((2, 3)) / layer.sum((2, 3))
    return torch.where((layer == 0).all(3).all(2), 0.0, weights)
