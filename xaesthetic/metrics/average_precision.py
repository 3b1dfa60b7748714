"""Average precision of the map as a detector of the mask's pixels."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import KEPT, NAN, usable


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative=KEPT)
def average_precision(saliency: Map, human: HumanMap) -> float:
    """Σ (R_t - R_t-1) P_t over thresholds t at all values of the map, without interpolation; tied pixels come at once.

    Returns
    -------
    In [0, 1], the mask's share of the area by chance, higher is better; nan without a mask, if it is empty or all, or if
    the map is constant.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    order = np.argsort(saliency, axis=None)[::-1]
    values = saliency.ravel()[order]
    ends = np.append(np.flatnonzero(np.diff(values)), len(values) - 1)
    hits = np.cumsum(mask.ravel()[order])[ends]
    return float((np.diff(hits, prepend=0) * hits / (ends + 1)).sum() / hits[-1])
