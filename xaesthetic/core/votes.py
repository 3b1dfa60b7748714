"""What stands behind a mean rating: how many people gave it, and how far they differ; and how reliable means are by that."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Votes:
    """What people gave one photograph in one attribute.

    Examples
    --------
    >>> votes = Votes.count({1.0: 1, 3.0: 3})
    >>> votes.n, votes.mean, round(votes.std, 4), round(votes.error_variance, 4)
    (4, 2.5, 0.866, 0.25)
    """

    n: int
    """How many gave one."""
    std: float = math.nan
    """The standard deviation of their votes, divided by n; nan where it is not known."""
    counts: Mapping[float, int] = field(default_factory=dict)
    """How many gave each value; empty where that is not known."""

    @classmethod
    def count(cls, counts: Mapping[float, int]) -> "Votes":
        """Return the votes of so many people for each value; values that nobody gave may be among them."""
        counted = {float(value): int(number) for value, number in counts.items() if number}
        n = sum(counted.values())
        if not n:
            return cls(0)
        mean = sum(value * number for value, number in counted.items()) / n
        return cls(n, math.sqrt(sum(number * (value - mean) ** 2 for value, number in counted.items()) / n), counted)

    @property
    def mean(self) -> float:
        """The mean of the votes that are counted; nan where none are."""
        n = sum(self.counts.values())
        return sum(value * number for value, number in self.counts.items()) / n if n else math.nan

    @property
    def error_variance(self) -> float:
        """The variance of the mean, had other people of the same kind been asked: std² / (n − 1); nan for one alone."""
        return self.std**2 / (self.n - 1) if self.n > 1 else math.nan


def reliability(ratings: Sequence[float], votes: Sequence[Votes]) -> float:
    """Return which share of the variance of mean ratings is not the chance of who was asked.

    One minus the mean variance of a mean over the variance of the means: the intraclass correlation ICC(1, k) of raters who
    are others for every photograph (Shrout & Fleiss 1979). Its square root is the highest correlation with these means to be
    expected of a model that knows what everybody would give.

    Parameters
    ----------
    ratings
        Mean ratings of photographs; those that are nan, or rest on one vote or on unknown votes, do not count.
    votes
        What stands behind each.

    Returns
    -------
    Up to 1; nan with fewer than three photographs, without any variance, or where chance explains all of it.

    Examples
    --------
    >>> round(reliability([1.0, 2.0, 3.0], [Votes(5, 0.5)] * 3), 4)
    0.9375
    """
    pairs = [(rating, item.error_variance) for rating, item in zip(ratings, votes, strict=True)]
    known = [pair for pair in pairs if not math.isnan(pair[0] + pair[1])]
    if len(known) < 3:
        return math.nan
    mean = sum(rating for rating, _ in known) / len(known)
    spread = sum((rating - mean) ** 2 for rating, _ in known) / (len(known) - 1)
    share = 1 - sum(error for _, error in known) / len(known) / spread if spread > 0 else math.nan
    return share if share >= 0 else math.nan
