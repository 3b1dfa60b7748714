"""How much of a map is the choice of a baseline: the maps of one method by two baselines, correlated."""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

import numpy as np

from xaesthetic.core.baselines import split
from xaesthetic.run.maps import Maps, Place, correlations
from xaesthetic.run.store import Run

Row = tuple[str, str, str]
"""Model, baseline, attribute."""


def measure_baseline_maps(run: Run, places: Collection[Place] | None = None) -> Mapping[Row, float]:
    """Correlate the maps of every method by one baseline with those by the run's others.

    Parameters
    ----------
    run
        A finished one.
    places
        The models and methods whose maps can be read; all of the run where None.

    Returns
    -------
    Pearson's r over the grid, the mean over photographs, methods and other baselines; nothing where no method has maps by
    two baselines, nan where no map varies.
    """
    values: dict[Row, list[float]] = {}
    for model in run.model_keys():
        for one, other, stacks in _pairs(run, model, places):
            for attribute, r in _correlated(*stacks):
                for baseline in (one, other):
                    values.setdefault((model, baseline, attribute), []).append(r)
    return {row: float(np.mean(known)) if (known := [r for r in item if r == r]) else np.nan for row, item in values.items()}


def _pairs(run: Run, model: str, places: Collection[Place] | None) -> Iterator[tuple[str, str, tuple[Maps, Maps]]]:
    by_name: dict[str, dict[str, Maps]] = {}
    for method in run.methods(model):
        name, baseline = split(method)
        if baseline and (places is None or (model, method) in places):
            by_name.setdefault(name, {})[baseline] = run.maps(model, method)
    for stacks in by_name.values():
        for (one, first), (other, second) in combinations(stacks.items(), 2):
            if (first.images, first.grid, first.attributes) == (second.images, second.grid, second.attributes):
                yield one, other, (first, second)


def _correlated(first: Maps, second: Maps) -> Iterator[tuple[str, float]]:
    for (_, one), (_, other) in zip(first.chunks(), second.chunks(), strict=True):
        for maps, others in zip(one, other, strict=True):
            yield from zip(first.attributes, correlations(maps, others).tolist(), strict=True)
