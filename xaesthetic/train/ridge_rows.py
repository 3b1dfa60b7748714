"""Ridge regression of ratings on any features, its penalty chosen by folds inside the photographs that are trained on."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float64, Int

from xaesthetic.train.features import deviations

Rows = Int[np.ndarray, " _n"]
Features = Float[np.ndarray, "_n _k"]
Labels = Float64[np.ndarray, "_n _a"]

PENALTIES = tuple(float(10.0**power) for power in range(-1, 7))
_FOLDS = 5


def predict_ridge(features: Features, labels: Labels, groups: Sequence[str], train: Rows, test: Rows) -> Labels:
    """Return ratings of `test` by ridge regressions that saw `train` alone, a row a photograph, a column an attribute.

    Of every attribute the penalty is the one that errs least, squared, in five folds
    of `train`, whose groups (a session) are kept together.

    Parameters
    ----------
    features, labels
        Of all photographs, the features standardised; a label that is nan is passed over.
    groups
        Of all photographs.
    train, test
        Their numbers.

    Returns
    -------
    nan for an attribute of which fewer than ten photographs can be trained on.
    """
    rows, tested = features[train], features[test]
    names = np.asarray(groups)[train]
    result = np.full((len(test), labels.shape[1]), np.nan)
    known = ~np.isnan(labels[train])
    for mask in np.unique(known.T, axis=0):
        columns = np.flatnonzero((mask == known.T).all(1))
        if mask.sum() >= 2 * _FOLDS:
            fitted = labels[train][mask][:, columns]
            result[:, columns] = _fit(rows[mask], fitted, names[mask], tested)
    return result


def standardise(features: Features, train: Rows) -> np.ndarray:
    """Return features less their means over `train`, in its standard deviations."""
    seen = features[train].astype(np.float64)
    return np.asarray((features - seen.mean(0)) / deviations(seen))


def _fit(rows: Features, labels: Labels, groups: np.ndarray, tested: Features) -> Labels:
    mean = rows.mean(0)
    rows, tested = rows - mean, tested - mean
    kernel, other = rows @ rows.T, tested @ rows.T
    penalties = _penalties(kernel, labels, groups)
    everything = np.arange(len(labels))
    result = np.empty((len(tested), labels.shape[1]))
    for penalty in np.unique(penalties):
        chosen = penalties == penalty
        result[:, chosen] = _solve(kernel, labels[:, chosen], everything, other, float(penalty))
    return np.asarray(result)


def _penalties(kernel: np.ndarray, labels: Labels, groups: np.ndarray) -> np.ndarray:
    """Return for every attribute the penalty that errs least on folds."""
    from sklearn.model_selection import GroupKFold

    folds = min(_FOLDS, len(np.unique(groups)))
    if folds < 2:
        return np.full(labels.shape[1], PENALTIES[len(PENALTIES) // 2])
    errors = np.zeros((len(PENALTIES), labels.shape[1]))
    for train, test in GroupKFold(folds).split(kernel, groups=groups):
        for number, penalty in enumerate(PENALTIES):
            predicted = _solve(kernel[train][:, train], labels[train], train, kernel[test], penalty)
            errors[number] += ((predicted - labels[test]) ** 2).sum(0)
    return np.asarray(np.array(PENALTIES)[errors.argmin(0)])


def _solve(kernel: np.ndarray, labels: Labels, columns: Rows, other: np.ndarray, penalty: float) -> Labels:
    """Return predictions for rows of `other`, of which `columns` are the inner products with what is trained on."""
    from sklearn.kernel_ridge import KernelRidge

    mean = labels.mean(0)
    fitted = KernelRidge(alpha=penalty, kernel="precomputed").fit(kernel, labels - mean)
    return np.asarray(fitted.predict(other[:, columns]) + mean)
