"""What several metrics do with a map first."""

import numpy as np
from jaxtyping import Float

from xaesthetic.core.types import Map, Mask, Points

NAN = float("nan")
KEPT = "kept: only the order of values counts"
SHIFTED = "the map is shifted so that its lowest value is 0, where that is below 0"
CUT = "set to 0"
STRETCHED = "the map is stretched to [0, 1]"


def is_constant(saliency: Map) -> bool:
    """Whether the map says nothing: all values alike, or some that are no numbers."""
    low, high = saliency.min(), saliency.max()
    return bool(low == high) or not bool(np.isfinite(low) and np.isfinite(high))


def pearson(one: Map, other: Map) -> float:
    """Pearson's correlation over pixels; neither map is constant."""
    ours, theirs = (item - item.mean(dtype=np.float64) for item in (one, other))
    return float((ours * theirs).sum() / np.sqrt((ours**2).sum() * (theirs**2).sum()))


def at(saliency: Map, points: Points) -> Float[np.ndarray, " n"]:
    """The values of the pixels that the points lie in."""
    columns, rows = np.floor(points).astype(np.int64).T
    return np.asarray(saliency[rows, columns])


def shifted(saliency: Map) -> Map:
    """Without negative values: less its lowest value, where that is negative."""
    return saliency - min(0.0, float(saliency.min()))


def distribution(values: Map) -> Map | None:
    """Over their sum; None where that is 0."""
    total = values.sum(dtype=np.float64)
    return values / total if total > 0 else None


def stretched(saliency: Map) -> Map:
    """From 0 to 1."""
    low, high = saliency.min(), saliency.max()
    return np.asarray((saliency - low) / (high - low))


def above(positives: Float[np.ndarray, " n"], negatives: Float[np.ndarray, " m"]) -> float:
    """P(positive > negative) + P(equal) / 2 over all pairs, exactly; what the area under the ROC curve is.

    Counted by where the negatives fall among the few positives: nothing large is sorted.
    """
    values, counts = np.unique(positives, return_counts=True)
    left = np.bincount(np.searchsorted(values, negatives, side="left"), minlength=len(values) + 1)
    right = np.bincount(np.searchsorted(values, negatives, side="right"), minlength=len(values) + 1)
    below, at_most = np.cumsum(right)[:-1], np.cumsum(left)[:-1]
    return float((counts * (below + at_most)).sum() / 2 / (len(positives) * len(negatives)))


def expected_overlap(saliency: Map, mask: Mask) -> float:
    """How many of the map's highest pixels, as many as the mask has, lie in the mask; tied ones by their expectation."""
    size = int(mask.sum())
    threshold = np.partition(saliency, saliency.size - size, axis=None)[saliency.size - size]
    over, tied = saliency > threshold, saliency == threshold
    return float((over & mask).sum() + (size - over.sum()) * (tied & mask).sum() / tied.sum())


def usable(saliency: Map, mask: Mask | None) -> Mask | None:
    """The mask, where there is one, neither empty nor all, and the map is not constant."""
    if mask is None or is_constant(saliency) or mask.all() or not mask.any():
        return None
    return mask
