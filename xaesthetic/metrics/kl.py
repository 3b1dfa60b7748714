"""Kullback-Leibler divergence of the map from the density."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, SHIFTED, distribution, is_constant, shifted

_EPSILON = float(np.finfo(np.float64).eps)


@metric(higher=False, low=0.0, high=float("inf"), needs="density", negative=SHIFTED)
def kl(saliency: Map, human: HumanMap) -> float:
    """Σ q ln(ε + q / (p + ε)), p the map and q the density over their sums, ε = 2.2204e-16 (Bylinskii et al. 2019).

    Where people looked and the map is 0, the value depends on ε: with 1e-20 in its place a map of few levels scored 7.2
    instead of 4.4. It is the MIT code's.

    Returns
    -------
    0 for equal maps, up to 36, lower is better; nan if the map is constant or there is no density.
    """
    p, q = distribution(shifted(saliency)), distribution(human.density)
    if p is None or q is None or is_constant(saliency):
        return NAN
    return float((q * np.log(_EPSILON + q / (p + _EPSILON))).sum())
