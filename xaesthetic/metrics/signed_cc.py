"""Pearson's correlation of a signed map with what people marked as raising less what they marked as lowering."""

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, is_constant, pearson


@metric(higher=True, low=-1.0, high=1.0, needs="signed", negative="kept: held against what people marked as lowering")
def signed_cc(saliency: Map, human: HumanMap) -> float:
    """Pearson's correlation with the share of people who marked a pixel as raising less the share who marked it as lowering.

    The only metric that holds a map against both sides at once. It standardises both maps, so where nobody marked anything
    as lowering it is `cc` with what raises.

    Returns
    -------
    In [-1, 1], higher is better; nan if either map is constant, or people were not asked for signs.
    """
    if human.signed is None or is_constant(saliency) or is_constant(human.signed):
        return NAN
    return pearson(saliency, human.signed)
