"""Structure measure: does the map have the mask's shape and evenness."""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, STRETCHED, stretched, usable

_EPSILON = float(np.finfo(np.float64).eps)


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative=STRETCHED)
def s_measure(saliency: Map, human: HumanMap) -> float:
    """Half the similarity of objects, half that of four regions around the mask's centre (Fan et al., ICCV 2017).

    Returns
    -------
    In [0, 1], higher is better; nan without a mask, if it is empty or all, or if the map is constant.
    """
    mask = usable(saliency, human.mask)
    if mask is None:
        return NAN
    values = stretched(saliency)
    share = float(mask.mean())
    objects = share * _object(values[mask]) + (1 - share) * _object(1 - values[~mask])
    return max(0.0, 0.5 * objects + 0.5 * _regions(values, mask))


def _object(values: np.ndarray) -> float:
    mean = float(values.mean())
    spread = float(values.std(ddof=1)) if len(values) > 1 else 0.0
    return 2 * mean / (mean**2 + 1 + spread + _EPSILON)


def _regions(values: Map, mask: np.ndarray) -> float:
    rows, columns = np.nonzero(mask)
    y, x = round(float(rows.mean())) + 1, round(float(columns.mean())) + 1
    total = 0.0
    for vertical in (slice(None, y), slice(y, None)):
        for horizontal in (slice(None, x), slice(x, None)):
            part = mask[vertical, horizontal]
            if part.size:
                total += part.size / mask.size * _similarity(values[vertical, horizontal], part.astype(np.float64))
    return total


def _similarity(values: np.ndarray, part: np.ndarray) -> float:
    """The index of Wang & Bovik (2002): 1 for equal regions."""
    x, y = float(values.mean()), float(part.mean())
    count = max(values.size - 1, 1)
    sigma_x, sigma_y = float(((values - x) ** 2).sum() / count), float(((part - y) ** 2).sum() / count)
    sigma = float(((values - x) * (part - y)).sum() / count)
    alpha, beta = 4 * x * y * sigma, (x**2 + y**2) * (sigma_x + sigma_y)
    if alpha != 0:
        return alpha / (beta + _EPSILON)
    return 1.0 if beta == 0 else 0.0
