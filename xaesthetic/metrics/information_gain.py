"""Information gain: how many bits the map tells about a fixation beyond where people look anyway."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, at, distribution, is_constant, shifted

_FLOOR = 1e-6


@metric(
    higher=True,
    low=-float("inf"),
    high=float("inf"),
    needs="fixations",
    negative="the map is shifted to have none, and 1e-6 of its highest value is added everywhere",
)
def information_gain(saliency: Map, human: HumanMap) -> float:
    """Mean over fixations of log2 p_F - log2 b_F, b the baseline (Kümmerer et al., PNAS 2015).

    The map has not been fitted to be a density; a value below 0 says that as one it is worse than the baseline, not that it
    is useless. Without a baseline, everywhere alike.

    Returns
    -------
    In bits a fixation, higher is better; nan without fixations or if the map is constant.
    """
    if not len(human.fixations) or is_constant(saliency):
        return NAN
    values = shifted(saliency)
    p = distribution(values + _FLOOR * values.max())
    b = distribution(np.ones_like(saliency) if human.baseline is None else human.baseline)
    if p is None or b is None:
        return NAN
    expected = at(b, human.fixations)
    if not (expected > 0).all():
        return NAN
    return float((np.log2(at(p, human.fixations)) - np.log2(expected)).mean())
