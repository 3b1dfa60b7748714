"""Do maps add up to the prediction, as some methods promise: their totals against the raw outputs. Needs no people."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from xaesthetic.core.targets import DIRECTIONS
from xaesthetic.run.maps import Place
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
    "another target, that stands for the raw output.",
)
_EXACT = 1e-3


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
    table, columns, question = run.read(PREDICTIONS), ["model", "attribute"], run.experiment
    outputs = "prediction" if question.of == "rating" else "raw"
    explains = table.pivot_table(index="image", columns=columns, values=outputs, sort=False, dropna=False)  # nan: not known
    explains *= DIRECTIONS[question.target]
    rows = []
    for model in map(model_key, run.experiment.models):
        for method in run.methods(model):
            if places is not None and (model, method) not in places:
                continue
            stack = run.maps(model, method)
            totals = np.concatenate([maps.sum((2, 3), dtype=np.float64) for _, maps in stack.chunks()])
            cells = stack.grid[0] * stack.grid[1]
            for column, attribute in enumerate(stack.attributes):
                value = explains.reindex(index=list(stack.images), columns=[(model, attribute)]).to_numpy(np.float64)[:, 0]
                explained, off = _explained(
                    totals[:, column] / (cells if stack.adds_up != "sum" else 1), value, stack.adds_up
                )
                said = verdict(stack.adds_up, explained, off, stack.in_series)
                rows.append((model, method, attribute, len(value), stack.adds_up, explained, off, said))
    return pd.DataFrame(rows, columns=list(COMPLETENESS.names))


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
