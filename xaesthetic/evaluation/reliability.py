"""How far people's ratings agree: intraclass correlations, variance components, and ordinal alpha."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from xaesthetic.core.statistics import Estimate
from xaesthetic.evaluation.jackknife import Ratings, jackknife, without_empty

Model = Literal["ICC(1)", "ICC(2)"]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Intraclass correlations of ratings: of one person, and of the mean of `people_each` of them."""

    model: Model
    """ICC(2), absolute agreement, where everybody rated everything; else ICC(1), which counts people among the noise."""
    single: Estimate
    mean: Estimate
    photographs: int
    people: int
    """How many in all."""
    k: float
    """How many ratings a photograph has; where their numbers differ, (N - Σ k²/N) / (photographs - 1), below the mean."""


def reliability(ratings: Ratings, people: bool = True) -> Reliability:
    """Measure how far people's ratings agree, by Shrout & Fleiss (Psychological Bulletin 1979), from mean squares.

    Parameters
    ----------
    ratings
        Rows and columns without ratings do not count.
    people
        Whether a column is one person; without, ICC(1), and only photographs are units of the intervals.

    Returns
    -------
    nan throughout where nothing varies, or there are fewer than two photographs or ratings of one.

    Examples
    --------
    >>> shrout_fleiss = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7.0]])
    >>> found = reliability(shrout_fleiss)
    >>> found.model, round(found.single.value, 2), round(found.mean.value, 2)
    ('ICC(2)', 0.29, 0.62)
    """
    ratings = without_empty(ratings)
    crossed = people and not np.isnan(ratings).any()
    single, mean = (icc_2, icc_2_mean) if crossed else (icc_1, icc_1_mean)
    return Reliability(
        "ICC(2)" if crossed else "ICC(1)",
        jackknife(single, ratings, people),
        jackknife(mean, ratings, people),
        len(ratings),
        ratings.shape[1],
        _one_way(ratings)[2],
    )


def icc_1(ratings: Ratings) -> float:
    """ICC(1,1): one rating, every photograph rated by others; unequal numbers of ratings are allowed."""
    between, within, k = _one_way(ratings)
    return _ratio(between - within, between + (k - 1) * within)


def icc_1_mean(ratings: Ratings) -> float:
    """ICC(1,k): the mean of a photograph's ratings."""
    between, within, _ = _one_way(ratings)
    return _ratio(between - within, between)


def icc_2(ratings: Ratings) -> float:
    """ICC(2,1): one of the people, who all rated every photograph; absolute agreement."""
    between, people, residual = _two_way(ratings)
    n, k = ratings.shape
    return _ratio(between - residual, between + (k - 1) * residual + k * (people - residual) / max(n, 1))


def icc_2_mean(ratings: Ratings) -> float:
    """ICC(2,k): the mean of all people."""
    between, people, residual = _two_way(ratings)
    return _ratio(between - residual, between + (people - residual) / max(len(ratings), 1))


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")


def _one_way(ratings: Ratings) -> tuple[float, float, float]:
    """Mean squares between and within photographs, and k; nan where one has no degrees of freedom."""
    known = ~np.isnan(ratings)
    counts = known.sum(1)
    ratings, known, counts = ratings[counts > 0], known[counts > 0], counts[counts > 0]
    n, total = len(counts), int(counts.sum())
    if n < 2 or total == n:
        return (float("nan"),) * 3
    values = np.where(known, ratings, 0)
    values = np.where(known, values - values.sum() / total, 0)  # about 0, so that nothing cancels
    means = values.sum(1) / counts
    between = float((counts * means**2).sum()) / (n - 1)
    within = float((np.where(known, values - means[:, None], 0) ** 2).sum()) / (total - n)
    return between, within, float(total - (counts**2).sum() / total) / (n - 1)


def _two_way(ratings: Ratings) -> tuple[float, float, float]:
    """Mean squares of photographs, people and what is left."""
    n, k = ratings.shape
    if min(n, k) < 2:
        return (float("nan"),) * 3
    values = ratings - ratings.mean()
    rows, columns = values.mean(1), values.mean(0)
    left = values - rows[:, None] - columns
    return (
        float(k * (rows**2).sum() / (n - 1)),
        float(n * (columns**2).sum() / (k - 1)),
        float((left**2).sum() / ((n - 1) * (k - 1))),
    )
