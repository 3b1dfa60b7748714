"""Eigen-CAM (Muhammad & Yeasin, IJCNN 2020): a floor, which asks no output."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.facts import method
from xaesthetic.models.model import Pass
from xaesthetic.models.pooling import Activations, area_pool


@method(
    title="Eigen-CAM",
    signed=False,
    asks_output=False,
    promises="It is the same whatever is asked: a map of an output must beat it.",
    against="It asks no output, so it explains none.",
)
def eigen_cam(taken: Pass) -> Float[Tensor, "b a i j"]:
    """Where the network is active in the commonest way, whatever the output: the same map for all of them.

    M = max(0, F v), where the rows of F are cells, its columns the channels of all layers pooled to the last layer's grid,
    and v is F's first right singular vector, with the sign that makes the map's sum positive. As in the paper F is not
    centred, so that the map of activations that are at least 0 is at least 0 by itself.
    """
    maps = torch.relu(_first_component(taken.activations))[:, None]
    return maps.expand(-1, len(taken.model.attributes), -1, -1).to(taken.raw.dtype).contiguous()


def _first_component(activations: Activations) -> Float[Tensor, "b i j"]:
    """Return F v = σ u by the eigenvector u of F Fᵀ, which is as large as the grid, however many channels there are."""
    grid = activations[-1].shape[2], activations[-1].shape[3]
    cells = [area_pool(layer, grid).flatten(2).double() for layer in activations]
    gram = torch.stack([layer.mT @ layer for layer in cells]).sum(0)
    values, vectors = torch.linalg.eigh(gram)  # in rising order
    first = vectors[..., -1] * values[:, -1:].clamp(min=0).sqrt()
    signs = torch.where(first.sum(1, keepdim=True) < 0, -1.0, 1.0)
    maps: Tensor = (first * signs).reshape(-1, *grid)
    return maps
