"""Intersection over union of what lies above the middle of the map's range."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, STRETCHED, stretched, usable


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative=STRETCHED)
def iou_at_half(saliency: Map, human: HumanMap) -> float:
    """|top ∩ M| / |top ∪ M|, top the pixels at .5 or above of the map stretched to [0, 1].

    One extreme pixel can empty it; `iou` compares equal areas instead.

    Returns
    -------
    In [0, 1], higher is better; nan without a mask, if it is empty or all, or if the map is constant.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    top = stretched(saliency) >= 0.5
    return float((top & mask).sum() / (top | mask).sum())
