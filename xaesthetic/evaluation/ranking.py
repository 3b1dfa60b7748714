"""Which maps can be told apart: ranks on the same photographs, Friedman's test, groups (Demšar, JMLR 2006)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import scipy
from jaxtyping import Float

from xaesthetic.core.statistics import resample_counts
from xaesthetic.evaluation.score import metric_scale
from xaesthetic.metrics._floors import CEILING
from xaesthetic.run.schemas import Table, columns

RANKS = Table(
    "summaries/ranks",
    columns(
        "metric text | attribute text | model text | method text | photographs int | mean_rank float | rank_low float"
        " | rank_high float | group text | friedman_p float | critical_difference float"
    ),
    "xaesthetic score RUN",
    "`mean_rank` is over photographs, 1 the best; `rank_low` and `rank_high` hold the place that the mean rank "
    "gives with 95 % (photographs resampled). Those that share a letter of `group` are not told apart by "
    "Nemenyi's test at 5 %, as their mean ranks differ by less than `critical_difference`; where Friedman's test, "
    "in Iman and Davenport's form, finds no difference at all (`friedman_p` over .05), all share one.",
)
_TIMES = 2000


def rank_groups(scores: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Every map's and floor's mean rank for each metric and attribute, with the group that it belongs to.

    Parameters
    ----------
    scores
        scores.parquet.
    seed
        For the resamples.

    Returns
    -------
    The columns of `RANKS`, the best first. Only photographs count on which every map and floor has a value; there are
    no rows where these are fewer than two, or fewer than three maps and floors.
    """
    rows = [row for table in _tables(scores[scores["model"] != CEILING]) for row in _ranked(*table, seed)]
    return pd.DataFrame(rows, columns=list(RANKS.names))


def _tables(scores: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """For every metric and attribute a table: photographs by maps and floors."""
    for metric, known in scores.groupby("metric", sort=True):
        for attribute in [name for name in known["attribute"].unique() if name]:
            wide = known[known["attribute"].isin(["", attribute])].pivot_table(
                index="image", columns=["model", "method"], values="value", sort=False
            )
            yield str(metric), str(attribute), wide.dropna()


def _ranked(metric: str, attribute: str, wide: pd.DataFrame, seed: int) -> Iterator[tuple[object, ...]]:
    photographs, count = wide.shape
    if photographs < 2 or count < 3:
        return
    sign = -1 if metric_scale(metric).higher else 1
    ranks = scipy.stats.rankdata(sign * wide.to_numpy(np.float64), axis=1)
    mean = ranks.mean(0)
    places = scipy.stats.rankdata(resample_counts(photographs, _TIMES, seed) @ ranks, axis=1, method="min")
    low, high = np.quantile(places, [0.025, 0.975], axis=0, method="nearest")
    p, critical = friedman(ranks), critical_difference(count, photographs)
    letters = groups(mean, critical) if p <= 0.05 else ["a"] * count
    for column in np.argsort(mean, kind="stable"):
        known = mean[column], low[column], high[column], letters[column], p, critical
        yield metric, attribute, *wide.columns[column], photographs, *known


def friedman(ranks: Float[np.ndarray, "n k"]) -> float:
    """The p of no difference among columns: Friedman's statistic turned into F (Iman & Davenport 1980); 1 where all tie."""
    size, count = ranks.shape
    if (ranks == ranks[:, :1]).all():
        return 1.0
    chi = float(scipy.stats.friedmanchisquare(*ranks.T).statistic)
    most = size * (count - 1)
    if chi >= most * (1 - 1e-12):
        return 0.0
    return float(scipy.stats.f.sf((size - 1) * chi / (most - chi), count - 1, (count - 1) * (size - 1)))


def critical_difference(count: int, photographs: int) -> float:
    """How far two mean ranks of `count` must lie apart to differ at 5 % (Nemenyi): q √(k (k + 1) / 6 n)."""
    q = float(scipy.stats.studentized_range.ppf(0.95, count, np.inf))
    return float(q / np.sqrt(2) * np.sqrt(count * (count + 1) / (6 * photographs)))


def groups(mean_ranks: Float[np.ndarray, " k"], critical: float) -> list[str]:
    """Letters: two share one where their mean ranks differ by less than the critical difference; `a` is the best's."""
    order = np.argsort(mean_ranks, kind="stable")
    ordered = mean_ranks[order]
    letters = [""] * len(ordered)
    last, used = -1, 0
    for start, lowest in enumerate(ordered):
        end = int(np.searchsorted(ordered, lowest + critical, side="left")) - 1
        if end > last:  # not a part of the group before
            for place in range(start, end + 1):
                letters[order[place]] += letter(used)
            last, used = end, used + 1
    return letters


def letter(number: int) -> str:
    """a, b, …, z, A, …, Z, and (52), (53), … after."""
    names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return names[number] if number < len(names) else f"({number})"
