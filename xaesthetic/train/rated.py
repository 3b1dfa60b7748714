"""Training a linear head on frozen features from people's ratings, with controlled edits as further rows where wanted.

Each channel is divided by its standard deviation over the photographs trained on, and the deviations are folded into the
weights, so that maps still add up to predictions, which are in the ratings' own scale. Every choice is made inside the
training list (`xaesthetic.train.choosing`). Beside the head stand refits on disjoint halves: how well it is determined.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int

from xaesthetic.core.attributes import Attribute, in_order
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.para import LICENCE
from xaesthetic.core.types import Record
from xaesthetic.core.votes import reliability
from xaesthetic.data.records import collect, fingerprint, seen_entry
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.refits import Refits
from xaesthetic.models.weights import Weights, declaration, write_weights
from xaesthetic.train.beyond import manifest_of, slopes
from xaesthetic.train.choosing import COST, FOLDS, Chosen, choose, folds_of
from xaesthetic.train.copies import KIND, shifts
from xaesthetic.train.edited import Edited, edited_features, moved, records_to_edit
from xaesthetic.train.effects import assumptions
from xaesthetic.train.features import photographs_features
from xaesthetic.train.permuted import permuted_null
from xaesthetic.train.question import begin, validate_trainable, working
from xaesthetic.train.results import ON_BOTH, ON_RATINGS, with_intervals
from xaesthetic.train.samples import divide, without_near
from xaesthetic.train.standardised import refits, standardised

_LEAST = 30
_TRAIN = ":train"
_LICENCES = {"para": LICENCE}
"""By data set, under what terms a head may be used that was trained on it."""


@dataclass(frozen=True, slots=True)
class Rated:
    """Rated photographs that can be read, with their features."""

    records: tuple[Record, ...]
    features: Float[np.ndarray, "n k"]
    labels: Float[np.ndarray, "n a"]
    attributes: tuple[str, ...]
    described: tuple[Attribute, ...]
    train: Int[np.ndarray, " _m"]
    tests: dict[str, np.ndarray]
    near: int


def train_rated_head(
    name: str,
    data: str,
    root: Path | None,
    out: Path,
    seed: int = 0,
    execution: Execution = Execution(),
    edits: str | None = None,
    edits_root: Path | None = None,
) -> dict[str, Any]:
    """Fit a model's linear head to people's ratings, test it on other photographs, and write both files of it.

    A stopped training goes on where it was.

    Parameters
    ----------
    name
        A model; its present head is not used, its features are. It rates what it rates now, where people rated all of
        that; else whatever people rated.
    data, root
        Rated photographs: its list `train`, where it has lists, is trained on, and those called test… are tested on; with
        or without ``:train`` behind the name.
    out
        Gets NAME.safetensors (weights, bias, refits) and NAME.json (what it was trained on, how, with what result).
    seed
        Decides what is drawn by chance: lists where there are none, halves of refits, photographs to edit.
    execution
        How it is carried out, and on which device.
    edits, edits_root
        Photographs with a subject, to edit: half of them become further rows of the ridge, the others are tested on.

    Returns
    -------
    The manifest.

    Raises
    ------
    DataError
        If too few photographs are rated, or edits move none of the attributes.
    ModelError
        If the model's head is no linear layer over global averages.
    """
    validate_trainable(name)
    to_edit = records_to_edit(edits, edits_root) if edits is not None else []  # before anything is computed
    model = load_model(name, on=execution.device, trust=execution.trust)
    if not isinstance(model.head, LinearHead):
        raise ModelError(f"{name}: its head is no linear layer over global averages, which is what is trained here.")
    with working(out, name) as work:
        rated = _rated(model, name, data.removesuffix(_TRAIN), root, work, seed, execution)
        edited = None
        if edits is not None:
            edited = edited_features(model, edits, to_edit, rated.attributes, work / "edits", seed, execution)
        head = _fitted(rated, edited, seed, execution)
        seen = [rated.records[row] for row in rated.train]
        fitted = rated.features[rated.train], rated.labels[rated.train], rated.attributes, head.manifest["penalty"]
        null = permuted_null(model, seen, *fitted, seed, execution)
        command = f"xaesthetic train {name} --data {data}{' --root …' if root else ''}"
        command += f" --edits {edits}{' --edits-root …' if edits_root else ''}" if edits else ""
        about = {
            "model": name,
            "size": list(model.inputs.size),
            "data": f"{data}: {len(rated.train)} photographs to train, seed {seed}",
            "command": f"{command} --seed {seed}",
        }
        if licence := _LICENCES.get(data.removesuffix(_TRAIN)):
            about |= {"licence": licence, "trained": f"{head.manifest['trained']} ({licence})"}
        return write_weights(out, name, replace(head, manifest=dict(head.manifest) | null | about))


def _rated(
    model: AttributeModel, name: str, data: str, root: Path | None, work: Path, seed: int, execution: Execution
) -> Rated:
    collection = collect(data, root)
    records = [record for record in collection.records if record.edit is None and record.ratings]
    begin(work, {"model": name, "data": data, "photographs": fingerprint(records)})
    features = photographs_features(model, records, work / "rated", execution)
    usable = ~np.isnan(features).any(1)
    records, features = [record for record, good in zip(records, usable, strict=True) if good], features[usable]
    present = in_order(item for record in records for item in record.ratings)
    attributes = model.attributes if set(model.attributes) <= set(present) else present
    train, select, tests = divide(records, seed)
    train = np.sort(np.concatenate([train, select]))
    clean, near = without_near(records, train, tests)
    labels = np.array([[record.ratings.get(item, np.nan) for item in attributes] for record in records], np.float64)
    labels = labels.reshape(len(records), len(attributes))
    for item, column in zip(attributes, labels[train].T, strict=True):
        if (~np.isnan(column)).sum() < _LEAST:
            raise DataError(
                f"{data}: {(~np.isnan(column)).sum()} photographs rated for {item}; at least {_LEAST} are needed."
            )
        if np.nanmin(column) == np.nanmax(column):
            raise DataError(f"{data}: all photographs have the same rating of {item}; there is nothing to learn from.")
    groups = {_group(records[row]) for row in train}
    if len(groups) < FOLDS:
        raise DataError(f"{data}: the photographs to train on are of {len(groups)} groups; at least {FOLDS} are needed.")
    described = tuple(item for item in collection.described if item.name in attributes)
    return Rated(tuple(records), features, labels, tuple(attributes), described, train, clean, near)


def _fitted(rated: Rated, edited: Edited | None, seed: int, execution: Execution) -> Weights:
    """The head, its refits, and what the manifest says of them."""
    groups = [_group(rated.records[row]) for row in rated.train]
    rows = standardised(rated.features[rated.train].astype(np.float64), rated.labels[rated.train], groups, edited)
    photographs = len(groups)
    folds = np.concatenate([folds_of(groups), folds_of(rows.groups[photographs:])])
    chosen = choose(rows.problem, folds, execution.track)
    weights, bias = rows.head(rows.every, chosen.joint)
    halves = refits(rows, chosen.joint, seed)
    result: dict[str, Any] = {
        name: with_intervals(rated.features[part] @ weights.T + bias, rated.labels[part], rated.attributes)
        for name, part in rated.tests.items()
    }
    more: dict[str, Any] = {}
    if edited is not None:
        kinds = np.array([*[""] * photographs, *edited.kinds])

        def without(kind: str) -> Float[np.ndarray, "a k"]:
            return rows.head(np.flatnonzero(kinds != kind), chosen.joint)[0]

        copied = shifts(edited.copies, weights, rows.spread, rated.attributes)
        more = {"edits": moved(edited, weights, rows.spread, without), "copies": copied}
    manifest = _manifest(rated, edited, chosen) | {"result": result} | more
    tensors = [torch.from_numpy(item) for item in (weights.astype(np.float32), bias.astype(np.float32), *halves)]
    return Weights(tensors[0], tensors[1], {}, manifest, Refits(tensors[2], tensors[3]))


def _manifest(rated: Rated, edited: Edited | None, chosen: Chosen) -> dict[str, Any]:
    kept = edited is not None and chosen.joint.weight > 0
    seen = [rated.records[row] for row in rated.train]
    said: dict[str, Any] = {
        "attributes": list(rated.attributes),
        **declaration(rated.described),
        "trained": ON_BOTH if kept else ON_RATINGS,
        "left_out_of_tests": f"{rated.near} photographs that are or look like one trained or selected on",
        "method": "ridge of ratings on averaged frozen features over their standard deviations; penalty and weight of edits "
        f"by {FOLDS} folds of groups: the largest penalty whose mean rho is within .005 of the highest, as maps are better "
        "determined by it; of the weights of edits within .003 of the highest, the one that errs least on edits held out",
        "penalty": chosen.joint.penalty,
        "edit_weight": chosen.joint.weight,
        "nested_folds": {"edits_may_cost": COST, **chosen.result},
        "refits": "10 heads of disjoint halves of the groups, two and two, with half the penalty",
    }
    if edited is not None:
        seen += edited.trained
        said["edited"] = f"{edited.data}: {len(edited.trained)} photographs to train, {len(edited.tests)} others to test"
        said["assumed"] = {
            "what": "by how many standard deviations of the ratings a full edit moves them; nobody measured that",
            "effects": assumptions(rated.attributes) | {KIND: dict.fromkeys(rated.attributes, 0.0)},
        }
    return said | beyond_overall([rated.records[row] for row in rated.train], rated.attributes) | {"seen": seen_entry(seen)}


def beyond_overall(records: Sequence[Record], attributes: Sequence[str]) -> dict[str, Any]:
    """What a manifest says of the slopes on the overall score in the photographs to train on; nothing without that score."""
    if "overall" not in attributes:
        return {}
    labels = {name: np.array([item.ratings.get(name, np.nan) for item in records]) for name in attributes}
    known = {
        name: reliability(values.tolist(), [item.votes[name] for item in records])
        for name, values in labels.items()
        if all(name in item.votes for item in records)
    }
    known = {name: value for name, value in known.items() if np.isfinite(value)}
    return manifest_of(slopes(labels, labels["overall"], known))


def _group(record: Record) -> str:
    return record.group or record.original
