"""The network while it is trained, its loss, and where its inputs come from."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import zarr
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import InputSpec
from xaesthetic.models.forward import to_batch
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import LINKS, AttributeModel
from xaesthetic.models.pooling import global_average
from xaesthetic.models.weights import untrained
from xaesthetic.run.stage import ArraySink, compute
from xaesthetic.train.recipe import Recipe
from xaesthetic.train.samples import Photographs, chunks

Inputs = Callable[[np.ndarray, np.ndarray], Tensor]
"""Rows of the samples, and which of them are mirrored, to what the network takes."""


class Network(torch.nn.Module):
    """A backbone, global averages, one linear layer, and a link for every output."""

    def __init__(self, model: AttributeModel, recipe: Recipe) -> None:
        """Take the model's backbone and draw a new head.

        Raises
        ------
        ModelError
            If the model's head is another kind, or its backbone no torch module.
        """
        super().__init__()
        if not isinstance(model.head, LinearHead) or model.module is None:
            raise ModelError("training needs a torch module under global average pooling and one linear layer.")
        self.backbone = torch.nn.Identity() if recipe.freeze_backbone else model.module
        self._model = (model.module, model.features)  # in a tuple: torch must not take them for parts of a frozen network
        self._links = tuple(recipe.links[attribute] for attribute in recipe.attributes)
        self.frozen = recipe.freeze_backbone
        channels = model.head.weights.shape[1]
        self.head = torch.nn.Linear(channels, len(recipe.attributes))
        weights, bias = untrained(len(recipe.attributes), channels, recipe.seed)
        self.head.load_state_dict({"weight": weights, "bias": bias})
        self.requires_grad_(True)

    @property
    def kept(self) -> torch.nn.Module:
        """The backbone, trained or not."""
        return self._model[0]

    def forward(self, x: Tensor) -> Float[Tensor, "b a"]:
        """Ratings of photographs, or of averaged features where the backbone is frozen."""
        raw = self.head(x if self.frozen else global_average(self._model[1](x)))
        return torch.stack([LINKS[link](raw[:, column].float()) for column, link in enumerate(self._links)], dim=1)


def squared_errors(ratings: Float[Tensor, "b a"], labels: Float[Tensor, "b a"]) -> tuple[Tensor, Tensor]:
    """For each attribute the sum of squared errors, and of how many; labels that are nan do not count."""
    known = ~labels.isnan()
    errors = torch.where(known, ratings - torch.nan_to_num(labels), 0.0)
    return (errors**2).sum(0), known.sum(0)


def weighted(errors: Tensor, counts: Tensor, recipe: Recipe) -> Tensor:
    """Σ_a w_a · mean squared error of a; an attribute without labels adds nothing."""
    weights = torch.tensor([recipe.loss_weights[item] for item in recipe.attributes], device=errors.device)
    return (weights * errors / counts.clamp(min=1)).sum()


def photograph_inputs(photographs: Photographs, inputs: InputSpec, on: str) -> Inputs:
    """Photographs as the network takes them."""

    def take(rows: np.ndarray, flipped: np.ndarray) -> Tensor:
        pixels = [photographs.pixels[row][:, :: -1 if flip else 1] for row, flip in zip(rows, flipped, strict=True)]
        return to_batch([np.array(item) for item in pixels], inputs, on)

    return take


def feature_inputs(
    model: AttributeModel, take: Inputs, usable: np.ndarray, recipe: Recipe, folder: Path, execution: Execution
) -> Inputs:
    """Return averaged features of every usable photograph, mirrored too where the recipe mirrors; computed once.

    Parameters
    ----------
    model
        Its backbone is used as it is.
    take
        Where photographs come from.
    usable
        Which of them can be used.
    recipe
        Its batch, and whether it mirrors.
    folder
        Keeps the features.
    execution
        How it is carried out, and on which device.
    """
    rows = np.flatnonzero(usable)
    width = model.head.weights.shape[1] if isinstance(model.head, LinearHead) else 0
    table = torch.zeros(1 + recipe.flips, len(usable), width)
    for flipped in (False, True)[: 1 + recipe.flips]:
        file = folder / f"mirrored_{flipped}.zarr"
        if not file.is_dir():
            _compute_features(model, take, chunks(rows, recipe.batch), flipped, file, execution)
        kept: zarr.Array[Any] = zarr.open_array(file, mode="r")
        table[int(flipped), rows] = torch.from_numpy(np.asarray(kept[:]))
    return lambda rows, flipped: table[torch.from_numpy(flipped.astype(np.int64)), torch.from_numpy(rows)].to(
        execution.device
    )


def _compute_features(
    model: AttributeModel, take: Inputs, groups: Sequence[np.ndarray], flipped: bool, file: Path, execution: Execution
) -> None:
    def work(group: np.ndarray, x: Tensor) -> dict[str, np.ndarray]:
        del group
        return {"features": global_average(model.run(x).activations).float().cpu().numpy()}

    sink = ArraySink(file, file.parent / file.stem, tuple(map(len, groups)))
    prepare = lambda group: take(group, np.full(len(group), flipped))  # noqa: E731  # a line says it
    compute(file.parent, file.stem, groups, work, {"features": sink}, execution, prepare, "features")
