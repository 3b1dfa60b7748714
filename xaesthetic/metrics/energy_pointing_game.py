"""The energy-based pointing game: how much of the map's positive mass lies in the mask."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import CUT, NAN, usable


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative=CUT)
def energy_pointing_game(saliency: Map, human: HumanMap) -> float:
    """Σ S⁺ M / Σ S⁺ (Wang et al., CVPR Workshops 2020); relevance mass accuracy in Arras et al. 2022.

    Returns
    -------
    In [0, 1], the mask's share of the area by chance, higher is better; nan without a mask, if it is empty or all, or if
    the map is constant or has no positive value.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    positive = np.maximum(saliency, 0)
    total = float(positive.sum())
    return float(positive[mask].sum()) / total if total > 0 else NAN
