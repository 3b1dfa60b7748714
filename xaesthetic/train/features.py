"""Averaged features of photographs, to which heads are fitted in closed form."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from jaxtyping import Float, Float32

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.models.forward import to_batch
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.models.pooling import global_average
from xaesthetic.run.stage import ArraySink, batches, compute

_BATCH = 8
_LEAST = 1e-3
"""Of the median: a channel that hardly varies must not get a weight without bound."""
OF_RATED = 1e-2
"""The same where ratings are learnt. Of Lite0's 8,960 channels 66 hardly vary in PARA; divided by their own deviation, a
single one would fill the maps of other photographs, in which it does vary."""


def pooled(model: AttributeModel, pixels: Sequence[Pixels], on: str) -> Float[np.ndarray, "n k"]:
    """Return every channel's mean over its grid, a row a photograph, all layers side by side.

    Parameters
    ----------
    model
        Its features are used, its head is not.
    pixels
        Photographs, as many as one batch holds.
    on
        The device.
    """
    averages = global_average(model.run(to_batch(list(pixels), model.inputs, on)).activations)
    return np.asarray(averages.float().cpu().numpy())


def deviations(features: Float[np.ndarray, "*n k"], least: float = _LEAST) -> Float[np.ndarray, " k"]:
    """Return every channel's standard deviation, those that hardly vary raised to a share of the median; never zero."""
    deviation = features.std(tuple(range(features.ndim - 1)))
    return np.asarray(np.maximum(deviation, least * np.median(deviation) + np.finfo(np.float64).tiny), np.float64)


def photographs_features(
    model: AttributeModel,
    records: Sequence[Record],
    folder: Path,
    execution: Execution,
    change: Callable[[Pixels], Pixels] | None = None,
) -> Float32[np.ndarray, "n k"]:
    """Return the averaged features of photographs; a stopped pass goes on.

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
    change
        What is done to the photographs first.

    Returns
    -------
    A row a photograph, all layers side by side; nan where one cannot be read.
    """
    groups, on = batches(records, _BATCH), device(execution.device)
    file = folder / "features.zarr"

    def work(group: Sequence[Record], pixels: list[Pixels | None]) -> dict[str, np.ndarray]:
        rows = [row for row, item in enumerate(pixels) if item is not None]
        values = np.full((len(group), model.head.weights.shape[1]), np.nan, np.float32)  # type: ignore[union-attr]
        if rows:
            values[rows] = pooled(model, [item for item in pixels if item is not None], on)
        return {"features": values}

    if not file.is_dir():
        sinks = {"features": ArraySink(file, folder / "chunks", tuple(map(len, groups)))}
        compute(
            folder,
            "chunks",
            groups,
            work,
            sinks,
            execution,
            lambda group: [read_pixels(i, change) for i in group],
            "features of photographs",
            tuple(map(len, groups)),
        )
    kept: zarr.Array[Any] = zarr.open_array(file, mode="r")
    return np.asarray(kept[:], np.float32)


def read_pixels(record: Record, change: Callable[[Pixels], Pixels] | None = None) -> Pixels | None:
    """Return a photograph's pixels, changed where a change is named; None where it cannot be read."""
    try:
        pixels = load_photograph(record)
    except DataError:
        return None
    return change(pixels) if change else pixels
