"""Does a map depend on the attribute at all, or is it the same picture under every name. Needs no people."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from math import nan

import numpy as np
import pandas as pd
from jaxtyping import Float

from xaesthetic.core.statistics import bootstrap_t
from xaesthetic.data import images
from xaesthetic.metrics._floors import ENERGY, OUTPUT
from xaesthetic.run.maps import MapArray, Maps, Place, standardised
from xaesthetic.run.schemas import RANDOMISATION, Table, columns
from xaesthetic.run.store import Run, model_key

SPECIFICITY = Table(
    "summaries/specificity",
    columns(
        "model text | method text | photographs int | attributes int | between float | low float | high float"
        " | with_energy float | with_energy_low float | with_energy_high float"
        " | with_untrained float | output_shuffled float | network_shuffled float | null float"
        " | verdict text | warns bool"
    ),
    "xaesthetic score RUN",
    "`between` is the mean correlation of one photograph's maps for two attributes, over all pairs and "
    "photographs, with 95 % (bootstrap-t over photographs); `with_energy` that of a map with the same model's "
    "activation energy, which asks no head, with 95 % likewise; `with_untrained` of a trained output's map with those "
    "of outputs that were never trained, where the model has such; `output_shuffled` and `network_shuffled` with the "
    "same map after these weights were shuffled, where that was tried. `null` is how alike heads fitted to "
    "permuted ratings make the maps of two attributes, where the model says so: what `between` is held against, else 0. "
    "`warns` where a map of one attribute is as good as a map of another.",
)
_CAM = ("cam", "grad_cam")
"""What a model's null is of: the second is the first wherever a model has a null, which is of linear heads alone."""
_ALIKE = 0.5
SAME = 0.9
"""Maps that correlate so much are called the same."""


def measure_specificity(run: Run, places: Collection[Place] | None = None) -> pd.DataFrame:
    """How alike the maps of different attributes are, for every model and method.

    Parameters
    ----------
    run
        A finished one.
    places
        The models and methods whose maps can be read; all of the run where None.

    Returns
    -------
    The columns of `SPECIFICITY`, the most specific first; correlations are Pearson's over the grid, nan where a map is
    constant or there is one attribute only.
    """
    shuffled = run.read(RANDOMISATION) if run.has(RANDOMISATION) else None
    answers = run.answered_by().models
    untrained = {key: answer.untrained for key, answer in answers.items()}
    rows = []
    for model in map(model_key, run.experiment.models):
        energy = run.find_maps(model, ENERGY) if places is None or (model, ENERGY) in places else None
        for method in run.methods(model):
            if places is not None and (model, method) not in places:
                continue
            stack = run.maps(model, method)
            floor = method == ENERGY or not stack.asks_output
            between = bootstrap_t(between_attributes(stack), seed=run.experiment.seed, tested=False)
            alike = bootstrap_t(with_energy(stack, None if floor else energy), seed=run.experiment.seed, tested=False)
            others = _mean(with_untrained(stack, untrained[model]))
            output, network = (_survives(shuffled, model, method, stage) for stage in (OUTPUT, "whole network"))
            counts = len(stack.images), len(stack.attributes)
            null = null_of(answers[model].specificity_null, stack.attributes) if method in _CAM else nan
            ends = between.value, between.low, between.high
            reach = between.value if np.isnan(between.high) else between.high
            alikes = alike.value, alike.low, alike.high
            said = verdict(ENERGY if floor else method, between.value, alike.value, others, output, null, reach)
            warns = (between.value >= SAME or reach >= null) and not floor
            rows.append((model, method, *counts, *ends, *alikes, others, output, network, null, said, warns))
    return pd.DataFrame(rows, columns=list(SPECIFICITY.names)).sort_values("between", kind="stable", ignore_index=True)


def null_of(known: Mapping[str, float], attributes: Sequence[str]) -> float:
    """Return how alike permuted ratings make the maps of some attributes: the mean over their pairs, or what is said of all.

    Examples
    --------
    >>> null_of({"light, color": 0.8, "light, dof": 0.6, "dof, color": 0.1}, ["color", "light"])
    0.8
    >>> null_of({"": 0.7}, ["color", "light"])
    0.7
    """
    pairs = [known.get(f"{one}, {other}", known.get(f"{other}, {one}", nan)) for one, other in combinations(attributes, 2)]
    if pairs and not np.isnan(pairs).any():
        return float(np.mean(pairs))
    return known.get("", nan)


def _survives(shuffled: pd.DataFrame | None, model: str, method: str, stage: str) -> float:
    if shuffled is None:
        return float("nan")
    rows = (shuffled["model"] == model) & (shuffled["method"] == method) & (shuffled["shuffled"] == stage)
    return _mean(shuffled.loc[rows, "r"].to_numpy(np.float64))


def with_untrained(stack: Maps, untrained: tuple[str, ...]) -> Float[np.ndarray, " n"]:
    """Return for each photograph the mean correlation of trained outputs' maps with those of outputs never trained."""
    never = [column for column, name in enumerate(stack.attributes) if name in untrained]
    trained = [column for column, name in enumerate(stack.attributes) if name not in untrained]
    if not never or not trained:
        return np.full(len(stack.images), np.nan)
    products = [flat[:, trained] @ flat[:, never].transpose(0, 2, 1) for flat in map(_flat, _arrays(stack))]
    return np.array([_mean(item) for product in products for item in product])


def between_attributes(stack: Maps) -> Float[np.ndarray, " n"]:
    """Return for each photograph the mean correlation of its maps for every two attributes; nan with one attribute."""
    first, second = np.triu_indices(len(stack.attributes), k=1)
    if not len(first):
        return np.full(len(stack.images), np.nan)
    products = [flat @ flat.transpose(0, 2, 1) for flat in map(_flat, _arrays(stack))]
    return np.array([_mean(item[first, second]) for product in products for item in product])


def _arrays(stack: Maps) -> Iterator[MapArray]:
    return (maps for _, maps in stack.chunks())


def _flat(maps: MapArray) -> Float[np.ndarray, "n a c"]:
    return standardised(maps.reshape(*maps.shape[:2], -1))


def with_energy(stack: Maps, energy: Maps | None) -> Float[np.ndarray, " n"]:
    """Return for each photograph the mean correlation of its maps with its activation energy, carried to their grid.

    Unknown where there is no energy to hold them against.
    """
    if energy is None:
        return np.full(len(stack.images), np.nan)
    products = []
    for ids, maps in stack.chunks():
        carried = [images.to_pixels(energy.of(image)[0], stack.grid) for image in ids]
        theirs = standardised(np.stack(carried).reshape(len(carried), 1, -1))
        products += [_mean(item) for item in _flat(maps) @ theirs.transpose(0, 2, 1)]
    return np.array(products)


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def verdict(
    method: str,
    between: float,
    with_energy: float,
    with_untrained: float = nan,
    shuffled: float = nan,
    null: float = nan,
    reach: float = nan,
) -> str:
    """What that means, in plain words.

    Parameters
    ----------
    method
        A name, or the activation energy's for what asks no output.
    between, with_energy, with_untrained, shuffled, null
        As in the table; nan where it is not known.
    reach
        The upper end of the interval of `between`: maps are told from those of permuted ratings where it is below `null`.
    """
    if np.isnan(between):
        return "one attribute only: nothing to compare"
    if method == ENERGY:
        return "asks no head: the floor"
    more = f"; much like the activation energy (r = {with_energy:.2f})" if with_energy >= SAME else ""
    if with_untrained >= SAME:
        more += f"; much like outputs never trained (r = {with_untrained:.2f})"
    if shuffled >= _ALIKE:
        more += f"; survives a shuffled output layer (r = {shuffled:.2f})"
    against = "a null of 0 is assumed" if np.isnan(null) else f"{null:.2f} with permuted ratings"
    value = f"(r = {between:.2f}; {against})"
    if (between if np.isnan(reach) else reach) >= null:
        return f"no more specific than permuted ratings make it {value}{more}"
    if between >= SAME:
        return f"hardly depends on the attribute {value}{more}"
    if between >= _ALIKE:
        return f"depends on the attribute in part {value}{more}"
    return f"depends on the attribute {value}{more}"
