"""What heads say beyond the overall score, less what heads of permuted ratings say: of pooled features and pooled maps.

Ratings are permuted over photographs, all attributes of a row together: so the halo stays, and what the photographs have to
do with it goes. Every statistic stands beside the mean of the same statistic of the permutations. A map is linear in the
head and a head in the ratings, so that one factorisation of the kernel serves all permutations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import holm

Ratings = Float[np.ndarray, "n _a"]
_LEAST = 0.01
"""Of the median standard deviation of channels: the least that a channel is divided by."""
COLUMNS = ("attribute", "measure", "value", "null", "over_null", "null_low", "null_high", "p", "p_holm")
MEASURES = ("rho", "split_half", "edit_response", "gaze", "between")


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Photographs that people rated, as pooled features; and others, as features of cells."""

    features: Float[np.ndarray, "n k"]
    """Means of every channel over the photograph."""
    ratings: Ratings
    """Of the same photographs, a column an attribute."""
    attributes: tuple[str, ...]
    """The columns' names."""
    cells: Float[np.ndarray, "p k c"]
    """Every channel in every cell of the grid, of other photographs."""
    gaze: Float[np.ndarray, "p c"] | None = None
    """The share of people's fixations in every cell of those; None where nobody was watched."""
    edits: Float[np.ndarray, "e k"] | None = None
    """What an edit changed in a photograph's features, a row an edit and photograph; None where nothing was edited."""
    moved: Float[np.ndarray, "e _a"] | None = None
    """Which way (1 or -1) that should move an attribute; nan where it should not, or nobody knows."""


def measure_beyond(
    evidence: Evidence, penalty: float, of: str = "overall", permutations: int = 200, folds: int = 5, seed: int = 0
) -> pd.DataFrame:
    """Measure what attributes have beyond a score, each less the same for permutations of the ratings.

    Parameters
    ----------
    evidence
        All that is needed; no network runs.
    penalty
        Of the ridge, on standardised features.
    of
        The attribute that the others are taken beyond; empty for the attributes as they are.
    permutations
        How many.
    folds
        For ratings of photographs that were not fitted on.
    seed
        Of folds, halves and permutations.

    Returns
    -------
    A row an attribute and measure: `rho` with people's rest (out of fold), `split_half` of maps by heads of two disjoint
    halves, `edit_response` (share of edits that moved the right way), `gaze` (NSS on the cells); and of all attributes
    `between`, how alike the maps of two are, whose `null` specificity is held against. `null` is the mean over permutations,
    `null_low` and `null_high` hold 95 % of them. `p` is two-sided for gaze, of a smaller value for `between`, else of a
    larger one; `p_holm` is over all attributes of a measure.

    Raises
    ------
    DataError
        If there is no such attribute, or ratings are missing.
    """
    _validate(evidence, of)
    random = np.random.default_rng(seed)
    count = len(evidence.ratings)
    orders = np.stack([np.arange(count), *(random.permutation(count) for _ in range(permutations))])
    scale = evidence.features.std(0)
    scale = np.maximum(scale, _LEAST * np.median(scale) + np.finfo(scale.dtype).tiny)  # or a channel that is dead in the
    scaled = (evidence.features - evidence.features.mean(0)) / scale  # rated photographs would be all of another's map
    parts = np.array_split(random.permutation(count), folds)
    halves = np.array_split(random.permutation(count), 2)
    kept = [name for name in evidence.attributes if name != of]
    fit = _Fit(scaled, scale, evidence, of, orders, penalty)
    values = {"rho": fit.rho(parts)}
    projected = fit.project(evidence.cells)
    first, second = (fit.maps(half, projected) for half in halves)
    values["split_half"] = _alike(first, second)
    if evidence.gaze is not None:
        values["gaze"] = _nss(fit.maps(np.arange(count), projected), evidence.gaze)
    if evidence.edits is not None and evidence.moved is not None:
        columns = [evidence.attributes.index(name) for name in kept]
        values["edit_response"] = fit.responses(evidence.edits, evidence.moved[:, columns])
    values["between"] = between_attributes(fit.maps(np.arange(count), projected))[:, None]
    return pd.concat([_rows(kept, name, values[name]) for name in MEASURES if name in values], ignore_index=True)


def _validate(evidence: Evidence, of: str) -> None:
    if of and of not in evidence.attributes:
        raise DataError(f"no ratings of {of!r}; there are those of {', '.join(evidence.attributes)}.")
    missing = int((~np.isfinite(evidence.ratings)).sum())
    if missing:
        raise DataError(f"{missing} ratings are missing; leave photographs without all of them out.")


def rest_of(labels: Float[np.ndarray, "q n a"], score: int | None) -> Float[np.ndarray, "q n _b"]:
    """Return what regression on one column leaves over of the others, in every permutation; as they are without one."""
    centred = labels - labels.mean(1, keepdims=True)
    if score is None:
        return np.asarray(centred)
    overall = centred[:, :, score : score + 1]
    slopes = (centred * overall).sum(1, keepdims=True) / (overall**2).sum(1, keepdims=True)
    return np.asarray(np.delete(centred - slopes * overall, score, axis=2))


class _Fit:
    """Ridge heads of all permutations at once, in the dual: weights are sums of the photographs' features."""

    def __init__(
        self,
        scaled: Float[np.ndarray, "n k"],
        scale: Float[np.ndarray, " k"],
        evidence: Evidence,
        of: str,
        orders: Int[np.ndarray, "q n"],
        penalty: float,
    ) -> None:
        self._x, self._scale, self._penalty = scaled, scale, penalty
        self._labels = evidence.ratings[orders]
        self._score = evidence.attributes.index(of) if of else None
        self._kernel = scaled @ scaled.T

    def _dual(self, rows: Int[np.ndarray, " m"]) -> Float[np.ndarray, "m qa"]:
        """Return the dual weights of heads fitted to the rest of some photographs' ratings."""
        from scipy.linalg import cho_factor, cho_solve

        targets = rest_of(self._labels[:, rows], self._score)
        kernel = self._kernel[np.ix_(rows, rows)].astype(np.float64)
        across = kernel.mean(0)
        kernel += across.mean() - across - across[:, None]  # as with an intercept
        kernel[np.diag_indices_from(kernel)] += self._penalty
        flat = targets.transpose(1, 0, 2).reshape(len(rows), -1)
        return np.asarray(cho_solve(cho_factor(kernel, overwrite_a=True), flat))

    def _shape(self, values: Float[np.ndarray, "m qa"]) -> Float[np.ndarray, "q m a"]:
        return np.asarray(values.reshape(len(values), len(self._labels), -1).transpose(1, 0, 2))

    def rho(self, parts: Sequence[Int[np.ndarray, " _m"]]) -> Float[np.ndarray, "q a"]:
        """Return Spearman's ρ of out-of-fold ratings with people's: of the rest, by the slope of the training folds."""
        everything = np.arange(len(self._x))
        predicted: list[np.ndarray] = []
        people: list[np.ndarray] = []
        for part in parts:
            rows = np.setdiff1d(everything, part)
            kernel = self._kernel[np.ix_(part, rows)] - self._kernel[np.ix_(rows, rows)].mean(0)
            predicted.append(self._shape(kernel @ self._dual(rows)))
            people.append(self._rest_by_others(rows, part))
        return _correlate(_ranks(np.concatenate(predicted, 1)), _ranks(np.concatenate(people, 1)), 1)

    def _rest_by_others(self, rows: Int[np.ndarray, " m"], part: Int[np.ndarray, " o"]) -> Float[np.ndarray, "q o a"]:
        """Return the rest of people's ratings of a fold, by the slope of the other folds."""
        mean = self._labels[:, rows].mean(1, keepdims=True)
        centred, here = self._labels[:, rows] - mean, self._labels[:, part] - mean
        if self._score is None:
            return np.asarray(here)
        overall = centred[:, :, self._score, None]
        slopes = (centred * overall).sum(1, keepdims=True) / (overall**2).sum(1, keepdims=True)
        return np.asarray(np.delete(here - slopes * here[:, :, self._score, None], self._score, axis=2))

    def project(self, cells: Float[np.ndarray, "p k c"]) -> Float[np.ndarray, "n pc"]:
        """Return every rated photograph's features times every cell's: what maps of any head are sums of."""
        count, channels, size = cells.shape
        flat = (cells / self._scale[:, None]).transpose(1, 0, 2).reshape(channels, count * size)
        self._size = size
        return np.asarray(self._x @ flat)

    def maps(self, rows: Int[np.ndarray, " m"], projected: Float[np.ndarray, "n pc"]) -> Float[np.ndarray, "q a p c"]:
        """Return maps of heads that were fitted to some photographs."""
        maps = self._dual(rows).T.astype(projected.dtype) @ projected[rows]
        return np.asarray(maps.reshape(len(self._labels), -1, projected.shape[1] // self._size, self._size))

    def responses(self, edits: Float[np.ndarray, "e k"], moved: Float[np.ndarray, "e a"]) -> Float[np.ndarray, "q a"]:
        """Return the share of edits that move an attribute the way they should."""
        products = (edits / self._scale) @ self._x.T
        changes = self._shape(products @ self._dual(np.arange(len(self._x))))
        known = np.isfinite(moved)
        right = np.where(known, np.sign(changes) == moved, False).sum(1)
        return np.asarray(np.divide(right, known.sum(0), out=np.full(right.shape, np.nan), where=known.any(0)))


def _ranks(values: Float[np.ndarray, "q n a"]) -> Float[np.ndarray, "q n a"]:
    from scipy.stats import rankdata

    return np.asarray(rankdata(values, axis=1))


def _correlate(first: np.ndarray, second: np.ndarray, axis: int) -> Float[np.ndarray, "..."]:
    """Pearson's r along an axis."""
    one, other = (item - item.mean(axis, keepdims=True) for item in (first, second))
    return np.asarray((one * other).sum(axis) / np.sqrt((one**2).sum(axis) * (other**2).sum(axis)))


def _alike(first: Float[np.ndarray, "q a p c"], second: Float[np.ndarray, "q a p c"]) -> Float[np.ndarray, "q a"]:
    """Return how the maps of two halves correlate, mean over photographs."""
    return np.asarray(_correlate(first, second, 3).mean(2))


def _nss(maps: Float[np.ndarray, "q a p c"], gaze: Float[np.ndarray, "p c"]) -> Float[np.ndarray, "q a"]:
    """Return the mean of standardised maps where people looked, mean over photographs."""
    standard = (maps - maps.mean(3, keepdims=True)) / maps.std(3, keepdims=True)
    return np.asarray((standard * gaze).sum(3).mean(2))


def between_attributes(maps: Float[np.ndarray, "q a p c"]) -> Float[np.ndarray, " q"]:
    """Return the mean correlation of maps of two attributes, over pairs and photographs: the null of specificity."""
    pairs = combinations(range(maps.shape[1]), 2)
    return np.asarray(np.mean([_correlate(maps[:, i], maps[:, j], 2).mean(1) for i, j in pairs], axis=0))


def _rows(attributes: Sequence[str], measure: str, values: Float[np.ndarray, "q a"]) -> pd.DataFrame:
    """The first row is of the ratings as they are, the others of permutations."""
    attributes = ["all"] if measure == "between" else attributes
    known = np.isfinite(values[0])
    attributes, values = [name for name, kept in zip(attributes, known, strict=True) if kept], values[:, known]
    seen, null = values[0], values[1:]
    mean = null.mean(0)
    ways = {"gaze": lambda item: np.abs(item - mean), "between": lambda item: -item}
    far, far_null = (ways.get(measure, np.asarray)(item) for item in (seen, null))
    p = (1 + (far_null >= far).sum(0)) / (1 + len(null))
    low, high = np.quantile(null, (0.025, 0.975), axis=0)
    columns = (attributes, [measure] * len(attributes), seen, mean, seen - mean, low, high, p, holm(p))
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
