"""Table 2 of the paper: how well single people agree with all, and what that says of a model."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

from xaesthetic.core.delimited import Delimited, parse_rows, read_delimited
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.statistics import Estimate, interval, resample, spearman

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "rater": ("rater", "worker", "workerid", "worker_id", "user", "userid", "user_id", "annotator", "subject"),
    "image": ("image", "imagefile", "image_file", "imgname", "imagename", "image_name", "imageid", "image_id", "filename"),
    "score": ("score", "overall", "rating", "overall_score", "scoreall", "fullscore", "aestheticscore"),
}
"""The names that are tried, in this order, in any case."""
THRESHOLDS = (0, 100, 200)
_FILES = ("allinall.csv", "para-images.csv")
"""What published tables of single votes are called, in small letters: AADB's and PARA's."""


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


def find_votes(*folders: Path) -> Path | None:
    """Return the first published table of single votes in some folders or their `annotation`; None where there is none."""
    for folder in (place for above in folders for place in (above, above / "annotation")):
        if folder.is_dir():
            files = sorted(file for file in folder.iterdir() if file.name.casefold() in _FILES)
            if files:
                return files[0]
    return None


def read_votes(path: Path, names: Mapping[str, str | None]) -> tuple[pd.DataFrame, list[str]]:
    """Read who gave which score to which image.

    Parameters
    ----------
    path
        A table with a row for each rater and image, separated by commas, tabs or semicolons.
    names
        The columns called `rater`, `image` and `score`; None tries the names in `COLUMNS`.

    Returns
    -------
    Columns rater, image, score; several scores of one rater for one image are averaged. And notes for the reader: rows
    without a score, or without a rater or image, are left out and counted.

    Raises
    ------
    DataError
        If it cannot be read, a column is not there, or it holds no score.
    """
    known = [*(name for name in names.values() if name), *(item for items in COLUMNS.values() for item in items)]
    table = read_delimited(path, known=known)
    chosen = {what: _column(table, what, name) for what, name in names.items()}
    number = table.number_reader(chosen["score"])
    votes, lost, empty = [], [], 0
    for row, vote in parse_rows(table, lambda cells: _vote(cells, chosen, number)):
        if not row.problem and not row.cells[chosen["score"]]:
            empty += 1
        elif isinstance(vote, str):
            lost.append(f"line {row.line}: {vote}")
        else:
            votes.append(vote)
    if not votes:
        first = f"; {lost[0]}" if lost else ""
        raise DataError(f"{printable(path)}: holds no score{first}.")
    notes = [f"{path.name}: {empty} rows have no score."] if empty else []
    if lost:
        notes.append(f"{path.name}: {len(lost)} rows left out; the first: {lost[0]}.")
    frame = pd.DataFrame(votes, columns=["rater", "image", "score"])
    return frame.groupby(["rater", "image"], sort=True)["score"].mean().reset_index(), notes


def _vote(cells: Mapping[str, str], chosen: Mapping[str, str], number: Callable[[str], float]) -> tuple[str, str, float]:
    rater, image, score = (cells[chosen[what]] for what in ("rater", "image", "score"))
    if not rater or not image:
        raise ValueError("names no rater or no image")
    try:
        value = number(score)
    except ValueError as error:
        raise ValueError(f"the score {error}") from error
    if not math.isfinite(value):
        raise ValueError(f"the score {score!r} is no number")
    return rater, image, value


def _column(table: Delimited, what: str, name: str | None) -> str:
    column = table.find_column(*((name,) if name else COLUMNS[what]))
    if column is None:
        present = ", ".join(table.columns)
        raise DataError(
            f"{printable(table.path)}: no column {name or what!r}; it has {present}. Name the right one with --{what}."
        )
    return column


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
    half = float(scipy.stats.t.ppf(0.975, len(known) - 1) * known.std(ddof=1) / np.sqrt(len(known)))
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
