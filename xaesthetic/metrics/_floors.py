"""What every map must beat, and the names of orders and steps that stand in a table where a map or a method would."""

from collections.abc import Iterator

import numpy as np

from xaesthetic.core.types import Map
from xaesthetic.data.annotations import Elsewhere, HumanMaps

FLOOR, CEILING = "floor", "ceiling"
"""What stands in place of a model where there is none."""
FLOORS = ("uniform", "centre", "people_elsewhere", "another_photograph")
"""Maps without a model: all pixels alike with ties broken by chance; a Gaussian in the middle whose sigma is a quarter of
each side; where people look in the other photographs; where they looked in one other photograph."""
ENERGY = "activation_energy"
"""A floor of every network's own: where it is active at all, no head asked."""
EACH_AGAINST_OTHERS = "each_against_others"
"""The ceiling: the others' map against each person in turn, averaged."""
RANDOM_ORDER, CENTRE_ORDER = "random_order", "centre_order"
"""Orders of deletion without a map, in place of a method."""
OUTPUT = "output layer"
CASCADE = {"last quarter": 0.25, "last half": 0.5, "last three quarters": 0.75, "whole network": 1.0}
"""What `xaesthetic score --randomise` shuffles: the output layer alone, then a growing share of the network too."""
_WAVE = 1e-6  # of the uniform floor


def floor_maps(people: HumanMaps, elsewhere: Elsewhere, seed: int) -> Iterator[tuple[str, Map]]:
    """Give the floors of one photograph, those in `FLOORS` that there are data for, in its pixels."""
    height, width = people.everybody.density.shape
    random = np.random.default_rng([seed, *people.image.encode()])
    yield "uniform", 1 + _WAVE * random.random((height, width))
    yield "centre", centre_blob((height, width))
    if people.everybody.baseline is not None:
        yield "people_elsewhere", people.everybody.baseline
        other = elsewhere.another(people.image, seed)
        if other is not None:
            yield "another_photograph", elsewhere.density_of(other, (height, width))


def centre_blob(size: tuple[int, int]) -> Map:
    """A Gaussian in the middle; its sigma is a quarter of each side."""
    rows, columns = (np.exp(-(((np.arange(side) + 0.5) / side - 0.5) ** 2) / (2 * 0.25**2)) for side in size)
    return np.asarray(rows[:, None] * columns)
