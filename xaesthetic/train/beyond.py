"""How attributes go with the overall score in the photographs that are trained on: slopes, and what they leave over."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from xaesthetic.core.errors import DataError
from xaesthetic.models.slope import Slope

Values = Float[np.ndarray, " n"]
ERRORS = (0.0, 0.25, 0.5)
"""The correlations of the errors of two ratings that are assumed: they are of the same people, in the same minute."""
_LEAST = 3


def slopes(
    labels: Mapping[str, Values],
    overall: Values,
    reliability: Mapping[str, float] | None = None,
    errors: Sequence[float] = ERRORS,
) -> dict[str, Slope]:
    """Regress every attribute on the overall score.

    A ridge head fitted to `light` less the slope times `overall` is the one head less the slope times the other, so that the
    slope of people's ratings makes the head that learns people's rest.

    Parameters
    ----------
    labels
        People's ratings of the training photographs, or out-of-fold predictions, by attribute; nan where one is missing.
    overall
        The same of the overall score.
    reliability
        The share of the variance that is not error, by attribute and for ``overall``; without, nothing is corrected.
    errors
        Assumed correlations between an attribute's error and the overall score's.

    Returns
    -------
    By attribute the slope, the intercept, the share of the variance that is left over, and the range of the corrected slope.

    Raises
    ------
    DataError
        If fewer than three photographs have both ratings, or the overall scores are all alike.
    """
    return {
        name: _slope(name, np.asarray(values, np.float64), np.asarray(overall, np.float64), reliability or {}, errors)
        for name, values in labels.items()
        if name != "overall"
    }


def _slope(name: str, values: Values, overall: Values, reliability: Mapping[str, float], errors: Sequence[float]) -> Slope:
    known = np.isfinite(values) & np.isfinite(overall)
    if known.sum() < _LEAST or np.ptp(overall[known]) == 0:
        raise DataError(
            f"{name}: {known.sum()} photographs have it and an overall rating that varies; {_LEAST} were wanted."
        )
    first, second = values[known], overall[known]
    covariance = np.cov(first, second)
    slope = float(covariance[0, 1] / covariance[1, 1])
    share = float("nan") if covariance[0, 0] == 0 else float(1 - slope * covariance[0, 1] / covariance[0, 0])
    several = [
        corrected_slope(covariance, reliability[name], reliability["overall"], error)
        for error in (errors if {name, "overall"} <= reliability.keys() else ())
    ]
    corrected = (min(several), max(several)) if several else None
    return Slope(slope, share, float(first.mean() - slope * second.mean()), corrected)


def corrected_slope(covariance: Float[np.ndarray, "2 2"], of_attribute: float, of_overall: float, errors: float) -> float:
    """Return the slope on the overall score without its error, where the two errors correlate as is assumed.

    Fuller, Measurement Error Models, 1987: the error's variance is taken from the overall score's, and the covariance of the
    two errors from theirs.

    Parameters
    ----------
    covariance
        Of the attribute and the overall score, as rated.
    of_attribute, of_overall
        Their reliabilities.
    errors
        The assumed correlation of their errors.
    """
    shared = errors * np.sqrt((1 - of_attribute) * covariance[0, 0] * (1 - of_overall) * covariance[1, 1])
    return float((covariance[0, 1] - shared) / (of_overall * covariance[1, 1]))


def manifest_of(known: Mapping[str, Slope], errors: Sequence[float] = ERRORS) -> dict[str, Any]:
    """Return what a manifest has of slopes: `slopes`, `beyond` and the correlations of errors that were assumed.

    Examples
    --------
    >>> manifest_of({"light": Slope(0.8, 0.2, 0.5)})["slopes"]
    {'light': 0.8}
    """
    more = {
        name: {"share": item.share, "intercept": item.intercept}
        | ({"corrected": list(item.corrected)} if item.corrected else {})
        for name, item in known.items()
    }
    return {
        "slopes": {name: item.slope for name, item in known.items()},
        "beyond": more,
        "assumed_error_correlations": [min(errors), max(errors)],
    }
