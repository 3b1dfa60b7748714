"""Krippendorff's alpha for ratings in steps that have an order, with any of them missing."""

import numpy as np
from jaxtyping import Float

from xaesthetic.core.statistics import Estimate
from xaesthetic.evaluation.jackknife import Ratings, jackknife, without_empty


def ordinal_alpha(ratings: Ratings) -> float:
    """1 - observed over expected disagreement, for ordinal values (Krippendorff, Content Analysis, 2004, chapter 11).

    Two values disagree by the square of how many ratings lie between them, those of both halved. A photograph with one
    rating does not count.

    Returns
    -------
    At most 1, about 0 by chance; nan where no photograph has two ratings, or all are alike.

    Examples
    --------
    >>> round(ordinal_alpha(np.array([[1.0, 1], [2, 3], [3, 3], [2, 2]])), 3)
    0.79
    """
    known = ~np.isnan(ratings)
    usable = known.sum(1) > 1
    ratings, known = ratings[usable], known[usable]
    steps, places = np.unique(ratings[known], return_inverse=True)
    if len(steps) < 2:
        return float("nan")
    counts = np.zeros((len(ratings), len(steps)))
    np.add.at(counts, (np.nonzero(known)[0], places), 1)
    weights = 1 / (counts.sum(1) - 1)
    together = (counts * weights[:, None]).T @ counts - np.diag(weights @ counts)
    totals = counts.sum(0)
    disagreement = _ordinal(totals)
    expected = totals @ disagreement @ totals / (totals.sum() - 1)
    return float(1 - (together * disagreement).sum() / expected)


def ordinal_alpha_interval(ratings: Ratings, people: bool = True) -> Estimate:
    """`ordinal_alpha` with its 95 % interval, photographs and, where a column is one person, people being its units."""
    return jackknife(ordinal_alpha, without_empty(ratings), people)


def _ordinal(totals: Float[np.ndarray, " c"]) -> Float[np.ndarray, "c c"]:
    middles = np.cumsum(totals) - totals / 2  # how many ratings lie below, and half of the value's
    return np.asarray((middles[:, None] - middles) ** 2)
