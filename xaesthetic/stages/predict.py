"""The second stage: every photograph's ratings by every model."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
import torch

from xaesthetic.core.errors import DataError
from xaesthetic.core.progress import Track, silent
from xaesthetic.core.types import Experiment, Pixels, Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.data.records import find_records, given_records
from xaesthetic.models.forward import Session
from xaesthetic.models.model import AttributeModel, device, load_model
from xaesthetic.run.store import Run, model_key

T = TypeVar("T")


def batches(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """The items in groups of `size`: the same groups every time, because a network's last bits depend on them."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def photographs(groups: Sequence[Sequence[Record]], workers: int = 2) -> Iterator[list[Pixels]]:
    """Every group's photographs, decoded and edited in the background, at most two groups ahead."""
    yield from _ahead(load_photograph, groups, workers)


def _ahead(read: Callable[[Record], T], groups: Sequence[Sequence[Record]], workers: int) -> Iterator[list[T]]:
    with ThreadPoolExecutor(workers) as pool:
        ahead = [[pool.submit(read, record) for record in group] for group in groups[:2]]
        for index in range(len(groups)):
            if index + 2 < len(groups):
                ahead.append([pool.submit(read, record) for record in groups[index + 2]])
            yield [future.result() for future in ahead.pop(0)]


def _readable(record: Record) -> Pixels | str:
    """The photograph, or why it cannot be read."""
    try:
        return load_photograph(record)
    except DataError as error:
        return str(error)


@dataclass(frozen=True, slots=True)
class Ratings:
    """Photographs rated by models."""

    table: pd.DataFrame
    """Columns image, model, attribute, prediction, raw."""
    trained: Mapping[str, str]
    """How each model was trained."""
    left_out: Mapping[str, str]
    """Photographs that could not be read, by id, with the reason."""


def rate(photographs: Sequence[Path], experiment: Experiment, workers: int = 2, track: Track = silent) -> Ratings:
    """Rate photographs without a run folder.

    Parameters
    ----------
    photographs
        Files and folders; none to rate the experiment's data set.
    experiment
        Its models, attributes, batch and device; and its data where no photographs are given.

    Returns
    -------
    The ratings and what was left out.

    Raises
    ------
    XaestheticError
        If a model, data set or path is not there, or no photograph can be read.
    """
    root = Path(experiment.root) if experiment.root else None
    records = given_records(photographs) if photographs else find_records(experiment.data, root)
    models = {model_key(name): load_model(name, experiment.attributes, experiment.device) for name in experiment.models}
    left_out: dict[str, str] = {}
    groups = batches(records, experiment.batch)
    tables = []
    for group, read in zip(track(groups, "rating", len(groups)), _ahead(_readable, groups, workers), strict=True):
        left_out |= {record.id: each for record, each in zip(group, read, strict=True) if isinstance(each, str)}
        pixels = {record.id: each for record, each in zip(group, read, strict=True) if not isinstance(each, str)}
        if pixels:
            ratings = _rate(models, list(pixels.values()), device(experiment.device))
            tables.append(_table(list(pixels), ratings, models))
    if not tables:
        raise DataError(f"none of {len(records)} photographs can be read; the first: {next(iter(left_out.values()))}")
    trained = {key: model.source.trained for key, model in models.items()}
    return Ratings(pd.concat(tables, ignore_index=True), trained, left_out)


def predict_records(run: Run, models: Mapping[str, AttributeModel], workers: int = 2, track: Track = silent) -> None:
    """Rate every usable photograph by every model and keep the raw outputs.

    Goes on where a stopped run was; does nothing where all is there.

    Parameters
    ----------
    run
        Its records have been checked.
    models
        By their keys, with the attributes that are asked for.
    """
    if run.has_predictions():
        return
    groups = batches(run.records(), run.experiment.batch)
    parts = run.parts("predict")
    todo = parts.missing(len(groups))
    pixels = photographs([groups[index] for index in todo], workers)
    on = device(run.experiment.device)
    for index, group in zip(track(todo, "rating", len(todo)), pixels, strict=True):
        parts.write(index, _rate(models, group, on))
    tables = [
        _table([record.id for record in group], part, models)
        for group, part in zip(groups, parts.read(len(groups)), strict=True)
    ]
    run.write_predictions(pd.concat(tables, ignore_index=True))
    parts.clear()


def _rate(models: Mapping[str, AttributeModel], pixels: Sequence[Pixels], on: str) -> dict[str, np.ndarray]:
    return {key: Session(model, on).run(pixels).raw for key, model in models.items()}


def _table(ids: list[str], part: Mapping[str, np.ndarray], models: Mapping[str, AttributeModel]) -> pd.DataFrame:
    tables = []
    for key, model in models.items():
        count, columns = len(ids), len(model.attributes)
        raw = torch.from_numpy(part[key])
        tables.append(
            pd.DataFrame(
                {
                    "image": np.repeat(np.array(ids, dtype=object), columns),
                    "model": key,
                    "attribute": np.tile(np.array(model.attributes, dtype=object), count),
                    "prediction": model.ratings(raw).numpy().ravel(),
                    "raw": part[key].ravel(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
