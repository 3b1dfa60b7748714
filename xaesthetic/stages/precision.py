"""What reduced precision costs: the first photographs in both, ratings and maps side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from jaxtyping import Float32

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import PRECISIONS, Experiment, Pixels
from xaesthetic.models.forward import Results, open_session
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import PRECISION
from xaesthetic.run.store import Run
from xaesthetic.stages._photographs import load_all
from xaesthetic.stages.explain import explained_records

_FIRST = 8
"""Photographs that are enough to see the size of an error."""


def validate(run: Run, models: Mapping[str, AttributeModel]) -> None:
    """Make sure that there is something to compare.

    Raises
    ------
    DataError
        If the run is of full precision.
    """
    del models
    if run.experiment.precision == PRECISIONS[0]:
        raise DataError(f"{run.root}: is of full precision; nothing is lost. Make a run with --precision bf16.")


def measure_precision(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Rate and explain a run's first photographs in its precision and in full; a pass of both a model.

    Parameters
    ----------
    run
        Gets the table `PRECISION`.
    models
        By their keys.
    execution
        Not used: there are few photographs.
    """
    validate(run, models)
    del execution
    records = explained_records(run)[: min(_FIRST, run.experiment.batch)]
    usable = [
        (record.id, item) for record, item in zip(records, load_all(records), strict=True) if not isinstance(item, str)
    ]
    ids, pixels = [image for image, _ in usable], [item for _, item in usable]
    rows = [
        row
        for key, model in models.items()
        for row in precision_rows(ids, pixels, key, model, run.experiment, run.methods(key))
        if pixels
    ]
    run.write(PRECISION, precision_table(rows))


def precision_table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows of `precision_rows` as a table."""
    return pd.DataFrame(rows, columns=list(PRECISION.names))


def precision_rows(
    ids: Sequence[str],
    pixels: Sequence[Pixels],
    key: str,
    model: AttributeModel,
    experiment: Experiment,
    methods: Sequence[str] = (),
) -> Iterator[tuple[object, ...]]:
    """Give the rows of `PRECISION` of one model; without methods one row an attribute, without a map.

    Parameters
    ----------
    ids, pixels
        A batch of photographs, one or more.
    key
        The model's.
    model
        On its device.
    experiment
        Says the precision.
    methods
        Whose maps are compared.
    """
    less = open_session(model, experiment).run(pixels, methods)
    full = open_session(model, replace(experiment, precision=PRECISIONS[0])).run(pixels, methods)
    yield from changed_rows(ids, key, model.attributes, less, full)


def changed_rows(
    ids: Sequence[str], key: str, attributes: Sequence[str], less: Results, full: Results
) -> Iterator[tuple[object, ...]]:
    """Give the rows of `PRECISION` of what a session says in two precisions.

    Parameters
    ----------
    ids
        The photographs'.
    key, attributes
        The model's.
    less, full
        In reduced precision and in full, by the same methods.
    """
    for method in less.maps or ("",):
        changes = _changes(less, full, method)
        for row, image in enumerate(ids):
            for column, name in enumerate(attributes):
                ratings = float(less.ratings[row, column]), float(full.ratings[row, column])
                yield image, key, method, name, *ratings, float(changes[row, column])


def precision_note(table: pd.DataFrame) -> str:
    """What a reduced precision changes at most, in a sentence.

    Parameters
    ----------
    table
        The columns of `PRECISION`, one row or more.
    """
    change = f"ratings by {(table['rating'] - table['full']).abs().max():.4f}"
    of_maps = table["map"].max()
    change += f" and maps by {of_maps:.1%} of their largest value" if of_maps == of_maps else ""
    return f"{PRECISIONS[1]} changes {change}, at most"


def _changes(less: Results, full: Results, method: str) -> Float32[np.ndarray, "n a"]:
    """The largest difference of every two maps, as a share of the full one's largest value; nan where there is none."""
    if not method:
        return np.full(full.ratings.shape, np.nan, np.float32)
    largest = np.abs(full.maps[method]).max((2, 3))
    differs = np.abs(less.maps[method] - full.maps[method]).max((2, 3))
    return np.where(largest > 0, differs / np.where(largest > 0, largest, 1), np.float32("nan")).astype(np.float32)
