"""Normalised scanpath saliency."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, at, is_constant


@metric(higher=True, low=-float("inf"), high=float("inf"), needs="fixations", negative="kept: the map is standardised")
def nss(saliency: Map, human: HumanMap) -> float:
    """The standardised map's mean at the fixations: mean (S_f - mean S) / std S (Peters et al., Vision Research 2005).

    With the population's standard deviation and every fixation; the MIT code has the sample's and counts a pixel once.

    Returns
    -------
    0 by chance, higher is better; nan without fixations or if the map is constant.
    """
    if not len(human.fixations) or is_constant(saliency):
        return NAN
    return float((at(saliency, human.fixations).mean() - saliency.mean()) / saliency.std())
