"""Training a linear head on frozen features, from controlled edits of photographs.

Between two neighbouring strengths of an edit of one photograph the features change and so does one attribute, by a known
amount; what the photograph shows cancels out. A ridge regression of the one change on the other gives the weights, and
the channels' joint standard deviations are folded into them, so that a map still adds up to its prediction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import zarr
from jaxtyping import Float
from scipy.stats import spearmanr
from sklearn.kernel_ridge import KernelRidge
from sklearn.model_selection import GroupKFold

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import EditStep, Mask, Pixels, Record
from xaesthetic.data import edits, images
from xaesthetic.data.measures import MEASURES
from xaesthetic.data.records import find_records, fingerprint, seen_entry
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.models.weights import Weights, write_weights
from xaesthetic.run.schemas import Table, columns
from xaesthetic.run.stage import ArraySink, Sink, TableSink, batches, compute
from xaesthetic.train.features import deviations, pooled
from xaesthetic.train.question import begin, validate_trainable, working
from xaesthetic.train.results import ON_EDITS

AMOUNTS = (0.2, 0.4, 0.6, 0.8, 1.0)
_SIDE = 400  # pixels of the longer side while training: a little more than the networks take
_ALPHAS = (10.0, 100.0, 1e3, 1e4, 1e5)
_FOLDS = 5
_BATCH = 8

Features = Float[np.ndarray, "photographs steps channels"]


def ladder(name: str) -> list[EditStep]:
    """An edit's strengths in order; the first is no edit, but for a crop the middle of the photograph."""
    return [EditStep(name, amount) for amount in (0.0, *AMOUNTS)]


STEPS: tuple[EditStep, ...] = tuple(step for name in edits.EDITS for step in ladder(name))


@dataclass(frozen=True, slots=True)
class Head:
    """One attribute's row of the linear layer, in the features' own units, and the penalty that was chosen."""

    weights: Float[np.ndarray, " k"]
    bias: float
    alpha: float


def train_head(
    name: str,
    data: str,
    root: Path | None,
    out: Path,
    seed: int = 0,
    execution: Execution = Execution(),
) -> dict[str, Any]:
    """Fit a model's linear head on half of the photographs, test it on the others, and write both files of it.

    A stopped training goes on where it was.

    Parameters
    ----------
    name
        A model; its present head is not used, its features are.
    data, root
        Photographs with a subject region.
    out
        Gets NAME.safetensors (weights, bias) and NAME.json (what it was trained on, how, with what result).
    seed
        Decides which half a photograph falls into.
    execution
        How it is carried out, and on which device.

    Returns
    -------
    The manifest.

    Raises
    ------
    DataError
        If fewer than ten photographs with a subject can be read.
    ModelError
        If the model's head is no linear layer over global averages.
    """
    validate_trainable(name)
    records = [record for record in find_records(data, root) if record.edit is None and record.subject]
    enough(data, len(records))
    model = load_model(name, on=execution.device, trust=execution.trust)
    if not isinstance(model.head, LinearHead):
        raise ModelError(f"{name}: its head is no linear layer over global averages, which is what is trained here.")
    with working(out, name) as work:
        return write_weights(out, name, fit_from_edits(model, name, data, root, work, seed, execution))


def fit_from_edits(
    model: AttributeModel, name: str, data: str, root: Path | None, work: Path, seed: int, execution: Execution
) -> Weights:
    """Fit the linear head of a model's features from edits of photographs, and say what it is worth on others.

    Parameters
    ----------
    model
        Its features are used, its head is not.
    work
        Keeps the features, with which a stopped training goes on.
    name, data, root, seed, execution
        As for `train_head`.

    Raises
    ------
    DataError
        If fewer than ten photographs with a subject can be read.
    """
    records = [record for record in find_records(data, root) if record.edit is None and record.subject]
    enough(data, len(records))
    begin(work, {"model": name, "data": data, "photographs": fingerprint(records)})
    features, measured, used = step_features(model, records, work, execution)
    enough(data, len(used))
    order = np.random.default_rng(seed).permutation(len(used))
    train, test = np.sort(order[: len(order) // 2]), np.sort(order[len(order) // 2 :])
    attributes = [item for item in NAMES if any(kind.attribute == item for kind in edits.EDITS.values())]
    trained_on = {used[row] for row in train}
    heads = {item: fit(features[train], item) for item in execution.track(attributes, "fitting", len(attributes))}
    manifest = {
        "model": name,
        "attributes": attributes,
        "trained": ON_EDITS,
        "size": list(model.inputs.size),
        "data": f"{data}: {len(train)} photographs to train, {len(test)} others to test, seed {seed}",
        "seen": seen_entry(record for record in records if record.id in trained_on),
        "command": f"xaesthetic train {name} --data {data}{' --root …' if root else ''} --seed {seed}",
        "method": "ridge of the change of strength on the change of features between neighbouring strengths; "
        f"of the penalties that order best the one that errs least, by {_FOLDS}-fold cross-validation over photographs",
        "alphas": {item: head.alpha for item, head in heads.items()},
        "left_out": "content, overall, motion_blur, repetition, symmetry: no edit here says how they change",
        "result": _result(features[test], {item: values[test] for item, values in measured.items()}, heads),
    }
    weights = torch.from_numpy(np.stack([head.weights for head in heads.values()]).astype(np.float32))
    bias = torch.tensor([head.bias for head in heads.values()], dtype=torch.float32)
    return Weights(weights, bias, {}, manifest)


def enough(data: str, photographs: int) -> None:
    """Raise a DataError where fewer than ten photographs with a subject can be used."""
    if photographs < 10:
        raise DataError(f"{data}: {photographs} photographs with a subject can be read; training needs at least ten.")


_MEASURED = Table("measured", columns("image text | usable bool | measures floats"), "xaesthetic train MODEL --recipe ridge")


def step_features(
    model: AttributeModel,
    records: Sequence[Record],
    folder: Path,
    execution: Execution,
    steps: Sequence[EditStep] = STEPS,
) -> tuple[Features, dict[str, Float[np.ndarray, " photographs"]], list[str]]:
    """Return features of every step and measures of the photographs that can be used, and their names.

    A stopped pass goes on.
    """
    table, array = folder / "measured.parquet", folder / "features.zarr"
    on = device(execution.device)

    def work(record: Record, versions: _Versions | None) -> dict[str, Any]:
        if versions is None:
            return {"measured": [(record.id, False, [])]}
        return {
            "measured": [(record.id, True, list(versions.measured.values()))],
            "features": _features(model, versions, on)[None],
        }

    if not table.is_file():
        sinks: dict[str, Sink] = {
            "features": ArraySink(array, folder / "chunks", (1,) * len(records)),
            "measured": TableSink(_MEASURED, table, folder / "chunks"),
        }
        compute(folder, "chunks", records, work, sinks, execution, lambda record: _versions(record, steps), "features")
    measured = pd.read_parquet(table)
    usable = np.flatnonzero(measured["usable"])
    features = np.zeros((0, len(steps), 0), np.float32)
    if len(usable):
        kept: zarr.Array[Any] = zarr.open_array(array, mode="r")
        features = np.stack([np.asarray(kept[int(row)]) for row in usable])
    values = np.array([list(row) for row in measured["measures"].iloc[usable]]).reshape(len(usable), len(MEASURES))
    return features, dict(zip(MEASURES, values.T, strict=True)), list(measured["image"].iloc[usable])


@dataclass(frozen=True, slots=True)
class _Versions:
    pixels: list[Pixels]
    measured: dict[str, float]


def _versions(record: Record, steps: Sequence[EditStep]) -> _Versions | None:
    """Steps of edits of a photograph, and its measures; None where it cannot be read or has no subject."""
    try:
        photograph = images.read_photograph(record.path)
    except DataError:
        return None
    pixels, subject = photograph.pixels, images.subject_region(record.subject, photograph.size)
    factor = min(1.0, _SIDE / max(pixels.shape[:2]))
    size = round(pixels.shape[0] * factor), round(pixels.shape[1] * factor)
    small = images.to_float(images.resize(pixels, size))
    mask: Mask = images.resize(np.repeat(subject[..., None], 3, axis=2).astype(np.uint8) * 255, size)[..., 0] > 127
    if not mask.any():
        return None
    edited = [images.to_bytes(edits.edit(step.name).apply(small, mask, step.amount)) for step in steps]
    return _Versions(edited, {item: measure(small, mask) for item, measure in MEASURES.items()})


def _features(model: AttributeModel, versions: _Versions, on: str) -> Float[np.ndarray, "steps k"]:
    """Pooled features of all steps; equal pictures (every edit's amount 0) go through the network once."""
    keys = [pixels.tobytes() for pixels in versions.pixels]
    first = {key: keys.index(key) for key in keys}
    unique = sorted(set(first.values()))
    values = np.concatenate([pooled(model, [versions.pixels[i] for i in group], on) for group in batches(unique, _BATCH)])
    rows = [unique.index(first[key]) for key in keys]
    return np.asarray(values[rows])


def changes(features: Features, attribute: str) -> tuple[Float[np.ndarray, "n k"], Float[np.ndarray, " n"]]:
    """What changes between neighbouring strengths: the features, and by how much the attribute.

    Edits of which nobody knows what they do to the attribute are passed over; those that leave it as it was say so.
    The rows of one photograph follow each other.
    """
    size = len(AMOUNTS) + 1
    pairs = [(step, step + 1) for step in range(len(STEPS) - 1) if (step + 1) % size]
    effects = np.array([edits.effect(STEPS[after].name, attribute) for _, after in pairs])
    grown = np.array([STEPS[after].amount - STEPS[before].amount for before, after in pairs]) * effects
    known = ~np.isnan(effects)
    before, after = np.array(pairs)[known].T
    rows = (features[:, after] - features[:, before]).reshape(-1, features.shape[-1])
    return rows, np.tile(grown[known], len(features))


def fit(features: Features, attribute: str) -> Head:
    """One attribute's weights and bias; the bias makes the mean prediction for unedited photographs zero."""
    scale = deviations(features)
    rows, grown = changes(features, attribute)
    rows = rows / scale
    kernel = rows @ rows.T
    groups = np.repeat(np.arange(len(features)), len(rows) // len(features))
    alpha = _best_alpha(kernel, grown, groups)
    dual = KernelRidge(alpha=alpha, kernel="precomputed").fit(kernel, grown).dual_coef_
    weights = (rows.T @ dual) / scale
    return Head(weights, -float(features[:, 0].astype(np.float64).mean(0) @ weights), alpha)


def _best_alpha(kernel: np.ndarray, grown: np.ndarray, groups: np.ndarray) -> float:
    """The penalty with the smallest squared error on unseen photographs, of those that order their changes best.

    Order alone (all within half a percent of the best) would let a large penalty pass whose weights answer edits that
    should leave the attribute as it was; the squared error counts those like the others.
    """
    predicted = {alpha: np.zeros(len(grown)) for alpha in _ALPHAS}
    for train, test in GroupKFold(min(_FOLDS, len(np.unique(groups)))).split(kernel, grown, groups):
        for alpha in _ALPHAS:
            model = KernelRidge(alpha=alpha, kernel="precomputed").fit(kernel[np.ix_(train, train)], grown[train])
            predicted[alpha][test] = model.predict(kernel[np.ix_(test, train)])
    moved = grown != 0
    ordered = {alpha: float((result * grown > 0)[moved].mean()) for alpha, result in predicted.items()}
    good = [alpha for alpha in _ALPHAS if ordered[alpha] >= max(ordered.values()) - 0.005]
    return min(good, key=lambda alpha: float(((predicted[alpha] - grown) ** 2).sum()))


def _result(features: Features, measured: dict[str, np.ndarray], heads: dict[str, Head]) -> dict[str, Any]:
    """On photographs that were not trained on: neighbouring strengths in order, and ρ with the measures, unedited."""
    size = len(AMOUNTS) + 1
    ordered: dict[str, dict[str, float]] = {}
    for number, (name, kind) in enumerate(edits.EDITS.items()):
        predicted = features[:, number * size : (number + 1) * size] @ heads[kind.attribute].weights
        right = np.diff(predicted, axis=1) * kind.sign > 0
        ordered[f"{kind.attribute}: {name}"] = {"accuracy": round(float(right.mean()), 4), "pairs": right.size}
    rho = {
        f"{item} with {MEASURES[item].__name__}": round(
            float(spearmanr(features[:, 0] @ heads[item].weights, values, nan_policy="omit").statistic), 4
        )
        for item, values in measured.items()
    }
    return {"neighbouring_pairs_in_order": ordered, "unedited_spearman": rho}
