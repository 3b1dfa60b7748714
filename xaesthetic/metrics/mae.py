"""Mean absolute difference from the mask."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, STRETCHED, stretched, usable


@metric(higher=False, low=0.0, high=1.0, needs="mask", negative=STRETCHED)
def mae(saliency: Map, human: HumanMap) -> float:
    """Mean |S - M|, S the map stretched to [0, 1] (Perazzi et al., CVPR 2012).

    Returns
    -------
    In [0, 1], lower is better; nan without a mask, if it is empty or all, or if the map is constant.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    return float(np.abs(stretched(saliency) - mask).mean())
