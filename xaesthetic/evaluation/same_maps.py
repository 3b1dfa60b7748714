"""Which methods of a family give one map under several names: found out on a run's maps, so that none counts twice."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from xaesthetic.run.maps import Maps
from xaesthetic.run.schemas import SAME_MAPS
from xaesthetic.run.store import Run

CLOSE = 1e-4
"""How far a map may be from another times a positive factor, relative to its largest value, to be called the same."""


def write_same_maps(run: Run, methods: Sequence[str]) -> None:
    """Compare a run's maps by these methods, model by model, and keep in the run which are one.

    From then on the later of two is none of the run's methods: figures, tables and leaderboards have one row. Its maps stay.

    Parameters
    ----------
    run
        All its maps are made.
    methods
        Those of a family, in order; the first of several that are the same stands for them.
    """
    if run.has(SAME_MAPS):
        return
    rows = [row for model in run.model_keys() for row in _rows(run, model, methods)]
    run.write(SAME_MAPS, pd.DataFrame(rows, columns=list(SAME_MAPS.names)))


def without_same_maps(run: Run, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table's rows without those of methods whose maps are another's.

    Parameters
    ----------
    run
        Knows which these are.
    table
        With the columns `model` and `method`.
    """
    same = {(model, method) for model, methods in run.same_maps().items() for method in methods}
    return table[[place not in same for place in zip(table["model"], table["method"], strict=True)]]


def _rows(run: Run, model: str, methods: Sequence[str]) -> list[tuple[str, str, str, float, float]]:
    kept: dict[str, Maps] = {}
    rows = []
    for method in run.methods(model):
        if method not in methods:
            continue
        stack = run.maps(model, method)
        for name, other in kept.items():
            factor, difference = compare_maps(other, stack)
            if factor > 0 and difference <= CLOSE:
                rows.append((model, method, name, factor, difference))
                break
        else:
            kept[method] = stack
    return rows


def compare_maps(one: Maps, other: Maps) -> tuple[float, float]:
    """Return the factor that brings all maps of one method nearest to another's, and how far off the worst map is then.

    Returns
    -------
    The factor (least squares), and the largest difference in a map relative to its largest value; nan and infinity where
    grids differ, or no map is other than 0.
    """
    if one.grid != other.grid or one.images != other.images or one.attributes != other.attributes:
        return float("nan"), float("inf")
    products = np.array([[(a * b).sum(), (a * a).sum()] for a, b in _pairs(one, other)]).sum(0)
    if not products[1] > 0:
        return float("nan"), float("inf")
    factor = float(products[0] / products[1])
    return factor, max(_difference(factor * a, b) for a, b in _pairs(one, other))


def _pairs(one: Maps, other: Maps) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give both methods' maps side by side, chunk by chunk, in double precision."""
    return zip(
        (maps.astype(np.float64) for _, maps in one.chunks()),
        (maps.astype(np.float64) for _, maps in other.chunks()),
        strict=True,
    )


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the worst map's; infinity where one holds nan."""
    apart, size = np.abs(one - other).max((2, 3)), np.abs(other).max((2, 3))
    ratio = np.divide(apart, size, out=np.where(apart > 0, np.inf, 0.0), where=size > 0)
    return float(np.nan_to_num(ratio, nan=np.inf, posinf=np.inf).max(initial=0.0))
