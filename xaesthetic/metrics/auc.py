"""Area under the ROC curve: do fixated pixels have higher values than others."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import KEPT, NAN, above, at, is_constant


@metric(higher=True, low=0.0, high=1.0, needs="fixations", negative=KEPT)
def auc(saliency: Map, human: HumanMap) -> float:
    """How likely a fixated pixel's value is above that of any pixel: P(S_f > S) + P(S_f = S) / 2 (Mann & Whitney 1947).

    Negatives are all pixels, every fixation counts, ties are exact. Implementations that draw negatives (AUC-Borji) or put
    noise on ties estimate this value, or one near it.

    Returns
    -------
    In [0, 1], .5 by chance, higher is better; nan without fixations or if the map is constant.
    """
    if not len(human.fixations) or is_constant(saliency):
        return NAN
    return above(at(saliency, human.fixations), saliency.ravel())
