"""What reduced precision costs: the first photographs in both, ratings and maps side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from jaxtyping import Float32

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import DECODES, PRECISIONS, Experiment, Pixels, Record
from xaesthetic.data.photograph import load_squashed
from xaesthetic.models.forward import Results, open_session
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import PRECISION
from xaesthetic.run.store import Run
from xaesthetic.stages._photographs import or_reason
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
    if not run.experiment.given_up:
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
    rows = [
        row for key, model in models.items() for row in precision_rows(records, key, model, run.experiment, run.methods(key))
    ]
    run.write(PRECISION, precision_table(rows))


def precision_table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """Return rows of `precision_rows` as a table."""
    return pd.DataFrame(rows, columns=list(PRECISION.names))


def precision_rows(
    records: Sequence[Record], key: str, model: AttributeModel, experiment: Experiment, methods: Sequence[str] = ()
) -> Iterator[tuple[object, ...]]:
    """Give the rows of `PRECISION` of one model; without methods one row an attribute, without a map.

    Parameters
    ----------
    records
        A batch of photographs; those that cannot be read are left out.
    key
        The model's.
    model
        On its device.
    experiment
        Says the precision, and how photographs are decoded.
    methods
        Whose maps are compared.
    """
    exact = replace(experiment, precision=PRECISIONS[0], decode=DECODES[0])
    ids = [record.id for record, item in zip(records, _squashed(records, model, exact), strict=True) if item is not None]
    if ids:
        less, full = (
            open_session(model, one).run([item for item in _squashed(records, model, one) if item is not None], methods)
            for one in (experiment, exact)
        )
        yield from changed_rows(ids, key, model.attributes, less, full)


def _squashed(records: Sequence[Record], model: AttributeModel, experiment: Experiment) -> list[Pixels | None]:
    """The photographs as a model takes them; None for one that cannot be read."""
    way = model.inputs.size, model.inputs.resample
    loaded = map(or_reason(partial(load_squashed, ways=[way], decode=experiment.decode)), records)
    return [None if isinstance(item, str) else item[way] for item in loaded]


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


def precision_note(table: pd.DataFrame, given_up: str = PRECISIONS[1]) -> str:
    """What a reduced precision changes at most, in a sentence.

    Parameters
    ----------
    table
        The columns of `PRECISION`, one row or more.
    given_up
        What it is.
    """
    change = f"ratings by {(table['rating'] - table['full']).abs().max():.4f}"
    of_maps = table["map"].max()
    change += f" and maps by {of_maps:.1%} of their largest value" if of_maps == of_maps else ""
    return f"{given_up} changes {change}, at most"


def _changes(less: Results, full: Results, method: str) -> Float32[np.ndarray, "n a"]:
    """The largest difference of every two maps, as a share of the full one's largest value; nan where there is none."""
    if not method:
        return np.full(full.ratings.shape, np.nan, np.float32)
    largest = np.abs(full.maps[method]).max((2, 3))
    differs = np.abs(less.maps[method] - full.maps[method]).max((2, 3))
    return np.where(largest > 0, differs / np.where(largest > 0, largest, 1), np.float32("nan")).astype(np.float32)
