"""The dual ridge against the normal equations, written down with an intercept of its own."""

import numpy as np
import pytest

from xaesthetic.train.dual import Choice, Problem, fit


def tiny(seed=0, photographs=12, changes=5, channels=7):
    random = np.random.default_rng(seed)
    rows = random.normal(3, 2, (photographs + changes, channels))
    rated = np.arange(len(rows)) < photographs
    targets = random.normal(2, 1, (len(rows), 3))
    targets[-2:, 1] = np.nan  # changes of which nobody knows what they do
    targets[0, 2] = np.nan  # a photograph that nobody rated
    targets[~rated, 0] = np.nan
    return rows, Problem(rows @ rows.T, targets, rated)


def normal_equations(rows, wanted, rated, penalty, weight):
    """Minimise Σ w² (y - x·b - r c)² + penalty |b|², the intercept c without penalty: one loop over rows."""
    size = rows.shape[1] + 1
    left, right = np.diag([penalty] * (size - 1) + [0.0]), np.zeros(size)
    for row, target, photograph in zip(rows, wanted, rated, strict=True):
        extended = np.append(row, 1.0 if photograph else 0.0)
        importance = 1.0 if photograph else weight**2
        left += importance * np.outer(extended, extended)
        right += importance * target * extended
    solution = np.linalg.solve(left, right)
    return solution[:-1], solution[-1]


@pytest.mark.parametrize("choice", [Choice(0.5, 0.0), Choice(2.0, 0.3), Choice(10.0, 3.0)])
@pytest.mark.parametrize("left_out", [0, 4])
def test_it_solves_the_normal_equations(choice, left_out):
    rows, problem = tiny()
    used = np.arange(left_out, len(rows))
    solution = fit(problem, used, choice)
    weights = rows.T @ solution.coefficients
    for column in range(problem.targets.shape[1]):
        known = [row for row in used if not np.isnan(problem.targets[row, column])]
        known = [row for row in known if problem.rated[row] or choice.weight]
        wanted = normal_equations(
            rows[known], problem.targets[known, column], problem.rated[known], choice.penalty, choice.weight
        )
        np.testing.assert_allclose(weights[:, column], wanted[0], rtol=1e-7, atol=1e-10)
        np.testing.assert_allclose(solution.intercept[column], wanted[1], rtol=1e-7)
    predicted = solution.predict(problem, np.arange(len(rows)))
    np.testing.assert_allclose(predicted, rows @ weights + np.outer(problem.rated, solution.intercept), atol=1e-9)


def test_rows_that_it_was_not_fitted_to_do_not_count():
    rows, problem = tiny(3)
    coefficients = fit(problem, np.arange(2, len(rows)), Choice(1.0, 1.0)).coefficients
    assert not coefficients[:2].any()
    assert coefficients[2:].any(axis=1).all()
