"""How much of what varies is photographs', people's, and the rest's: what the next study is planned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.jackknife import Ratings, without_empty


@dataclass(frozen=True, slots=True)
class Components:
    """Variances of values that people gave photographs, or that pairs of both have; estimates may be below zero."""

    photograph: float
    person: float
    interaction: float
    """Of photograph and person; nan where nothing was done twice: then it is part of the residual."""
    residual: float


def variance_components(values: Ratings, repeats: Sequence[tuple[float, float]] = ()) -> Components:
    """Estimate the components by Henderson's first method (Biometrics 1953), which takes any missing values.

    Where nothing is missing it is the analysis of variance: (BMS - EMS)/k, (JMS - EMS)/n, EMS.

    Parameters
    ----------
    values
        A row a photograph, a column a person.
    repeats
        Values of the same person and photograph at two times; half the mean square of their difference is the residual, and
        the rest is interaction.

    Raises
    ------
    DataError
        If there are fewer than two photographs or people, or what each rated does not tell them apart.
    """
    values = without_empty(values)
    known = ~np.isnan(values)
    if min(values.shape) < 2:
        raise DataError(
            f"variance components of {values.shape[0]} photographs and {values.shape[1]} people; two or more of both are "
            "needed. Collect more."
        )
    total = int(known.sum())
    filled = np.where(known, values - values[known].mean(), 0)
    rows, columns = known.sum(1), known.sum(0)
    squares = np.array([
        (filled**2).sum(),
        (filled.sum(1) ** 2 / rows).sum(),
        (filled.sum(0) ** 2 / columns).sum(),
        filled.sum() ** 2 / total,
    ])  # fmt: skip
    expected = np.array([
        [total, total, total],
        [total, len(rows), len(rows)],
        [len(columns), total, len(columns)],
        [(rows**2).sum() / total, (columns**2).sum() / total, 1],
    ])  # fmt: skip
    differences = expected[:3] - expected[3]
    if np.linalg.matrix_rank(differences) < 3:
        raise DataError(
            "photographs and people cannot be told apart: each photograph has ratings by people who rated nothing else, or "
            "one rating alone. Have people share photographs."
        )
    photograph, person, rest = (float(value) for value in np.linalg.solve(differences, squares[:3] - squares[3]))
    if not repeats:
        return Components(photograph, person, float("nan"), rest)
    pairs = np.asarray(repeats, np.float64)
    residual = float(((pairs[:, 0] - pairs[:, 1]) ** 2).mean() / 2)
    return Components(photograph, person, rest - residual, residual)
