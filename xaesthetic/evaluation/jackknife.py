"""Intervals for any smooth statistic of ratings whose units are photographs and people, both drawn by chance."""

from collections.abc import Callable

import numpy as np
import scipy
from jaxtyping import Float

from xaesthetic.core.statistics import Estimate

Ratings = Float[np.ndarray, "_n _r"]
"""A row a photograph, a column a person; nan where there is none."""


def without_empty(ratings: Ratings) -> Ratings:
    """Leave out photographs and people without any rating."""
    known = ~np.isnan(ratings)
    return np.asarray(ratings[known.any(1)][:, known.any(0)])


def jackknife(statistic: Callable[[Ratings], float], ratings: Ratings, people: bool = True) -> Estimate:
    """A statistic of at most 1 with its 95 % interval, from leaving out every photograph and every person in turn.

    Bootstrap resamples hold the same person twice, who agrees with themselves: agreement comes out too high, and the more so
    the fewer people there are. Leaving out has no such twins. The variances by photographs and by people are added, which
    counts what both share twice and is on the safe side (as Owen's pigeonhole bootstrap is). Distances are taken of
    ln(1 - x), so that the interval ends below 1, by Student's t with Satterthwaite's degrees of freedom.
    In simulations of ICC(2,1) and ICC(2,k) (normal, .2 to .97, 10 to 50 photographs, 5 to 20 people) it covered 96 to 99 %.

    Parameters
    ----------
    statistic
        At most 1; may be nan.
    ratings
        What it is of.
    people
        Whether a column is one person; without, only photographs are left out.

    Returns
    -------
    The interval is nan where the statistic is not defined, is 1, or cannot do without one of the units. p is nan.
    """
    value = statistic(ratings)
    axes = (0, 1) if people else (0,)
    left_out = [
        np.array([statistic(np.delete(ratings, i, axis)) for i in range(ratings.shape[axis])])
        for axis in axes
        if ratings.shape[axis] > 1
    ]
    nothing = Estimate(value, *[float("nan")] * 3)
    if len(left_out) < len(axes) or not value < 1 or any(not (values < 1).all() for values in left_out):
        return nothing
    variances = np.array([_variance(np.log1p(-values)) for values in left_out])
    if not variances.any():
        return nothing
    freedom = variances.sum() ** 2 / (variances**2 / [len(values) - 1 for values in left_out]).sum()
    reach = float(scipy.special.stdtrit(freedom, 0.975) * np.sqrt(variances.sum()))
    return Estimate(value, float(1 - (1 - value) * np.exp(reach)), float(1 - (1 - value) * np.exp(-reach)), float("nan"))


def _variance(values: Float[np.ndarray, " k"]) -> float:
    return float((len(values) - 1) / len(values) * ((values - values.mean()) ** 2).sum())
