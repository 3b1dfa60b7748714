"""Score-CAM (Wang et al., CVPR Workshops 2020) for all outputs at once, without its softmax."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.baselines import DEFAULT
from xaesthetic.core.facts import method
from xaesthetic.methods._perturbed import changed_outputs, run_all
from xaesthetic.methods._weighted import weighted_sum
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.model import Pass


@method(
    title="Score-CAM",
    passes="one a channel, and 2",
    baseline=True,
    against="What is masked is an edit, and a soft mask of any channel shows much of the photograph.",
)
def score_cam(taken: Pass, baseline: str = DEFAULT) -> Float[Tensor, "b a i j"]:
    """The activations weighed by the outputs for the photograph seen through them alone; needs no gradient.

    M_a(x, y) = Σ_k w_k f_k(x, y) with w_k = y_a(B + H_k (X - B)) - y_a(B), where X is the photograph, B the baseline and H_k
    the channel, enlarged to the photograph and brought to 0 to 1. The paper has a softmax of w over the channels, which
    makes sense for a class and hides what lowers an output; here w is signed, and so is the map. Each layer is pooled to the
    last layer's grid. The baseline is the mean color (input 0) where none is named, as in the paper.
    """
    blank = baseline_input(taken.x, taken.model.inputs, baseline)
    base = taken.model.run(blank).raw
    return weighted_sum(taken, [_weights(taken, layer, blank, base) for layer in taken.activations])


def _weights(taken: Pass, layer: Float[Tensor, "b k i j"], blank: Tensor, base: Tensor) -> Float[Tensor, "b a k"]:
    """Return what each channel's mask brings over the baseline."""
    count, size = layer.shape[1], taken.x.numel() * taken.x.element_size()

    def outputs(channels: range) -> Tensor:
        return run_all(taken.model, _masked(taken.x, blank, layer[:, channels.start : channels.stop]))

    return (changed_outputs(outputs, count, size, f"score_cam of {len(taken.x)} photographs") - base).permute(1, 2, 0)


def _masked(x: Tensor, blank: Tensor, channels: Float[Tensor, "b n i j"]) -> Float[Tensor, "n b 3 h w"]:
    """Return the photographs seen through each of some channels; through a constant one nothing is."""
    large = torch.nn.functional.interpolate(channels, x.shape[2:], mode="bilinear", align_corners=False).to(x)
    low, high = large.amin((2, 3), keepdim=True), large.amax((2, 3), keepdim=True)
    masks = (large - low) / torch.where(high > low, high - low, torch.inf)
    return blank + masks.transpose(0, 1)[:, :, None] * (x - blank)
