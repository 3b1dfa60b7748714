"""Table 1 of the paper: how well models rank photographs, attribute by attribute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import holm, interval, paired_difference, resample
from xaesthetic.core.types import Record


@dataclass(frozen=True, slots=True)
class RankTable:
    """Spearman's ρ between ratings of people and of models."""

    ranks: pd.DataFrame
    """Columns list, attribute, model, n, rho, low, high, p, best (the attribute's highest ρ on that list), close (not
    distinguishable from the best after Holm's correction)."""
    differences: pd.DataFrame
    """Columns list, attribute, model, other, n, difference, low, high, p, p_holm: every pair of models on the
    photographs that both rated. The family of a correction is all of one list."""
    resamples: int
    seed: int
    notes: tuple[str, ...] = ()


def attribute_ranks(
    records: Sequence[Record],
    predictions: Sequence[pd.DataFrame],
    attributes: Sequence[str],
    resamples: int = 2000,
    seed: int = 0,
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
    ranks, differences = [], []
    for name, ids in lists.items():
        here: list[dict[str, object]] = []
        for item in wanted:
            rating = rated[item].reindex(ids).to_numpy(float)
            chosen = {model: _column(wide, model, item, ids) for model in models}
            rows, pairs = _compare(rating, chosen, resamples, seed)
            ranks += [{"list": name, "attribute": item} | row for row in rows]
            here += [{"list": name, "attribute": item} | pair for pair in pairs]
        adjusted = holm(np.array([pair["p"] for pair in here], float))
        differences += [pair | {"p_holm": value} for pair, value in zip(here, adjusted, strict=True)]
    columns = ["list", "attribute", "model", "other", "n", "difference", "low", "high", "p", "p_holm"]
    pairwise = pd.DataFrame(differences, columns=columns)
    return RankTable(_marked(pd.DataFrame(ranks), pairwise), pairwise, resamples, seed)


def _lists(records: Sequence[Record]) -> dict[str, list[str]]:
    names = sorted({name for record in records for name in record.splits if name.startswith("test")})
    if not names:
        return {"all": [record.id for record in records]}
    return {name: [record.id for record in records if name in record.splits] for name in names}


def _column(wide: pd.DataFrame, model: str, name: str, ids: list[str]) -> np.ndarray:
    if (model, name) not in wide.columns:
        return np.full(len(ids), np.nan)
    return wide[model, name].reindex(ids).to_numpy(float)


def _compare(
    target: np.ndarray, predictions: Mapping[str, np.ndarray], resamples: int, seed: int
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """One attribute on one list: a row for each model, and one for each pair."""
    kept: dict[tuple[str, bytes], np.ndarray] = {}

    def drawn(model: str, rows: np.ndarray) -> np.ndarray:
        key = model, rows.tobytes()
        if key not in kept:
            enough = rows.sum() > 2
            kept[key] = resample(target[rows], predictions[model][rows], resamples, seed) if enough else np.full(2, np.nan)
        return kept[key]

    def estimate(model: str, rows: np.ndarray) -> dict[str, object]:
        result = interval(target[rows], predictions[model][rows], drawn(model, rows))
        return {"n": int(rows.sum()), "rho": result.value, "low": result.low, "high": result.high, "p": result.p}

    known = {model: ~np.isnan(target) & ~np.isnan(values) for model, values in predictions.items()}
    ranks = [{"model": model, **estimate(model, known[model])} for model in predictions]
    pairs: list[dict[str, object]] = []
    for model, other in combinations(predictions, 2):
        both = known[model] & known[other]
        first, second = (interval(target[both], predictions[item][both], drawn(item, both)).value for item in (model, other))
        result = paired_difference(first, second, drawn(model, both), drawn(other, both))
        facts = {"difference": result.value, "low": result.low, "high": result.high, "p": result.p}
        pairs.append({"model": model, "other": other, "n": int(both.sum()), **facts})
    return ranks, pairs


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
