"""What it changes that a run keeps its maps in float16: measured when they were stored, and kept with every array."""

from collections.abc import Collection

import pandas as pd

from xaesthetic.core.types import STORES
from xaesthetic.metrics._floors import ENERGY
from xaesthetic.run.maps import REFITS, Place
from xaesthetic.run.schemas import Table, columns
from xaesthetic.run.store import Run

STORED = Table(
    "summaries/stored",
    columns("model text | method text | attribute text | dtype text | largest float | mean float | total float | why text"),
    "xaesthetic compare --store float16",
    "What float16 changes in the maps, measured on all of them before they were stored. `largest` and `mean` are the "
    "errors of a map as a share of its spread (highest less lowest value); `total` is the largest error of a map's "
    "total as a share of the totals' standard deviation over photographs, which is what completeness can lose; nan "
    "where maps add up to nothing, or a value is out of float16's range. Arrays whose `dtype` is float32 were not "
    "changed at all, as float16 would have changed one of these by more than 1 %; `why` says so.",
)


def is_rounded(run: Run) -> bool:
    """Whether a run's maps are wanted in float16."""
    return run.experiment.store != STORES[0]


def summarise_stored(run: Run, places: Collection[Place] | None = None) -> pd.DataFrame:
    """For every model, method and attribute what float16 changes.

    Parameters
    ----------
    run
        A run whose maps are wanted in float16.
    places
        The models and methods whose maps can be read; all where None.

    Returns
    -------
    The columns of `STORED`.
    """
    rows: list[tuple[object, ...]] = []
    for place in [(model, method) for model in run.model_keys() for method in (*run.methods(model), ENERGY, REFITS)]:
        stack = run.find_maps(*place) if places is None or place in places else None
        if stack is None or stack.stored is None:
            continue
        kept = stack.stored
        for name, *shares in zip(stack.attributes, kept.largest, kept.mean, kept.total, strict=True):
            rows.append(
                (*place, name, kept.dtype, *(float("nan") if share is None else share for share in shares), kept.why)
            )
    return pd.DataFrame(rows, columns=list(STORED.names))
