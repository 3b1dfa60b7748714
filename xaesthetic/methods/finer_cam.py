"""Finer-CAM (Zhang et al., CVPR 2025) for all outputs at once, of outputs in common units."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.facts import method
from xaesthetic.methods._gradients import gradient_sums
from xaesthetic.methods._weighted import weighted_sum
from xaesthetic.models.model import Pass

_REFERENCES = 3
_SHARE = 1.0


@method(
    title="Finer-CAM",
    gradients="sums",
    promises="It is Grad-CAM of the output minus its nearest others, in units of the output.",
    against="It depends on which other outputs the model has: a map of another model's is of another question.",
)
def finer_cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """What an output responds to and the outputs most like it do not: Grad-CAM of their difference.

    M_a = Σ_k (w_ak - γ |w_a| mean_d(w_dk / |w_d|)) f_k with Grad-CAM's weights w, as in `grad_cam`; d runs over the three
    other outputs whose weights point most nearly the same way, and γ = 1. Outputs have units of their own, so each is
    divided by its |w| first, and the result is brought back to output a's. The paper compares classes, whose logits share a
    unit. nan where an output does not depend on the layers. Signed.

    Raises
    ------
    ModelError
        If the model has one output, or the pass was made without gradients.
    """
    weights = gradient_sums(taken, "finer_cam")
    if len(taken.model.attributes) < 2:
        raise ModelError("finer_cam compares outputs and only one is here; use --method grad_cam, or --attr all.")
    joined = torch.cat(list(weights), dim=2)
    length = joined.norm(dim=2, keepdim=True)
    finer = joined - _SHARE * length * _references(joined / length)
    return weighted_sum(taken, torch.split(finer, [item.shape[2] for item in weights], dim=2))


def _references(directions: Float[Tensor, "b a k"]) -> Float[Tensor, "b a k"]:
    """Return for each output the mean direction of those most like it; those without one, nan, are no reference."""
    alike = torch.nan_to_num(directions @ directions.mT, nan=-torch.inf)
    alike.diagonal(dim1=1, dim2=2).fill_(-torch.inf)
    best = alike.topk(min(_REFERENCES, alike.shape[2] - 1), dim=2)
    chosen = torch.zeros_like(alike).scatter(2, best.indices, (best.values > -torch.inf).to(alike.dtype))
    return (chosen / chosen.sum(2, keepdim=True)) @ torch.nan_to_num(directions)
