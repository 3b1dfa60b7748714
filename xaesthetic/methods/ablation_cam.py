"""Ablation-CAM (Desai & Ramaswamy, WACV 2020) for all outputs at once, in units of the output."""

from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.methods._perturbed import changed_outputs
from xaesthetic.methods._weighted import split, weighted_sum
from xaesthetic.models.model import Pass
from xaesthetic.models.pooling import Activations


@method(
    title="Ablation-CAM",
    passes="one a channel of what follows the layers; 1 where that is an average and a linear layer",
    promises="Each weight is what the output loses with its channel; it needs no gradient.",
    against="A network has never seen a channel at 0, and several that say the same lose nothing one by one.",
)
def ablation_cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """The activations weighed by what an output loses when their channel is set to 0; for any head, without a gradient.

    M_a(x, y) = Σ_k w_k f_k(x, y) with w_k = y_a - y_a(f_k = 0), each layer pooled to the last layer's grid. The paper
    divides by y_a, which has no meaning where an output has no natural zero. On a linear head w_k = w_ak mean(f_k), without
    a further pass. Signed.
    """
    weights = taken.model.weights
    if weights is not None:
        layers = zip(split(weights, taken.activations), taken.activations, strict=True)
        return weighted_sum(taken, [row * layer.mean((2, 3))[:, None] for row, layer in layers])
    with torch.inference_mode(False), torch.no_grad():
        whole = taken.model.outputs_at(taken.x, taken.activations)  # computed as what it is held against, in its precision
        return weighted_sum(taken, [_weights(taken, index, whole) for index in range(len(taken.activations))])


def _weights(taken: Pass, index: int, whole: Float[Tensor, "b a"]) -> Float[Tensor, "b a k"]:
    """Return what the outputs lose with each channel of one layer."""
    size = sum(item.numel() * item.element_size() for item in (taken.x, *taken.activations))
    count = taken.activations[index].shape[1]
    left = changed_outputs(partial(_ablated, taken, index), count, size, f"ablation_cam of {len(taken.x)} photographs")
    return (whole - left).permute(1, 2, 0).float()


def _ablated(taken: Pass, index: int, channels: range) -> Float[Tensor, "n b a"]:
    """Return the outputs without each of some channels."""
    count, batch = len(channels), len(taken.x)

    def repeated(item: Tensor) -> Tensor:
        return item.expand(count, *item.shape).flatten(0, 1)

    changed = [repeated(layer) for layer in taken.activations]
    changed[index] = taken.activations[index].repeat(count, 1, 1, 1)
    changed[index].view(count, batch, *changed[index].shape[1:])[range(count), :, channels] = 0
    activations: Activations = tuple(changed)
    return taken.model.outputs_at(repeated(taken.x), activations).reshape(count, batch, -1)
