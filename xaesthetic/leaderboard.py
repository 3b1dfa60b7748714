"""Which model's maps agree best with people, and whether better than a blob in the middle."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xaesthetic.score import CEILING, FLOOR, metric_scale
from xaesthetic.statistics import bootstrap_t, holm, smallest_p

CENTRE = "centre"
COLUMNS = (
    "metric", "attribute", "model", "method", "photographs", "value", "low", "high", "normalised", "over_centre",
    "over_centre_low", "over_centre_high", "p",
)  # fmt: skip
"""`low` and `high` hold the mean with 95 % (bootstrap-t over photographs). `normalised` is 0 for the centre blob and 1 for
people against each other. `over_centre` is the mean difference from the centre blob on the same photographs, positive where
better; `p` its Wilcoxon test, Holm-corrected over the rows of one metric and attribute."""


def leaderboard(scores: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """All maps, floors and the ceiling, for every metric and attribute, the best first.

    Parameters
    ----------
    scores
        scores.parquet.
    seed
        For the resamples.

    Returns
    -------
    The columns in `COLUMNS`.
    """
    tables = [
        _ranked(metric, attribute, held, seed)
        for metric, of_metric in scores.groupby("metric", sort=True)
        for attribute, held in _by_attribute(of_metric)
    ]
    return pd.concat(tables, ignore_index=True)


def _by_attribute(scores: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every attribute's maps, each with the floors and the ceiling that belong to it."""
    without = scores["model"].isin([FLOOR, CEILING])
    for attribute, maps in scores[~without].groupby("attribute", sort=False):
        yield str(attribute), pd.concat([maps, scores[without & scores["attribute"].isin(["", attribute])]])


def _ranked(metric: object, attribute: str, scores: pd.DataFrame, seed: int) -> pd.DataFrame:
    values = {
        (str(key[0]), str(key[1])): rows.set_index("image")["value"]
        for key, rows in scores.groupby(["model", "method"], sort=False)
    }
    sign = 1 if metric_scale(str(metric)).higher else -1
    centre = values.get((FLOOR, CENTRE))
    ceiling = next((each for (model, _), each in values.items() if model == CEILING), None)
    rows = [
        (metric, attribute, *key, int(column.notna().sum()), *_told(column, centre, ceiling, sign, seed))
        for key, column in values.items()
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("value", ascending=sign < 0, kind="stable")
    tested = ~table["model"].isin([FLOOR, CEILING])
    table["p"] = table["p"].where(tested)
    table.loc[tested, "p"] = holm(table.loc[tested, "p"].to_numpy(np.float64))
    return table


def _told(column: pd.Series, centre: pd.Series | None, ceiling: pd.Series | None, sign: int, seed: int) -> tuple[float, ...]:
    """The columns from `value` on."""
    own = bootstrap_t(column.to_numpy(np.float64), seed=seed)
    nan = float("nan")
    if centre is None:
        return (own.value, own.low, own.high, nan, nan, nan, nan, nan)
    over = bootstrap_t((sign * (column - centre)).to_numpy(np.float64), seed=seed)
    between = ceiling.mean() - centre.mean() if ceiling is not None else 0.0
    normalised = (own.value - centre.mean()) / between if between else nan
    return (own.value, own.low, own.high, normalised, over.value, over.low, over.high, over.p)


def warnings(table: pd.DataFrame) -> list[str]:
    """What a reader of a leaderboard must know: comparisons that no result could have made significant."""
    found = []
    tested = table[~table["model"].isin([FLOOR, CEILING])]
    for photographs, rows in tested.groupby("photographs"):
        compared = int(rows.groupby(["metric", "attribute"]).size().max())
        if smallest_p(int(str(photographs)), compared) > 0.05:
            found.append(
                f"With {photographs} photographs and {compared} maps compared no difference from the centre blob can be "
                "significant at 5 %; explain more photographs."
            )
    return found


def verdict(row: pd.Series) -> str:
    """Whether a map beats the centre blob, in a word."""
    if np.isnan(row["p"]):
        return ""
    if row["p"] > 0.05:
        return "not told from the centre blob"
    return "beats the centre blob" if row["over_centre"] > 0 else "worse than the centre blob"
