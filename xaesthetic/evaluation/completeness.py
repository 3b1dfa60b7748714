"""Do maps add up to the prediction, as some methods promise: their totals against the raw outputs. Needs no people."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float64

from xaesthetic.core.targets import DIRECTIONS
from xaesthetic.run.maps import Maps, Place
from xaesthetic.run.schemas import PREDICTIONS, Table, columns
from xaesthetic.run.store import Run, model_key

COMPLETENESS = Table(
    "summaries/completeness",
    columns(
        "model text | method text | attribute text | photographs int | promised text | explained float share"
        " | off float share | verdict text"
    ),
    "xaesthetic score RUN",
    "`promised` is what the method says is the raw output, but for a constant: the map's `mean` or `sum`, or "
    "nothing. `explained` is the share of the raw output's variance that the map's total accounts for (r²), `off` "
    "the standard deviation of what the promise leaves over, in the raw output's own. Where the run's maps explain "
    "another target, that stands for the raw output. A floor, which asks no output, has one row without an `attribute`: "
    "`explained` is the mean over all outputs.",
)
_EXACT = 1e-3
_FEW = 10_000
"""Photographs whose ratings are looked up; of more all are read."""


def measure_completeness(run: Run, places: Collection[Place] | None = None) -> pd.DataFrame:
    """For every model, method and attribute how much of the prediction the map's total accounts for.

    Parameters
    ----------
    run
        A finished one.
    places
        The models and methods whose maps can be read; all of the run where None.

    Returns
    -------
    The columns of `COMPLETENESS`; `explained` is nan with fewer than three photographs whose output is known or where either
    side is constant, `off` where nothing is promised too.
    """
    rows: list[tuple[Any, ...]] = []
    for model in map(model_key, run.experiment.models):
        for method in run.methods(model):
            if places is not None and (model, method) not in places:
                continue
            stack = run.maps(model, method)
            measures = _measures(stack, _outputs(run, stack, model))
            rows += (
                (
                    model,
                    method,
                    name,
                    len(stack.images),
                    stack.adds_up,
                    *of_one,
                    verdict(stack.adds_up, *of_one, stack.in_series),
                )
                for name, of_one in measures.items()
            )
            if not stack.asks_output:
                rows[-len(measures) :] = [(model, method, "", len(stack.images), "", *_floor(measures))]
    return pd.DataFrame(rows, columns=list(COMPLETENESS.names))


def _outputs(run: Run, stack: Maps, model: str) -> Float64[np.ndarray, "_n _a"]:
    """What maps explain: photographs by attributes, nan where an output is not known."""
    column = "prediction" if run.experiment.of == "rating" else "raw"
    images, names = pd.Index(stack.images), pd.Index(stack.attributes)
    outputs = np.full((len(images), len(names)), np.nan)
    few = len(images) <= _FEW
    for frame in [run.rows(PREDICTIONS, stack.images)] if few else run.frames(PREDICTIONS):
        frame = frame[frame["model"] == model]
        rows, columns = images.get_indexer(pd.Index(frame["image"])), names.get_indexer(pd.Index(frame["attribute"]))
        known = (rows >= 0) & (columns >= 0)
        outputs[rows[known], columns[known]] = frame[column].to_numpy(np.float64)[known]
    return outputs * DIRECTIONS[run.experiment.target]


def _measures(stack: Maps, outputs: Float64[np.ndarray, "_n _a"]) -> dict[str, tuple[float, float]]:
    """By attribute how much of its outputs the maps' totals account for, and what is left over."""
    totals = np.concatenate([maps.sum((2, 3), dtype=np.float64) for _, maps in stack.chunks()])
    totals /= 1 if stack.adds_up == "sum" else stack.grid[0] * stack.grid[1]
    return {
        name: _explained(totals[:, column], outputs[:, column], stack.adds_up)
        for column, name in enumerate(stack.attributes)
    }


def _floor(measures: Mapping[str, tuple[float, float]]) -> tuple[float, float, str]:
    """What a map that asks no output accounts for, over all outputs."""
    known = [explained for explained, _ in measures.values() if not np.isnan(explained)]
    mean = float(np.mean(known)) if known else float("nan")
    said = f"asks no output; its total explains {mean:.0%} of a prediction" if known else "too little to say"
    return mean, float("nan"), said


def _explained(totals: np.ndarray, raw: np.ndarray, promised: str) -> tuple[float, float]:
    nan = float("nan")
    known = np.isfinite(totals) & np.isfinite(raw)
    totals, raw = totals[known], raw[known]
    if len(raw) < 3 or np.ptp(raw) <= 1e-6 * np.abs(raw).max() or np.ptp(totals) <= 1e-6 * np.abs(totals).max():
        return nan, nan
    off = float((raw - totals).std() / raw.std()) if promised else nan
    return float(np.corrcoef(totals, raw)[0, 1] ** 2), off


def verdict(promised: str, explained: float, off: float, in_series: bool = False) -> str:
    """What that means, in plain words."""
    if np.isnan(explained):
        return "too little to say"
    if not promised and in_series:
        return f"a sum over layers in series promises nothing; its total explains {explained:.0%} of the prediction"
    if not promised:
        return f"promises nothing; its total explains {explained:.0%} of the prediction"
    if off <= _EXACT:
        return "adds up to the prediction, as promised"
    return f"does not add up as promised: {off:.1%} of the prediction's spread is left over"
