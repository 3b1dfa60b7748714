"""Pearson's correlation with the density."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, is_constant, pearson


@metric(higher=True, low=-1.0, high=1.0, needs="density", negative="kept: both maps are standardised")
def cc(saliency: Map, human: HumanMap) -> float:
    """Pearson's correlation over pixels (Bylinskii et al., TPAMI 2019).

    Returns
    -------
    In [-1, 1], higher is better; nan if either map is constant.
    """
    if is_constant(saliency) or is_constant(human.density):
        return NAN
    return pearson(saliency, human.density)
