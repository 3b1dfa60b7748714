"""Histogram intersection with the density."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, SHIFTED, distribution, is_constant, shifted


@metric(higher=True, low=0.0, high=1.0, needs="density", negative=SHIFTED)
def sim(saliency: Map, human: HumanMap) -> float:
    """What two distributions share: Σ min(p, q), p and q the maps over their sums (Bylinskii et al., TPAMI 2019).

    A constant added to a map makes it flatter, and the value another. The MIT code stretches the map to [0, 1] first.

    Returns
    -------
    In [0, 1], higher is better; nan if the map is constant or there is no density.
    """
    p, q = distribution(shifted(saliency)), distribution(human.density)
    if p is None or q is None or is_constant(saliency):
        return NAN
    return float(np.minimum(p, q).sum())
