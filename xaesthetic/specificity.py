"""Does a map depend on the attribute at all, or is it the same picture under every name. Needs no people."""

from itertools import combinations

import numpy as np
import pandas as pd
from jaxtyping import Float

from xaesthetic import images
from xaesthetic.maps import MapStack
from xaesthetic.statistics import bootstrap_t
from xaesthetic.store import Run, model_key

ENERGY = "activation_energy"
COLUMNS = ("model", "method", "photographs", "attributes", "between", "low", "high", "with_energy", "verdict")
"""`between` is the mean correlation of one photograph's maps for two attributes, over all pairs and photographs, with 95 %
(bootstrap-t over photographs); `with_energy` that of a map with the same model's activation energy, which asks no head."""
_SAME, _ALIKE = 0.9, 0.5


def specificity(run: Run) -> pd.DataFrame:
    """How alike the maps of different attributes are, for every model and method.

    Returns
    -------
    The columns in `COLUMNS`, the most specific first; correlations are Pearson's over the grid, nan where a map is constant
    or there is one attribute only.
    """
    rows = []
    for model in map(model_key, run.experiment.models):
        energy = run.maps(model, ENERGY) if run.has_maps(model, ENERGY) else None
        for method in run.experiment.methods:
            rows.append((model, method, *_row(run.maps(model, method), method, energy, run.experiment.seed)))
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values("between", kind="stable", ignore_index=True)


def _row(
    stack: MapStack, method: str, energy: MapStack | None, seed: int
) -> tuple[int, int, float, float, float, float, str]:
    between = bootstrap_t(between_attributes(stack), seed=seed)
    alike = float("nan") if energy is None or method == ENERGY else _mean(_with_energy(stack, energy))
    count = len(stack.images), len(stack.attributes)
    return (*count, between.value, between.low, between.high, alike, verdict(method, between.value, alike))


def between_attributes(stack: MapStack) -> Float[np.ndarray, " n"]:
    """For each photograph the mean correlation of its maps for every two attributes; nan with one attribute."""
    flat = _standardised(stack.flat())
    pairs = list(combinations(range(flat.shape[1]), 2))
    if not pairs:
        return np.full(len(flat), np.nan)
    together = flat @ flat.transpose(0, 2, 1)
    return np.array([_mean(np.array([each[pair] for pair in pairs])) for each in together])


def _with_energy(stack: MapStack, energy: MapStack) -> Float[np.ndarray, "n a"]:
    """The correlation of each map with the photograph's activation energy, carried to its grid."""
    size = stack.map(stack.images[0], stack.attributes[0]).shape
    carried = [images.to_pixels(energy.map(image, energy.attributes[0]), (size[0], size[1])) for image in stack.images]
    theirs = _standardised(np.stack(carried).reshape(len(carried), 1, -1))
    return np.asarray((_standardised(stack.flat()) @ theirs.transpose(0, 2, 1))[..., 0])


def _standardised(values: Float[np.ndarray, "n a c"]) -> Float[np.ndarray, "n a c"]:
    """Of length 1 and mean 0, so that products are correlations; nan where constant."""
    centred = values - values.mean(axis=2, keepdims=True, dtype=np.float64)
    length = np.sqrt((centred**2).sum(axis=2, keepdims=True))
    known = length > 1e-6 * np.abs(values).max(axis=2, keepdims=True, initial=1e-30)
    return np.asarray(np.divide(centred, length, out=np.full_like(centred, np.nan), where=known))


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def verdict(method: str, between: float, with_energy: float) -> str:
    """What that means, in plain words."""
    if np.isnan(between):
        return "one attribute only: nothing to compare"
    if method == ENERGY:
        return "asks no head: the floor"
    energy = f"; much like the activation energy (r = {with_energy:.2f})" if with_energy >= _SAME else ""
    if between >= _SAME:
        return f"hardly depends on the attribute (r = {between:.2f}){energy}"
    if between >= _ALIKE:
        return f"depends on the attribute in part (r = {between:.2f}){energy}"
    return f"depends on the attribute (r = {between:.2f}){energy}"
