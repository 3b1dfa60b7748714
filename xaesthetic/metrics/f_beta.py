"""The best F-measure over thresholds."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, STRETCHED, stretched, usable

_BETA = 0.3  # β², as in Achanta et al., CVPR 2009


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative=STRETCHED)
def f_beta(saliency: Map, human: HumanMap) -> float:
    """Max over 256 thresholds of (1 + β²) P R / (β² P + R), β² = .3 (Achanta et al., CVPR 2009).

    The map is stretched to [0, 1] and cut into 256 levels, as in PySODMetrics.

    Returns
    -------
    In [0, 1], higher is better; nan without a mask, if it is empty or all, or if the map is constant.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    levels = (stretched(saliency) * 255).astype(np.uint8)
    result = np.cumsum(np.bincount(levels[mask], minlength=256)[::-1])
    taken = np.cumsum(np.bincount(levels.ravel(), minlength=256)[::-1])
    precision, recall = result / np.maximum(taken, 1), result / result[-1]
    both = _BETA * precision + recall
    return float(np.divide((1 + _BETA) * precision * recall, both, out=np.zeros(256), where=both > 0).max())
