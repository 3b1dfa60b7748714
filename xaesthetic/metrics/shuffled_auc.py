"""AUC against where people look in other photographs: what looking at the middle earns is taken away."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import KEPT, NAN, above, at, is_constant


@metric(higher=True, low=0.0, high=1.0, needs="others", negative=KEPT)
def shuffled_auc(saliency: Map, human: HumanMap) -> float:
    """How likely a fixated pixel's value is above that of a pixel fixated in other photographs (Tatler et al. 2005).

    All pairs, ties exact, every fixation of both kinds counts; the MIT code draws negatives and gives an estimate.

    Returns
    -------
    In [0, 1], .5 by chance and for a blob in the middle, higher is better; nan without fixations here or elsewhere, or if
    the map is constant.
    """
    if not len(human.fixations) or not len(human.others) or is_constant(saliency):
        return NAN
    return above(at(saliency, human.fixations), at(saliency, human.others))
