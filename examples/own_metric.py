"""A metric of one's own: a function of a map and of what people looked at or marked.

In a file top_tenth.py of a package that the entry point `metrics` of the group `xaesthetic` names, `measure` has it too.
"""

import numpy as np

from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map


@metric(higher=True, low=0.0, high=1.0, needs="mask", negative="kept")
def top_tenth(saliency: Map, human: HumanMap) -> float:
    """The share of the map's highest tenth that lies in what people marked; undefined is nan."""
    if human.mask is None or not human.mask.any():
        return float("nan")
    return float(human.mask[saliency >= np.quantile(saliency, 0.9)].mean())


mask = np.zeros((40, 60), bool)
mask[10:30, 20:44] = True
human = HumanMap(density=mask.astype(np.float32), mask=mask)
print(f"people's own map: {top_tenth(human.density, human):.2f}")
print(f"noise: {top_tenth(np.random.default_rng(0).random((40, 60), np.float32), human):.2f}")
print(f"nobody marked anything: {top_tenth(human.density, HumanMap(human.density))}")
