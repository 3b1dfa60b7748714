"""Table 1 of the paper: how well models rank photographs, attribute by attribute."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import holm
from xaesthetic.core.types import Record
from xaesthetic.paper.tables import categories, other_metrics
from xaesthetic.paper.tables.mean_ranks import DIFFERENCES, MEANS, PRIMARY, frames, mean_differences, mean_ranks
from xaesthetic.paper.tables.reliabilities import PEOPLE, people_rows
from xaesthetic.paper.tables.resampled import Resampled


@dataclass(frozen=True, slots=True)
class RankTable:
    """Spearman's ρ between ratings of people and of models."""

    ranks: pd.DataFrame
    """Columns list, attribute, model, n, rho, low, high, p, best (the attribute's highest ρ on that list), close (not
    distinguishable from the best after Holm's correction), of_ceiling (rho by the list's ceiling)."""
    differences: pd.DataFrame
    """Columns list, attribute, model, other, n, difference, low, high, p, p_holm: every pair of models on the
    photographs that both rated. The family of a correction is all of one list."""
    resamples: int
    seed: int
    notes: tuple[str, ...] = ()
    people: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(PEOPLE)))
    """Columns list, attribute, n (rated photographs), raters (a photograph, the mean), reliability (of mean ratings), and
    ceiling, its square root: the highest ρ to be expected of a model that knows what everybody would give."""
    means: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(MEANS)))
    """Columns list, model, attributes (how many), rho (their mean), low, high."""
    mean_differences: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(DIFFERENCES)))
    """Columns list, model, other, attributes, n, difference (of mean ρ over the attributes that both rate), low, high, p,
    p_holm, primary (whether it was declared beforehand: then its p is not corrected, and the others' family is without)."""
    categories: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(categories.COLUMNS)))
    """Columns list, attribute, model, category, n, rho, bias (by how much the model rates higher than people), low, high,
    error (the mean distance); bias and error in standard deviations of people's ratings, once a line carries the model's
    ratings to theirs."""
    others: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(other_metrics.COLUMNS)))
    """Columns list, metric, attribute, model, n, value, low, high, p: metrics that were asked for besides ρ."""


def attribute_ranks(
    records: Sequence[Record],
    predictions: Sequence[pd.DataFrame],
    attributes: Sequence[str],
    resamples: int = 2000,
    seed: int = 0,
    primary: Sequence[str] = PRIMARY,
    metrics: Sequence[str] = (),
) -> RankTable:
    """Compare models' ratings with people's.

    Parameters
    ----------
    records
        Rated photographs. Every list of theirs whose name begins with `test` gets a table; all together where there is
        none.
    predictions
        Tables with columns image, model, attribute, prediction; a model is in one of them.
    attributes
        The rows.
    resamples
        Of the bootstrap over photographs.
    seed
        Of the same.
    primary
        The two models whose comparison is declared beforehand; nothing where one is not in the table.
    metrics
        Names in `xaesthetic.core.order.METRICS`, computed besides.

    Raises
    ------
    DataError
        If no photograph is rated, no rated photograph has a prediction, or two tables hold one model.
    """
    rated = pd.DataFrame({record.id: dict(record.ratings) for record in records}).T
    wanted = [name for name in attributes if name in rated.columns]
    if not wanted:
        raise DataError(f"no photograph of the data set is rated in {', '.join(attributes)}; it needs people's ratings.")
    lists = _lists(records)
    table = pd.concat(predictions, ignore_index=True)
    if table.duplicated(["image", "model", "attribute"]).any():
        raise DataError("two sets of predictions have one name; give each another.")
    models = list(dict.fromkeys(table["model"]))
    wide = table.pivot_table(index="image", columns=["model", "attribute"], values="prediction", sort=False)
    if not len(wide.index.intersection(rated.index)):
        raise DataError("none of the predictions is for a photograph of the data set; compare the names of the images.")
    by_id = {record.id: record for record in records}
    ranks, differences, people, means, pairs, errors, others = [], [], [], [], [], [], []
    for name, ids in lists.items():
        resampled = _resampled(rated, wide, models, wanted, ids, resamples, seed)
        ranks += _ranks(name, resampled, models, wanted)
        differences += _differences(name, resampled, models, wanted)
        people += people_rows(name, wanted, [by_id[image] for image in ids])
        errors += categories.category_errors(name, resampled, [by_id[image] for image in ids])
        others += other_metrics.other_metrics(name, resampled, metrics, resamples)
        means += mean_ranks(name, resampled, models, wanted)
        pairs += mean_differences(name, resampled, models, wanted, primary)
    columns = ["list", "attribute", "model", "other", "n", "difference", "low", "high", "p", "p_holm"]
    pairwise, known = pd.DataFrame(differences, columns=columns), pd.DataFrame(people, columns=list(PEOPLE))
    marked = _marked(pd.DataFrame(ranks), pairwise)
    ceilings = known.set_index(["list", "attribute"])["ceiling"]
    marked["of_ceiling"] = (
        marked["rho"] / ceilings.loc[list(zip(marked["list"], marked["attribute"], strict=True))].to_numpy()
    )
    more = pd.DataFrame(errors, columns=list(categories.COLUMNS)), pd.DataFrame(others, columns=list(other_metrics.COLUMNS))
    return RankTable(marked, pairwise, resamples, seed, (), known, *frames(means, pairs), *more)


def _lists(records: Sequence[Record]) -> dict[str, list[str]]:
    names = sorted({name for record in records for name in record.splits if name.startswith("test")})
    if not names:
        return {"all": [record.id for record in records]}
    return {name: [record.id for record in records if name in record.splits] for name in names}


def _resampled(
    rated: pd.DataFrame,
    wide: pd.DataFrame,
    models: Sequence[str],
    attributes: Sequence[str],
    ids: list[str],
    resamples: int,
    seed: int,
) -> Resampled:
    people = {name: rated[name].reindex(ids).to_numpy(float) for name in attributes}
    chosen = {(model, name): _column(wide, model, name, ids) for model in models for name in attributes}
    return Resampled(people, chosen, resamples, seed)


def _column(wide: pd.DataFrame, model: str, name: str, ids: list[str]) -> np.ndarray:
    if (model, name) not in wide.columns:
        return np.full(len(ids), np.nan)
    return wide[model, name].reindex(ids).to_numpy(float)


def _ranks(name: str, resampled: Resampled, models: Sequence[str], attributes: Sequence[str]) -> list[dict[str, object]]:
    """A row for each attribute and model."""
    rows: list[dict[str, object]] = []
    for item in attributes:
        for model in models:
            known = resampled.known(item, model)
            result = resampled.rho(model, item, known)
            facts = {"n": int(known.sum()), "rho": result.value, "low": result.low, "high": result.high, "p": result.p}
            rows.append({"list": name, "attribute": item, "model": model, **facts})
    return rows


def _differences(
    name: str, resampled: Resampled, models: Sequence[str], attributes: Sequence[str]
) -> list[dict[str, object]]:
    """A row for each attribute and pair of models, corrected over all of them."""
    rows: list[dict[str, object]] = []
    for item in attributes:
        for model, other in combinations(models, 2):
            result, n = resampled.difference(model, other, item)
            facts = {"n": n, "difference": result.value, "low": result.low, "high": result.high, "p": result.p}
            rows.append({"list": name, "attribute": item, "model": model, "other": other, **facts})
    adjusted = holm(np.array([row["p"] for row in rows], float))
    return [row | {"p_holm": value} for row, value in zip(rows, adjusted, strict=True)]


def _marked(ranks: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """With the best of each attribute, and those that cannot be told from it."""
    best = ranks.groupby(["list", "attribute"])["rho"].transform("max") == ranks["rho"]
    leaders = ranks[best].set_index(["list", "attribute"])["model"]
    open_pairs = differences[~(differences["p_holm"] < 0.05)]
    unsure = {
        (row.list, row.attribute, frozenset((row.model, row.other)))
        for row in open_pairs.itertuples()
        if not np.isnan(float(row.p))  # type: ignore[arg-type]  # a number
    }
    close = [
        not lead and any((row.list, row.attribute, frozenset((row.model, leader))) in unsure for leader in _of(leaders, row))
        for row, lead in zip(ranks.itertuples(), best, strict=True)
    ]
    return ranks.assign(best=best, close=close)


def _of(leaders: pd.Series, row: object) -> list[str]:
    key = row.list, row.attribute  # type: ignore[attr-defined]  # a row of a data frame
    return list(leaders.loc[[key]]) if key in leaders.index else []


def table_frames(table: RankTable) -> dict[str, pd.DataFrame]:
    """Return the tables that files hold, by the files' names without suffix; those that are empty are left out."""
    frames = {
        "table_1": table.ranks,
        "table_1_differences": table.differences,
        "table_1_people": table.people,
        "table_1_means": table.means,
        "table_1_mean_differences": table.mean_differences,
        "table_1_categories": table.categories,
        "table_1_metrics": table.others,
    }
    kept = ("table_1", "table_1_differences")
    return {name: frame for name, frame in frames.items() if name in kept or len(frame)}
