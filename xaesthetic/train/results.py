"""What a head is worth on photographs that it was not fitted to, and in words what it was fitted to."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.stats import spearmanr

from xaesthetic.core.statistics import interval, resample

Table = Float[np.ndarray, "n a"]

ON_RATINGS = "trained on people's ratings"
ON_EDITS = "trained on edits, not on ratings"
ON_BOTH = "trained on people's ratings and on edits"
_TIMES = 2000


def rank_correlations(ratings: Table, labels: Table, attributes: Sequence[str]) -> dict[str, float]:
    """Return Spearman's ρ of every attribute; nan where fewer than three are labelled or one side is constant."""
    result = {}
    for column, attribute in enumerate(attributes):
        known = ~np.isnan(labels[:, column])
        one, other = ratings[known, column], labels[known, column]
        varied = len(one) > 2 and np.ptp(one) > 0 and np.ptp(other) > 0
        result[attribute] = float(spearmanr(one, other).statistic) if varied else float("nan")
    return result


def tested(ratings: Table, labels: Table, attributes: Sequence[str]) -> dict[str, Any]:
    """Return what a manifest says of a list of photographs: how many, and every ρ; None for one that is not defined."""
    correlations = rank_correlations(ratings, labels, attributes)
    rounded = {name: None if np.isnan(value) else round(value, 4) for name, value in correlations.items()}
    return {"photographs": len(labels), "spearman": rounded}


def with_intervals(ratings: Table, labels: Table, attributes: Sequence[str]) -> dict[str, Any]:
    """Return the same as `tested`, with the 95 % interval of every ρ, by the bootstrap over photographs."""
    intervals = {name: _interval(ratings[:, column], labels[:, column]) for column, name in enumerate(attributes)}
    return tested(ratings, labels, attributes) | {"interval": intervals}


def _interval(ratings: np.ndarray, labels: np.ndarray) -> list[float] | None:
    known = ~np.isnan(labels)
    pair = ratings[known].astype(np.float64), labels[known].astype(np.float64)
    estimate = interval(*pair, resample(*pair, _TIMES)) if known.sum() > 2 else None
    return None if estimate is None or np.isnan(estimate.low) else [round(estimate.low, 4), round(estimate.high, 4)]
