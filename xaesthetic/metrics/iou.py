"""Intersection over union of equal areas."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import KEPT, NAN, expected_overlap, usable


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative=KEPT)
def iou(saliency: Map, human: HumanMap) -> float:
    """|top ∩ M| / |top ∪ M|, top the map's highest pixels, as many as the mask has.

    No threshold has to be chosen. Of pixels tied at the edge the expected share is taken; implementations that sort take
    those that come first.

    Returns
    -------
    In [0, 1], higher is better; nan without a mask, if it is empty or all, or if the map is constant.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    shared = expected_overlap(saliency, mask)
    return shared / (2 * float(mask.sum()) - shared)
