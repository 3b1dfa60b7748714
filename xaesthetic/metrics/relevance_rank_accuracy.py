"""Relevance rank accuracy: how many of the highest pixels lie in the mask."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import KEPT, NAN, expected_overlap, usable


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative=KEPT)
def relevance_rank_accuracy(saliency: Map, human: HumanMap) -> float:
    """The share of the map's highest |M| pixels that lie in the mask M (Arras et al., Information Fusion 2022).

    Of pixels tied at the edge the expected share is taken; Quantus takes whichever its sort leaves first.

    Returns
    -------
    In [0, 1], the mask's share of the area by chance, higher is better; nan without a mask, if it is empty or all, or if
    the map is constant.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    return expected_overlap(saliency, mask) / float(mask.sum())
