"""Which model's maps agree best with people, and whether better than a blob in the middle."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xaesthetic.core.sides import SIDES, join
from xaesthetic.core.statistics import bootstrap_t, crossed_bootstrap, holm, smallest_p
from xaesthetic.evaluation.score import metric_scale
from xaesthetic.metrics._floors import CEILING, FLOOR
from xaesthetic.run.schemas import Table, columns

CENTRE = "centre"
LEAD = ("signed_cc", "shuffled_auc", "nss", "cc", "information_gain", "iou", "average_precision", "s_measure")
"""The metrics that are shown where there is room for some only, the most telling first; tables hold all."""
_INTERVAL = "photographs int | value float | low float | high float"
_OVER = "over_centre float | over_centre_low float | over_centre_high float | p float | kind text | verdict text"
LEADERBOARD = Table(
    "summaries/leaderboard",
    columns(f"metric text | attribute text | model text | method text | {_INTERVAL} | normalised float | {_OVER}"),
    "xaesthetic score RUN",
    "`low` and `high` hold the mean with 95 % (bootstrap-t over photographs). `normalised` is 0 for the centre blob and 1 "
    "for people against each other. `over_centre` is the mean difference from the centre blob on the same photographs, "
    "positive where better; `p` its Wilcoxon test, Holm-corrected over the rows of one metric and attribute. "
    "`kind` is map, floor or ceiling.",
)
BY_PERSON = Table(
    "summaries/leaderboard_by_person",
    columns(
        "metric text | attribute text | model text | method text | photographs int | people int | value float | low float"
        f" | high float | {_OVER}"
    ),
    "xaesthetic score RUN --by-person",
    "As the leaderboard, of maps against each person alone; intervals and p count people as drawn by chance.",
)
_KINDS = {FLOOR: "floor", CEILING: "ceiling"}


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
    The columns of `LEADERBOARD`.
    """
    tables = [
        _ranked(metric, attribute, held, seed)
        for metric, of_metric in scores.groupby("metric", sort=True)
        for attribute, held in _by_attribute(of_metric)
    ]
    return pd.concat(tables, ignore_index=True)


def leading_metrics(table: pd.DataFrame) -> list[str]:
    """A leaderboard's metrics, those in `LEAD` first, the others by name; each by its sides where it has them."""
    present = set(table["metric"])
    lead = [key for name in LEAD for side in ("", *SIDES) if (key := join(name, side)) in present]
    return lead + sorted(present - set(lead))


def _by_attribute(scores: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every attribute's maps, each with the floors and the ceiling that belong to it."""
    without = scores["model"].isin([FLOOR, CEILING])
    for attribute, maps in scores[~without].groupby("attribute", sort=False):
        yield str(attribute), pd.concat([maps, scores[without & scores["attribute"].isin(["", attribute])]])


def _ranked(metric: object, attribute: str, scores: pd.DataFrame, seed: int) -> pd.DataFrame:
    values = {
        (str(key[0]), str(key[1])): rows.set_index(["image", "about"])["value"]
        for key, rows in scores.groupby(["model", "method"], sort=False)
    }
    sign = 1 if metric_scale(str(metric)).higher else -1
    centre = values.get((FLOOR, CENTRE))
    ceiling = next((item for (model, _), item in values.items() if model == CEILING), None)
    rows = [
        (metric, attribute, *key, int(_by_photograph(column).notna().sum()), *_measures(column, centre, ceiling, sign, seed))
        for key, column in values.items()
    ]
    return _tested(pd.DataFrame(rows, columns=list(LEADERBOARD.names[:-2])), sign)


def _measures(
    column: pd.Series, centre: pd.Series | None, ceiling: pd.Series | None, sign: int, seed: int
) -> tuple[float, ...]:
    """The columns from `value` on."""
    value = bootstrap_t(_by_photograph(column).to_numpy(np.float64), seed=seed)
    nan = float("nan")
    if centre is None:
        return (value.value, value.low, value.high, nan, nan, nan, nan, nan)
    over = bootstrap_t((sign * _by_photograph(column - centre)).to_numpy(np.float64), seed=seed)
    lowest = _by_photograph(centre).mean()
    between = _by_photograph(ceiling).mean() - lowest if ceiling is not None else 0.0
    normalised = (value.value - lowest) / between if between else nan
    return (value.value, value.low, value.high, normalised, over.value, over.low, over.high, over.p)


def _by_photograph(values: pd.Series) -> pd.Series:
    """One value a photograph: the mean where people looked at it and marked something in it too."""
    means: pd.Series = values.groupby("image", sort=False).mean()
    return means


def leaderboard_by_person(scores: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """All maps, floors and people themselves against each person alone, for every metric and attribute, the best first.

    Parameters
    ----------
    scores
        scores_by_person.parquet.
    seed
        For the resamples.

    Returns
    -------
    The columns of `BY_PERSON`.
    """
    tables = [
        _ranked_by_person(metric, attribute, held, seed)
        for metric, of_metric in scores.groupby("metric", sort=True)
        for attribute, held in _by_attribute(of_metric)
    ]
    return pd.concat(tables, ignore_index=True)


def _ranked_by_person(metric: object, attribute: str, scores: pd.DataFrame, seed: int) -> pd.DataFrame:
    wide = scores.pivot_table(index="image", columns=["model", "method", "annotator"], values="value", sort=False)
    sign = 1 if metric_scale(str(metric)).higher else -1
    columns = [(str(column[0]), str(column[1]), str(column[2])) for column in wide.columns]  # not sorted: looked up by place
    keys = list(dict.fromkeys(column[:2] for column in columns))
    places = {key: [place for place, column in enumerate(columns) if column[:2] == key] for key in keys}
    values = {key: wide.iloc[:, held].to_numpy(np.float64) for key, held in places.items()}
    people = {key: [columns[place][2] for place in held] for key, held in places.items()}
    centre = (FLOOR, CENTRE)
    rows = []
    for key, table in values.items():
        value = crossed_bootstrap(table, seed=seed)
        nan = float("nan")
        over = (nan, nan, nan, nan)
        if people.get(centre) == people[key]:
            result = crossed_bootstrap(sign * (table - values[centre]), seed=seed)
            over = (result.value, result.low, result.high, result.p)
        photographs = int((~np.isnan(table)).any(1).sum())
        rows.append((metric, attribute, *key, photographs, len(people[key]), value.value, value.low, value.high, *over))
    return _tested(pd.DataFrame(rows, columns=list(BY_PERSON.names[:-2])), sign)


def _tested(table: pd.DataFrame, sign: int) -> pd.DataFrame:
    """The best first, p corrected over the maps and left out for floors and the ceiling."""
    table = table.sort_values("value", ascending=sign < 0, kind="stable")
    tested = ~table["model"].isin([FLOOR, CEILING])
    table["p"] = table["p"].where(tested)
    table.loc[tested, "p"] = holm(table.loc[tested, "p"].to_numpy(np.float64))
    return table.assign(
        kind=[_KINDS.get(model, "map") for model in table["model"]], verdict=[verdict(row) for _, row in table.iterrows()]
    )


def warnings(table: pd.DataFrame) -> list[str]:
    """What a reader of a leaderboard must know: comparisons that no result could have made significant."""
    result = []
    tested = table[~table["model"].isin([FLOOR, CEILING])]
    for photographs, rows in tested.groupby("photographs"):
        compared = int(rows.groupby(["metric", "attribute"]).size().max())
        if smallest_p(int(str(photographs)), compared) > 0.05:
            result.append(
                f"With {photographs} photographs and {compared} maps compared no difference from the centre blob can be "
                "significant at 5 %; explain more photographs."
            )
    return result


def verdict(row: pd.Series) -> str:
    """Whether a map beats the centre blob, in a word."""
    if np.isnan(row["p"]):
        return ""
    if row["p"] > 0.05:
        return "not told from the centre blob"
    return "beats the centre blob" if row["over_centre"] > 0 else "worse than the centre blob"
