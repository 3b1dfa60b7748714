"""Other ways than Spearman's ρ to say how well predictions follow ratings, with bootstrap intervals."""

from collections.abc import Callable, Mapping

import numpy as np
import scipy

from xaesthetic.core.statistics import Estimate, Resamples, Values

_Z = 1.959963984540054


def kendall(ratings: Values, predicted: Values, times: int = 500, seed: int = 0) -> Estimate:
    """Kendall's τ-b, which counts pairs of photographs and takes ties off.

    Parameters
    ----------
    ratings, predicted
        Without nan.
    times, seed
        Of the resamples of photographs.

    Returns
    -------
    nan throughout where one side is constant or there are fewer than three; p is Kendall's, of scipy.

    Examples
    --------
    >>> import numpy as np
    >>> round(kendall(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 4, 3])).value, 4)
    0.6667
    """
    if not _varied(ratings, predicted):
        return _nothing()
    agreeing, one, other = _pairs(ratings, predicted, times, seed)
    values = _divided(agreeing, np.sqrt(one * other))
    return _estimate(values, float(scipy.stats.kendalltau(ratings, predicted).pvalue))


def pairwise_accuracy(ratings: Values, predicted: Values, times: int = 500, seed: int = 0) -> Estimate:
    """The share of pairs of different ratings that are predicted in their order; equal predictions are half right.

    Returns
    -------
    0 to 1, .5 by chance; nan where all ratings are equal or there are fewer than three; p is nan.

    Examples
    --------
    >>> import numpy as np
    >>> round(pairwise_accuracy(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 4, 3])).value, 4)
    0.8333
    """
    if len(ratings) < 3 or not np.ptp(ratings) > 0:
        return _nothing()
    agreeing, one, _ = _pairs(ratings, predicted, times, seed)
    return _estimate((1 + _divided(agreeing, one)) / 2, float("nan"))


def logistic_pearson(ratings: Values, predicted: Values, times: int = 500, seed: int = 0) -> Estimate:
    """Pearson's r between ratings and predictions that a logistic curve of four parameters carries to their scale.

    As the Video Quality Experts Group does it (VQEG 2000). The curve is fitted once, to all; the interval counts photographs
    as drawn by chance, not the curve. A curve that falls gives a negative r.

    Returns
    -------
    nan throughout where one side is constant, there are fewer than five, or no curve is found; p is nan.
    """
    if len(ratings) < 5 or not _varied(ratings, predicted):
        return _nothing()
    x = (predicted - predicted.mean()) / predicted.std()
    rise = 1.0 if np.corrcoef(x, ratings)[0, 1] >= 0 else -1.0
    start = (ratings.min(), rise * np.ptp(ratings), 0.0, 1.0)
    if rise < 0:
        start = (ratings.max(), *start[1:])
    try:
        fitted, _ = scipy.optimize.curve_fit(_logistic, x, ratings, start, maxfev=20_000)
    except RuntimeError:  # it did not converge
        return _nothing()
    curve = _logistic(x, *fitted)
    if not np.ptp(curve) > 0:
        return _nothing()
    sign = np.sign(fitted[1] * fitted[3])
    weights = _weights(len(ratings), times, seed)
    return _estimate(sign * _weighted_pearson(curve, ratings, weights), float("nan"))


METRICS: Mapping[str, tuple[str, Callable[[Values, Values, int, int], Estimate]]] = {
    "krcc": ("Kendall's τ-b", kendall),
    "plcc": ("Pearson's r after a logistic curve", logistic_pearson),
    "pairwise": ("share of pairs in their order", pairwise_accuracy),
}
"""By the names that the command knows: the title, and what computes it."""


def _logistic(x: np.ndarray, low: float, height: float, middle: float, width: float) -> np.ndarray:
    return np.asarray(low + height * scipy.special.expit((x - middle) / width))


def _weights(size: int, times: int, seed: int) -> np.ndarray:
    """How often each photograph is in the sample: once in the first row, then as drawn."""
    drawn = np.random.default_rng([seed, size]).multinomial(size, np.full(size, 1 / size), times)
    return np.vstack([np.ones((1, size)), drawn])


def _pairs(one: Values, other: Values, times: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for every sample the pairs in order less those out of order, those that differ in one, and in the other."""
    weights = _weights(len(one), times, seed)
    signs = [np.sign(values[:, None] - values[None]) for values in (one, other)]
    tables = (signs[0] * signs[1], np.abs(signs[0]), np.abs(signs[1]))
    first, second, third = (((weights @ table) * weights).sum(1) for table in tables)
    return first, second, third


def _weighted_pearson(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> np.ndarray:
    size = weights.sum(1)
    means = [(weights @ values) / size for values in (one, other)]
    product = (weights @ (one * other)) / size - means[0] * means[1]
    spread = [(weights @ values**2) / size - mean**2 for values, mean in zip((one, other), means, strict=True)]
    return _divided(product, np.sqrt(np.maximum(spread[0] * spread[1], 0)))


def _divided(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray(np.divide(one, other, out=np.full(len(one), np.nan), where=other > 0))


def _estimate(values: Resamples, p: float) -> Estimate:
    """The first value, and 1.96 standard deviations of the others around it, within [-1, 1]."""
    value, drawn = float(values[0]), values[1:][~np.isnan(values[1:])]
    reach = _Z * float(drawn.std(ddof=1)) if len(drawn) > 1 else float("nan")
    return Estimate(value, max(-1.0, value - reach), min(1.0, value + reach), p)


def _varied(one: Values, other: Values) -> bool:
    return len(one) > 2 and bool(np.ptp(one) > 0) and bool(np.ptp(other) > 0)


def _nothing() -> Estimate:
    return Estimate(*[float("nan")] * 4)
