"""Mean ρ over attributes: one comparison that was declared beforehand, and all others, corrected."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from xaesthetic.core.statistics import holm
from xaesthetic.paper.tables.resampled import Resampled

PRIMARY = ("multigap_lite0", "multigap_lite0_ratings")
"""The comparison that is declared wherever both are in a table: heads fitted to ratings and edits, against ratings alone."""
MEANS = ("list", "model", "attributes", "rho", "low", "high")
DIFFERENCES = (
    "list", "model", "other", "attributes", "n", "difference", "low", "high", "p", "p_holm", "primary",
)  # fmt: skip


def mean_ranks(name: str, resampled: Resampled, models: Sequence[str], attributes: Sequence[str]) -> list[dict[str, object]]:
    """Return every model's mean ρ over the attributes that it rates, a row a model.

    Parameters
    ----------
    name
        Of the list.
    resampled
        Its ratings.
    models, attributes
        Of the table.
    """
    rows: list[dict[str, object]] = []
    for model in models:
        rated = [item for item in attributes if resampled.rates(model, item)]
        if rated:
            result = resampled.mean(model, rated)
            facts = {"rho": result.value, "low": result.low, "high": result.high}
            rows.append({"list": name, "model": model, "attributes": len(rated), **facts})
    return rows


def mean_differences(
    name: str, resampled: Resampled, models: Sequence[str], attributes: Sequence[str], primary: Sequence[str]
) -> list[dict[str, object]]:
    """Return for every pair of models the difference of mean ρ over the attributes that both rate, a row a pair.

    The p of `primary` stands as it is; Holm's correction is over all the others.
    """
    rows: list[dict[str, object]] = []
    for model, other in _pairs(models, primary):
        shared = [item for item in attributes if resampled.rates(model, item) and resampled.rates(other, item)]
        if not shared:
            continue
        result, n = resampled.mean_difference(model, other, shared)
        facts = {"difference": result.value, "low": result.low, "high": result.high, "p": result.p}
        declared = {model, other} == set(primary)
        rows.append(
            {"list": name, "model": model, "other": other, "attributes": len(shared), "n": n, **facts, "primary": declared}
        )
    p = np.array([np.nan if row["primary"] else row["p"] for row in rows], float)
    adjusted = [row["p"] if row["primary"] else value for row, value in zip(rows, holm(p), strict=True)]
    return [row | {"p_holm": value} for row, value in zip(rows, adjusted, strict=True)]


def _pairs(models: Sequence[str], primary: Sequence[str]) -> list[tuple[str, str]]:
    """Every pair, the declared one first and in its order."""
    pairs = list(combinations(models, 2))
    first = [(primary[0], primary[1])] if len(primary) == 2 and set(primary) <= set(models) else []
    return [*first, *(pair for pair in pairs if set(pair) != set(primary))]


def frames(means: list[dict[str, object]], differences: list[dict[str, object]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return rows as tables."""
    return pd.DataFrame(means, columns=list(MEANS)), pd.DataFrame(differences, columns=list(DIFFERENCES))
