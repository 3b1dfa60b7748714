"""Table 2 of the paper: how well single people agree with all, and what that says of a model."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import Estimate, interval, resample, spearman

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rater": ("rater", "worker", "workerid", "worker_id", "user", "userid", "user_id", "annotator", "subject"),
    "image": ("image", "imagefile", "image_file", "imgname", "imagename", "image_name", "imageid", "image_id", "filename"),
    "score": ("score", "overall", "rating", "overall_score", "scoreall", "fullscore"),
}
"""The names that are tried, in this order, in any case."""
THRESHOLDS = (0, 100, 200)


@dataclass(frozen=True, slots=True)
class RaterTable:
    """HumanMaps against people, and models against people."""

    raters: pd.DataFrame
    """A row for each threshold: more_than, raters (whose ρ is defined), rho (mean over raters of ρ with the
    mean of all), low, high, rho_others (with the mean of the others), low_others, high_others."""
    models: pd.DataFrame
    """A row for each model: model, n, rho (with the mean of all), low, high, p."""
    reliability: float
    """Of the mean scores: the split-half correlation, stepped up by Spearman and Brown's formula."""
    ceiling: float
    """The square root of it: the highest ρ with these mean scores to be expected of a model that knows the true ones."""
    images: int
    votes: int
    notes: tuple[str, ...] = ()


def read_votes(path: Path, names: Mapping[str, str | None]) -> pd.DataFrame:
    """Read who gave which score to which image.

    Parameters
    ----------
    path
        A table with a row for each rater and image, separated by commas, tabs or semicolons.
    names
        The columns called `rater`, `image` and `score`; None tries the names in `COLUMNS`.

    Returns
    -------
    Columns rater, image, score; several scores of one rater for one image are averaged, rows without a score left out.

    Raises
    ------
    DataError
        If it cannot be read, a column is not there, or a score is no number.
    """
    try:
        table = pd.read_csv(path, dtype=str, sep=None, engine="python", keep_default_na=False)
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as a table ({error}).") from error
    chosen = {what: _column(path, table, what, name) for what, name in names.items()}
    votes = pd.DataFrame({what: table[column].str.strip() for what, column in chosen.items()})
    score = pd.to_numeric(votes["score"].where(votes["score"] != ""), errors="coerce")
    wrong = score.isna() & (votes["score"] != "")
    if wrong.any():
        line = int(np.argmax(wrong))
        raise DataError(f"{path}, line {line + 2}: the score {votes['score'].iloc[line]!r} is no number.")
    votes = votes.assign(score=score).dropna()
    if votes.empty:
        raise DataError(f"{path}: holds no score.")
    return votes.groupby(["rater", "image"], sort=True)["score"].mean().reset_index()


def _column(path: Path, table: pd.DataFrame, what: str, name: str | None) -> str:
    plain = {str(column).strip().lower(): str(column) for column in table.columns}
    for item in (name,) if name else COLUMNS[what]:
        if item.lower() in plain:
            return plain[item.lower()]
    present = ", ".join(map(str, table.columns))
    raise DataError(f"{path}: no column {name or what!r}; it has {present}. Name the right one with --{what}.")


def rater_agreement(
    votes: pd.DataFrame,
    predictions: Mapping[str, Mapping[str, float]],
    thresholds: Sequence[int] = THRESHOLDS,
    splits: int = 100,
    resamples: int = 2000,
    seed: int = 0,
) -> RaterTable:
    """Compare every rater's scores with the mean of all, and with the mean of the others.

    The mean of all holds the rater's own score, which raises ρ; the mean of the others does not. Intervals of the means
    over raters are Student's.

    Parameters
    ----------
    votes
        Columns rater, image, score, each pair of rater and image once.
    predictions
        By model, image and prediction.
    thresholds
        Only raters of more images than that.
    splits, resamples, seed
        For the random halves and the bootstrap of the models' ρ.
    """
    item = _by_rater(votes)
    rows = []
    for threshold in thresholds:
        kept = item[item["images"] > threshold]
        value, others = (_mean(kept[name].to_numpy(float)) for name in ("all", "others"))
        rows.append(
            {
                "more_than": threshold,
                "raters": int(kept["all"].notna().sum()),
                "rho": value.value,
                "low": value.low,
                "high": value.high,
                "rho_others": others.value,
                "low_others": others.low,
                "high_others": others.high,
            }
        )
    means = votes.groupby("image")["score"].mean()
    models = []
    for name, chosen in predictions.items():
        both = [image for image in means.index if image in chosen]
        rating, rated = means[both].to_numpy(float), np.array([chosen[image] for image in both], float)
        result = interval(rating, rated, resample(rating, rated, resamples, seed) if len(both) > 2 else np.full(2, np.nan))
        models.append(
            {"model": name, "n": len(both), "rho": result.value, "low": result.low, "high": result.high, "p": result.p}
        )
    reliability = split_half(votes, splits, seed)
    undefined = int(item["all"].isna().sum())
    notes = (
        (
            f"{undefined} of {len(item)} raters are not counted: with fewer than three images, or one score for all, "
            "they have no ρ.",
        )
        if undefined
        else ()
    )
    columns = ["model", "n", "rho", "low", "high", "p"]
    return RaterTable(
        pd.DataFrame(rows),
        pd.DataFrame(models, columns=columns),
        reliability,
        float(np.sqrt(reliability)),
        len(means),
        len(votes),
        notes,
    )


def _by_rater(votes: pd.DataFrame) -> pd.DataFrame:
    """For every rater: how many images, ρ with the mean of all, ρ with the mean of the others (where there are any)."""
    by_image = votes.groupby("image")["score"]
    total, count = by_image.transform("sum"), by_image.transform("count")
    table = votes.assign(mean=total / count, others=((total - votes["score"]) / (count - 1)).where(count > 1))
    rows = []
    for _, value in table.groupby("rater", sort=True):
        shared = value.dropna(subset=["others"])
        rows.append(
            {
                "images": len(value),
                "all": spearman(value["score"].to_numpy(float), value["mean"].to_numpy(float)),
                "others": spearman(shared["score"].to_numpy(float), shared["others"].to_numpy(float)),
            }
        )
    return pd.DataFrame(rows)


def _mean(values: np.ndarray) -> Estimate:
    """The mean of the correlations that are defined, with Student's 95 % interval as far as it lies in [-1, 1]."""
    known = values[~np.isnan(values)]
    if not len(known):
        return Estimate(*[float("nan")] * 4)
    mean = float(known.mean())
    if len(known) < 2:
        return Estimate(mean, float("nan"), float("nan"), float("nan"))
    half = float(t.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))
    return Estimate(mean, max(-1.0, mean - half), min(1.0, mean + half), float("nan"))


def split_half(votes: pd.DataFrame, splits: int = 100, seed: int = 0) -> float:
    """The reliability of images' mean scores (Spearman 1910, Brown 1910).

    Every image's votes are halved by chance; r is Spearman's ρ between the halves' means over images with two votes or
    more, averaged over `splits` halvings; the reliability of the mean of both halves is 2r / (1 + r).

    Returns
    -------
    0 to 1; nan where fewer than three images have two votes, or the halves do not agree at all: no reliability follows.
    """
    several = votes[votes.groupby("image")["score"].transform("count") > 1]
    codes, _ = pd.factorize(several["image"], sort=True)
    scores = several["score"].to_numpy(float)
    count = np.bincount(codes) if len(codes) else np.zeros(0, int)
    starts = np.cumsum(count) - count
    random = np.random.default_rng(seed)
    result = []
    for _ in range(splits):
        order = np.lexsort((random.random(len(codes)), codes))
        place = np.arange(len(codes)) - starts[codes[order]]
        first = place < count[codes[order]] // 2
        means = [
            np.bincount(codes[order][half], scores[order][half], len(count))
            / np.bincount(codes[order][half], None, len(count))
            for half in (first, ~first)
        ]
        result.append(spearman(*means))
    r = _mean(np.array(result)).value
    return 2 * r / (1 + r) if r >= 0 else float("nan")
