"""AUC after Judd et al.: negatives are the pixels that nobody looked at, thresholds the fixated values."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import KEPT, NAN, at, is_constant


@metric(higher=True, low=0.0, high=1.0, needs="fixations", negative=KEPT)
def auc_judd(saliency: Map, human: HumanMap) -> float:
    """The ROC curve through the points at every fixated value, straight between them (Judd et al., ICCV 2009).

    Between thresholds the curve bulges, so it exceeds the exact value by about 1 / (2 n) for n fixations. Every fixation
    counts, as in pysaliency; the MIT code counts a pixel once and, on ties, depends on the order of its sort: on a map of
    few levels it gave .808 where this gives .828.

    Returns
    -------
    In [0, 1], higher is better; nan without fixations, if everything was fixated, or if the map is constant.
    """
    if not len(human.fixations) or is_constant(saliency):
        return NAN
    fixated = at(saliency, human.fixations)
    seen = np.zeros(saliency.shape, bool)
    columns, rows = np.floor(human.fixations).astype(np.int64).T
    seen[rows, columns] = True
    if seen.all():
        return NAN
    thresholds = np.unique(fixated)
    hits = [(fixated >= item).mean() for item in thresholds[::-1]]
    within = np.bincount(np.searchsorted(thresholds, saliency[~seen], side="right"), minlength=len(thresholds) + 1)
    false = np.cumsum(within[::-1])[:-1] / within.sum()
    return float(np.trapezoid([0.0, *hits, 1.0], [0.0, *false, 1.0]))
