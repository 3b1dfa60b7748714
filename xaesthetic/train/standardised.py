"""Rated photographs and edits as rows of one ridge, on features of equal spread; heads are in the features' own units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from xaesthetic.train.dual import Choice, Problem, fit
from xaesthetic.train.edited import Edited
from xaesthetic.train.features import OF_RATED, deviations

SPLITS = 5
Head = tuple[Float[np.ndarray, "a k"], Float[np.ndarray, " a"]]


@dataclass(frozen=True, slots=True)
class Standardised:
    """What heads are fitted to."""

    rows: Float[np.ndarray, "n k"]
    """Over the channels' standard deviations; photographs first, then edits."""
    problem: Problem
    """Targets in standard deviations of the ratings."""
    groups: tuple[str, ...]
    """A photograph's session, an edit's photograph."""
    scale: Float[np.ndarray, " k"]
    center: Float[np.ndarray, " a"]
    spread: Float[np.ndarray, " a"]
    """Mean and standard deviation of the ratings."""

    def head(self, rows: Int[np.ndarray, " _m"], choice: Choice) -> Head:
        """Return the weights and biases that some rows give."""
        solution = fit(self.problem, rows, choice)
        weights = solution.coefficients.T @ self.rows / self.scale
        return weights * self.spread[:, None], solution.intercept * self.spread + self.center

    @property
    def every(self) -> Int[np.ndarray, " n"]:
        """All rows."""
        return np.arange(len(self.rows))


def standardised(
    features: Float[np.ndarray, "m k"], labels: Float[np.ndarray, "m a"], groups: Sequence[str], edited: Edited | None
) -> Standardised:
    """Put photographs and edits side by side.

    Parameters
    ----------
    features, labels, groups
        Of the photographs to train on.
    edited
        None where there are no edits.
    """
    scale, center, spread = deviations(features, OF_RATED), np.nanmean(labels, axis=0), np.nanstd(labels, axis=0)
    rows, targets, members = features / scale, (labels - center) / spread, tuple(groups)
    if edited is not None:
        rows = np.concatenate([rows, edited.rows / scale])
        targets = np.concatenate([targets, edited.targets])
        members = (*members, *(f"edit of {group}" for group in edited.groups))
    problem = Problem(rows @ rows.T, targets, np.arange(len(rows)) < len(features))
    return Standardised(rows, problem, members, scale, center, spread)


def refits(rows: Standardised, choice: Choice, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fit heads to halves of the groups: 2 i and 2 i + 1 to disjoint ones, with half the penalty, for half the rows.

    Returns
    -------
    Weights of shape (10, attributes, channels) in float16, biases of shape (10, attributes) in float32.
    """
    random = np.random.default_rng([seed, SPLITS])
    half = Choice(choice.penalty / 2, choice.weight)
    heads = [rows.head(part, half) for _ in range(SPLITS) for part in _halves(rows, random)]
    weights, bias = (np.stack([head[side] for head in heads]) for side in (0, 1))
    return weights.astype(np.float16), bias.astype(np.float32)


def _halves(rows: Standardised, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Every row in one of two halves, whole groups each: half of the photographs, and half of the edits."""
    groups = np.array(rows.groups)
    first = np.zeros(len(groups), np.bool_)
    for kind in (rows.problem.rated, ~rows.problem.rated):
        names, sizes = np.unique(groups[kind], return_counts=True)
        order = random.permutation(len(names))
        chosen = names[order[np.cumsum(sizes[order]) <= sizes.sum() / 2]]
        first |= kind & np.isin(groups, chosen)
    return np.flatnonzero(first), np.flatnonzero(~first)
