"""The pointing game: is the map's highest pixel in the mask."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import KEPT, NAN, usable


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative=KEPT)
def pointing_game(saliency: Map, human: HumanMap) -> float:
    """1 if the highest pixel is in the mask, 0 if not (Zhang et al., ECCV 2016); of tied ones their share in it.

    Without the original's tolerance of 15 pixels.

    Returns
    -------
    In [0, 1], higher is better; nan without a mask, if it is empty or all, or if the map is constant.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    return float(mask[saliency == saliency.max()].mean())
