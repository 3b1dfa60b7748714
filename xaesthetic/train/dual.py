"""A ridge regression of ratings whose further rows are changes between two photographs, solved in the dual.

A rated photograph is a row with an intercept; a change (an edit's, say) is a row without one, times a weight. With the
rated rows less their means the intercept falls out of the equations, which are then those of a plain ridge. They are as
many as there are rows, so that thousands of channels cost nothing but the kernel; n rows take n³/3 multiplications.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.linalg import solve

Rows = Int[np.ndarray, " _m"]
Table = Float[np.ndarray, "n a"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Rows with what is wanted of them."""

    kernel: Float[np.ndarray, "n n"]
    """Products of all pairs of rows, in float64."""
    targets: Table
    """A column an attribute; nan where it is not known."""
    rated: Bool[np.ndarray, " n"]
    """True for a photograph, False for a change."""

    def some(self, rows: Rows) -> "Problem":
        """Return the problem of some rows."""
        return Problem(self.kernel[np.ix_(rows, rows)], self.targets[rows], self.rated[rows])


@dataclass(frozen=True, slots=True)
class Choice:
    """What is chosen of a ridge."""

    penalty: float
    weight: float
    """Of the changes; 0 leaves them out."""


@dataclass(frozen=True, slots=True)
class Solution:
    """A ridge as a sum over rows: weights are rowsᵀ · coefficients."""

    coefficients: Table
    """0 for the rows that it was not fitted to."""
    intercept: Float[np.ndarray, " a"]

    def predict(self, problem: Problem, rows: Rows) -> Float[np.ndarray, "_m a"]:
        """Return what is made of some rows: of photographs their ratings, of changes by how much these change."""
        changed = problem.kernel[rows] @ self.coefficients
        return np.asarray(changed + np.outer(problem.rated[rows], self.intercept))


def fit(problem: Problem, rows: Rows, choice: Choice) -> Solution:
    """Fit a ridge to some rows; attributes that are known of the same rows are solved at once.

    Parameters
    ----------
    problem
        All rows.
    rows
        Those that it is fitted to.
    choice
        The penalty on the squared weights, and the weight of changes.
    """
    if not choice.weight:
        rows = rows[problem.rated[rows]]
    known = ~np.isnan(problem.targets[rows])
    coefficients = np.zeros_like(problem.targets)
    intercept = np.zeros(problem.targets.shape[1])
    for pattern in np.unique(known, axis=1).T:
        columns = np.flatnonzero((known == pattern[:, None]).all(0))
        part = rows[pattern]
        place = np.ix_(part, columns)
        coefficients[place], intercept[columns] = _solve(problem.some(part), columns, choice)
    return Solution(coefficients, intercept)


def _solve(problem: Problem, columns: Rows, choice: Choice) -> tuple[np.ndarray, np.ndarray]:
    rated = problem.rated.astype(np.float64)
    scale = np.where(problem.rated, 1.0, choice.weight)
    means = problem.kernel[problem.rated].mean(0)  # products of the mean photograph
    mean = problem.targets[problem.rated][:, columns].mean(0)
    kernel = problem.kernel - np.outer(rated, means) - np.outer(means, rated)
    kernel = (kernel + np.outer(rated, rated) * means[problem.rated].mean()) * np.outer(scale, scale)
    kernel[np.diag_indices_from(kernel)] += choice.penalty
    wanted = (problem.targets[:, columns] - np.outer(rated, mean)) * scale[:, None]
    dual = solve(kernel, wanted, assume_a="pos", overwrite_a=True) * scale[:, None]
    dual[problem.rated] -= dual[problem.rated].mean(0)  # the mean photograph, taken off every row
    return dual, mean - means @ dual
