"""One region out of several people's: by soft mean first, by majority, or by STAPLE, which assumes one true region."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Mask
from xaesthetic.evaluation.agreement import Masks

STAPLE_NOTE = "STAPLE assumes one true region, which everybody tried to mark; people may well mean different ones"
"""What stands beside whatever STAPLE made."""
_EDGE = 1e-12  # sensitivities and specificities of 0 and 1 would forbid what somebody did
_MOST = 1000
_CLOSE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Staple:
    """What STAPLE estimates of one true region and of everybody who tried to mark it."""

    probability: Float64[np.ndarray, "h w"]
    """Of every pixel, that it is in the region."""
    sensitivity: Float64[np.ndarray, " r"]
    """Of everybody: the share of the region that they marked; nan where there is no region."""
    specificity: Float64[np.ndarray, " r"]
    """The share of the rest that they left unmarked; nan where there is no rest."""
    rounds: int
    converged: bool
    note: str = STAPLE_NOTE

    @property
    def mask(self) -> Mask:
        """Where the region is more probable than not."""
        return np.asarray(self.probability > 0.5)


def soft_mean(masks: Masks) -> Float64[np.ndarray, "h w"]:
    """Return the share of people who marked each pixel; it keeps what they disagree on, so it is the primary fusion.

    Raises
    ------
    DataError
        If there is no mask.
    """
    _validate(masks)
    return np.asarray(masks.mean(0, dtype=np.float64))


def majority(masks: Masks) -> Mask:
    """Return what more than half marked; half is not enough.

    Raises
    ------
    DataError
        If there is no mask.
    """
    _validate(masks)
    return np.asarray(2 * masks.sum(0, dtype=np.int64) > len(masks))


def staple(masks: Masks, rounds: int = _MOST) -> Staple:
    """Estimate one true region and everybody's sensitivity and specificity by expectation and maximisation.

    Warfield, Zou & Wells (IEEE Transactions on Medical Imaging 2004), binary, without a spatial prior: the prior is the
    share of all marks, the start the soft mean. It assumes one true region, which everybody tried to mark, and that people
    err independently; where people mean different regions it follows those who agree. Pixels that the same people marked
    have the same probability, so each such pattern is computed once.

    Parameters
    ----------
    masks
        One person's or more, of one photograph.
    rounds
        At most.

    Raises
    ------
    DataError
        If there is no mask.
    """
    _validate(masks)
    flat = masks.reshape(len(masks), -1)
    _, first, place, counts = np.unique(
        np.packbits(flat, axis=0), axis=1, return_index=True, return_inverse=True, return_counts=True
    )
    patterns = flat[:, first].astype(np.float64)
    prior = float(patterns.mean(0) @ counts / counts.sum())
    weight, done, converged = patterns.mean(0), 0, prior in (0, 1)
    while done < rounds and not converged:
        new = _expected(patterns, prior, *_rates(patterns, weight * counts, (1 - weight) * counts))
        converged = bool(abs(new - weight).max() < _CLOSE)
        weight, done = new, done + 1
    sensitivity, specificity = _rates(patterns, weight * counts, (1 - weight) * counts)
    return Staple(weight[place.ravel()].reshape(masks.shape[1:]), sensitivity, specificity, done, converged)


_Rates = Float[np.ndarray, " r"]


def _rates(
    patterns: Float[np.ndarray, "r u"], inside: Float[np.ndarray, " u"], outside: Float[np.ndarray, " u"]
) -> tuple[_Rates, _Rates]:
    """Sensitivity and specificity, where the region has these weights."""
    nothing = np.full(len(patterns), np.nan)
    sensitivity = patterns @ inside / inside.sum() if inside.sum() > 0 else nothing
    specificity = (1 - patterns) @ outside / outside.sum() if outside.sum() > 0 else nothing
    return sensitivity, specificity


def _expected(
    patterns: Float[np.ndarray, "r u"], prior: float, sensitivity: _Rates, specificity: _Rates
) -> Float[np.ndarray, " u"]:
    """The probability of every pattern to lie in the region."""
    p, q = (np.clip(rates, _EDGE, 1 - _EDGE)[:, None] for rates in (sensitivity, specificity))
    inside = np.log(prior) + (patterns * np.log(p) + (1 - patterns) * np.log1p(-p)).sum(0)
    outside = np.log1p(-prior) + (patterns * np.log1p(-q) + (1 - patterns) * np.log(q)).sum(0)
    return np.asarray(1 / (1 + np.exp(np.clip(outside - inside, -700, 700))))


def _validate(masks: Masks) -> None:
    if not len(masks):
        raise DataError("no region to fuse; at least one person must have marked one.")
