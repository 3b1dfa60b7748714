"""What `xaesthetic.evaluation.beyond` measures on, from a network: features of cells, where people looked, full edits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import zarr
from jaxtyping import Float, Float32

from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import EditStep, Pixels, Record
from xaesthetic.data.images import SMALLEST
from xaesthetic.data.photograph import load_original
from xaesthetic.models.forward import to_batch
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.models.pooling import area_pool
from xaesthetic.run.stage import ArraySink, batches, compute
from xaesthetic.train.choosing import choose, folds_of
from xaesthetic.train.effects import EFFECTS
from xaesthetic.train.features import read_pixels
from xaesthetic.train.ridge import step_features
from xaesthetic.train.standardised import standardised

_BATCH = 4
_ENDS = (0.0, 1.0)


def validate_linear(model: AttributeModel) -> None:
    """Make sure that heads can be fitted to a model's features whose maps are sums.

    Raises
    ------
    ModelError
        If its head is no linear layer over global averages.
    """
    if not isinstance(model.head, LinearHead):
        raise ModelError(
            f"{model.name}: its head is no linear layer over global averages, so no ridge on its features makes maps; "
            "choose another model, as multigap_lite0."
        )


def cell_features(
    model: AttributeModel, records: Sequence[Record], folder: Path, execution: Execution
) -> Float32[np.ndarray, "p k i j"]:
    """Return every channel in every cell of the last layer's grid, which is `cam`'s; a stopped pass goes on.

    Parameters
    ----------
    model
        Its features are used, its head is not.
    records
        The photographs.
    folder
        Keeps the features.
    execution
        How it is carried out, and on which device.

    Returns
    -------
    A row a photograph, all layers side by side; nan where one cannot be read.
    """
    groups, on, file = batches(records, _BATCH), device(execution.device), folder / "cells.zarr"

    def work(group: Sequence[Record], pixels: list[Pixels | None]) -> dict[str, np.ndarray]:  # noqa: ARG001
        black = np.zeros((SMALLEST, SMALLEST, 3), np.uint8)
        layers = model.run(to_batch([black if item is None else item for item in pixels], model.inputs, on)).activations
        grid = layers[-1].shape[2], layers[-1].shape[3]
        values = torch.cat([area_pool(layer, grid) for layer in layers], dim=1).float().cpu().numpy()
        values[[item is None for item in pixels]] = np.nan
        return {"cells": values}

    if not file.is_dir():
        sinks = {"cells": ArraySink(file, folder / "cells", tuple(map(len, groups)))}
        compute(
            folder, "cells", groups, work, sinks, execution, lambda group: [read_pixels(item) for item in group], "cells"
        )
    kept: zarr.Array[Any] = zarr.open_array(file, mode="r")
    return np.asarray(kept[:], np.float32)


def looks_on(records: Sequence[Record], grid: tuple[int, int]) -> Float[np.ndarray, "p c"]:
    """Return the share of people's fixations in every cell of photographs; nan where nobody was watched, or it is gone."""
    return np.array([_looks(record, grid) for record in records]).reshape(len(records), grid[0] * grid[1])


def _looks(record: Record, grid: tuple[int, int]) -> Float[np.ndarray, " c"]:
    points = np.array([item for marks in record.annotations for item in marks.fixations], np.float64).reshape(-1, 2)
    nowhere = np.full(grid[0] * grid[1], np.nan)
    try:
        height, width = load_original(record).size if len(points) else (1, 1)
    except DataError:
        return nowhere
    places = points[:, ::-1] / (height, width) * grid
    inside = places[np.isfinite(places).all(1) & (places >= 0).all(1) & (places < grid).all(1)].astype(int)
    if not len(inside):
        return nowhere
    return np.bincount(np.ravel_multi_index((inside[:, 0], inside[:, 1]), grid), minlength=len(nowhere)) / len(inside)


def full_edits(
    model: AttributeModel, records: Sequence[Record], attributes: Sequence[str], folder: Path, execution: Execution
) -> tuple[Float[np.ndarray, "e k"], Float[np.ndarray, "e a"]] | None:
    """Return what full edits change in averaged features, and which way that should move attributes.

    Parameters
    ----------
    model, folder, execution
        As for `cell_features`.
    records
        Photographs with a subject.
    attributes
        What is rated.

    Returns
    -------
    A row a photograph and edit; 1 or -1 where the edit should move the attribute, else nan. None where no photograph can be
    edited, or no edit moves any of the attributes.
    """
    table = np.array([[np.sign(known.get(name, np.nan)) or np.nan for name in attributes] for known in EFFECTS.values()])
    if not records or np.isnan(table).all():
        return None
    steps = [EditStep(kind, amount) for kind in EFFECTS for amount in _ENDS]
    features, _, names = step_features(model, records, folder / "edits", execution, steps)
    if not names:
        return None
    changed = np.diff(features.reshape(len(names), len(EFFECTS), 2, -1).astype(np.float64), axis=2)[:, :, 0]
    return changed.reshape(-1, features.shape[-1]), np.tile(table, (len(names), 1))


def penalty_by_folds(
    features: Float[np.ndarray, "n k"], labels: Float[np.ndarray, "n a"], groups: Sequence[str], execution: Execution
) -> float:
    """Return the penalty of a ridge of ratings that folds of groups choose, as training does."""
    rows = standardised(features.astype(np.float64), labels, groups, None)
    return choose(rows.problem, folds_of(groups), execution.track).ratings.penalty
