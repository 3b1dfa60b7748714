"""How alike heads fitted to permuted ratings make the maps of two attributes: what specificity is held against.

All ratings of a photograph go to another one together: so the halo stays, and what photographs have to do with ratings goes.
A ridge is linear in the ratings, so that one factorisation serves all permutations, and one pass of each photograph.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.run.maps import standardised as unit_maps
from xaesthetic.run.stage import batches
from xaesthetic.train.dual import Choice, Problem, fit
from xaesthetic.train.standardised import Standardised, standardised

PERMUTATIONS = 50
PHOTOGRAPHS = 50
_LEAST = 10
_BATCH = 4


def permuted_null(
    model: AttributeModel,
    records: Sequence[Record],
    features: Float[np.ndarray, "n k"],
    labels: Float[np.ndarray, "n a"],
    attributes: Sequence[str],
    penalty: float,
    seed: int = 0,
    execution: Execution = Execution(),
    permutations: int = PERMUTATIONS,
) -> dict[str, Any]:
    """Return the null of specificity as a manifest has it: `specificity_null` by pair of attributes, and how it was made.

    Parameters
    ----------
    model
        Its features are used, its head is not.
    records, features, labels
        The photographs that a head is fitted to, a row each; those that lack a rating are left out. Edits and copies are never rows.
    attributes
        The columns of `labels`.
    penalty
        The head's own.
    seed
        Of the permutations, and of the photographs whose maps are compared.
    execution
        How it is carried out, and on which device.
    permutations
        How many.

    Returns
    -------
    Nothing with one attribute, or where fewer than ten photographs have all ratings.

    Raises
    ------
    DataError
        If a photograph cannot be read any more.
    """
    complete = np.flatnonzero(np.isfinite(labels).all(1))
    if len(attributes) < 2 or len(complete) < _LEAST:
        return {}
    random = np.random.default_rng([seed, 7])
    rows = standardised(features[complete].astype(np.float64), labels[complete], [""] * len(complete), None)
    orders = [random.permutation(len(complete)) for _ in range(permutations)]
    heads = _heads(rows, orders, penalty)
    shown = [records[row] for row in np.sort(random.permutation(complete)[:PHOTOGRAPHS])]
    alike = _between(model, shown, heads, len(attributes), execution)
    pairs = combinations(range(len(attributes)), 2)
    known = {f"{attributes[i]}, {attributes[j]}": round(float(alike[i, j]), 4) for i, j in pairs if np.isfinite(alike[i, j])}
    return {
        "specificity_null": known,
        "specificity_null_method": f"mean correlation of the cam maps of two attributes by ridges fitted to {permutations} "
        f"permutations of the ratings of {len(complete)} photographs (all ratings of a photograph together; features, "
        f"standardisation and penalty of the head, {penalty:g}; edits and copies left out), over {len(shown)} photographs of these and "
        f"all permutations; seed {seed}",
    }


def _heads(rows: Standardised, orders: Sequence[np.ndarray], penalty: float) -> Float[np.ndarray, "qa k"]:
    """Return the heads of all permutations, one permutation after the other; up to each attribute's spread."""
    targets = np.concatenate([rows.problem.targets[order] for order in orders], axis=1)
    solution = fit(Problem(rows.problem.kernel, targets, rows.problem.rated), rows.every, Choice(penalty, 0.0))
    return np.asarray(solution.coefficients.T @ rows.rows / rows.scale)


def _between(
    model: AttributeModel, records: Sequence[Record], heads: Float[np.ndarray, "qa k"], count: int, execution: Execution
) -> Float[np.ndarray, "a a"]:
    """Return how the maps of every two attributes correlate, mean over photographs and permutations."""
    on = device(execution.device)
    weights = torch.from_numpy(heads.astype(np.float32)).to(on)
    head = LinearHead(weights, torch.zeros(len(weights), device=on))
    names = tuple(map(str, range(len(weights))))
    session = Session(replace(model, attributes=names, head=head, links=(), described=(), slopes={}), on)
    total, known = np.zeros((count, count)), np.zeros((count, count))
    parts = batches(records, _BATCH)
    for part in execution.track(parts, "maps of permuted ratings", len(parts)):
        maps = session.run([load_photograph(record) for record in part], ["cam"]).maps["cam"]
        flat = unit_maps(maps.reshape(-1, count, maps.shape[2] * maps.shape[3]))
        products = flat @ flat.transpose(0, 2, 1)
        total += np.nansum(products, axis=0)
        known += np.isfinite(products).sum(0)
    return np.divide(total, known, out=np.full_like(total, np.nan), where=known > 0)
