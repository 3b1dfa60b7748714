"""The paper's multi-GAP head on any backbone, fitted to frozen features: a model folder comes out.

Where photographs are rated, a ridge regression of the ratings on the features, its penalty chosen by generalised
cross-validation; else the ridge from edits (`xaesthetic.train.ridge`). Features are standardised jointly and the deviations
folded into the weights, so that maps add up to the prediction.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from sklearn.linear_model import RidgeCV

from xaesthetic.core.attributes import Attribute, describe, in_order
from xaesthetic.core.choices import MODEL_FILE, ModelChoice
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Record
from xaesthetic.data.records import collect, fingerprint, seen_entry
from xaesthetic.models.backbones import Backbone, build_backbone
from xaesthetic.models.contract import validate_model
from xaesthetic.models.folder import ModelFile, Origin, output_of, write_folder
from xaesthetic.models.model import AttributeModel, device, gap_linear
from xaesthetic.models.multigap import HEAD
from xaesthetic.models.weights import Weights, declaration, write_tensors
from xaesthetic.train.features import OF_RATED, deviations, photographs_features
from xaesthetic.train.question import begin, working
from xaesthetic.train.results import ON_RATINGS, tested
from xaesthetic.train.ridge import fit_from_edits
from xaesthetic.train.samples import divide, without_near

ALPHAS = tuple(float(10.0**power) for power in range(-1, 7))
_LEAST = 10
_BATCH = 8

Features = Float32[np.ndarray, "n k"]


def train_multigap(
    choice: ModelChoice,
    data: str,
    root: Path | None,
    out: Path,
    seed: int = 0,
    execution: Execution = Execution(),
    from_edits: bool = False,
) -> dict[str, Any]:
    """Put a multi-GAP head on a backbone, fit it, test it on other photographs, and write a model folder.

    Parameters
    ----------
    choice
        ``timm:NAME``, ``torchvision:NAME`` or a model folder; ``=random`` for a backbone that has learnt nothing.
    data, root
        Photographs: rated ones, or ones with a subject to edit.
    out
        Gets model.toml, model.safetensors (head and backbone) and model.json (how it was trained, with what result).
    seed
        Decides which photographs are tested on, where the data has no lists.
    execution
        How it is carried out, on which device, and whether a model folder's Python file may run.
    from_edits
        Whether it is fitted to edits although photographs are rated; those that nobody rated always are.

    Returns
    -------
    The manifest.

    Raises
    ------
    XaestheticError
        If there is no such backbone, its stages have no grids, or too few photographs can be used.
    """
    if (out / MODEL_FILE).exists():
        raise DataError(f"{out}: holds a model already; choose another folder with --out.")
    backbone = build_backbone(choice, execution.trust)
    model = _untrained(backbone, choice, device(execution.device))
    with working(out, choice.key) as work:
        collection = collect(data, root)
        records = [record for record in collection.records if record.edit is None]
        if not from_edits and any(record.ratings for record in records):
            result = _fit_ratings(model, choice, data, records, work, seed, execution)
            result = _declared(result, collection.described)
        else:
            result = fit_from_edits(model, str(choice), data, root, work, seed, execution)
            command = f"{result.manifest['command']} --head multigap{' --recipe ridge' * from_edits}"
            result = replace(result, manifest={**result.manifest, "command": command})
        return _write(out, backbone, result)


def _untrained(backbone: Backbone, choice: ModelChoice, on: str) -> AttributeModel:
    head = torch.zeros(1, backbone.channels), torch.zeros(1)
    stages = backbone.stages
    model = gap_linear(["untrained"], backbone.inputs, stages, *head, backbone.source, stages)
    return validate_model(replace(model, layers=stages.layers), str(choice), on)


def _fit_ratings(
    model: AttributeModel,
    choice: ModelChoice,
    data: str,
    records: Sequence[Record],
    work: Path,
    seed: int,
    execution: Execution,
) -> Weights:
    rated = [record for record in records if record.ratings]
    begin(work, {"model": str(choice), "data": data, "photographs": fingerprint(rated)})
    features = photographs_features(model, rated, work, execution)
    attributes = in_order(name for record in rated for name in record.ratings)
    labels = np.array([[record.ratings.get(name, np.nan) for name in attributes] for record in rated], np.float64)
    labels[np.isnan(features).any(1)] = np.nan  # photographs that cannot be read
    train, select, tests = divide(rated, seed)
    tests, near = without_near(rated, np.concatenate([train, select]), tests)
    heads = [_fit(features[train], labels[train, column], name, data) for column, name in enumerate(attributes)]
    weights, bias = np.stack([head[0] for head in heads]), np.array([head[1] for head in heads])
    predicted = np.nan_to_num(features) @ weights.T + bias
    manifest = {
        "model": str(choice),
        "attributes": list(attributes),
        "trained": ON_RATINGS,
        "data": f"{data}: {len(train)} photographs to train, seed {seed}",
        "left_out_of_tests": f"{near} photographs that are or look like one trained or selected on",
        "seen": seen_entry(rated[row] for row in train),
        "command": f"xaesthetic train {choice} --head multigap --data {data} --seed {seed}",
        "method": "ridge of ratings on frozen features, the penalty by generalised cross-validation",
        "alphas": {name: head[2] for name, head in zip(attributes, heads, strict=True)},
        "result": {
            name: tested(predicted[rows], labels[rows], attributes) for name, rows in {"select": select, **tests}.items()
        },
    }
    return Weights(torch.from_numpy(weights.astype(np.float32)), torch.from_numpy(bias.astype(np.float32)), {}, manifest)


def _declared(result: Weights, described: Sequence[Attribute]) -> Weights:
    """Add what the data declares of the attributes that were learnt."""
    known = [item for item in described if item.name in result.manifest["attributes"]]
    return replace(result, manifest={**result.manifest, **declaration(known)})


def _fit(features: Features, labels: np.ndarray, name: str, data: str) -> tuple[np.ndarray, float, float]:
    """One attribute's weights in the features' own units, its bias and the penalty."""
    known = ~np.isnan(labels)
    if known.sum() < _LEAST:
        raise DataError(
            f"{data}: {known.sum()} photographs rated for {name} can be trained on; {_LEAST} at least are needed."
        )
    rows = features[known].astype(np.float64)
    scale = deviations(rows, OF_RATED)
    fitted = RidgeCV(alphas=ALPHAS).fit(rows / scale, labels[known])
    return fitted.coef_ / scale, float(fitted.intercept_), float(fitted.alpha_)


def _write(out: Path, backbone: Backbone, result: Weights) -> dict[str, Any]:
    """The tensors, the manifest and the network's code, then model.toml: where that is, the folder is a model."""
    source = backbone.source
    tensors = {f"backbone.{name}": value.clone() for name, value in backbone.net.state_dict().items()}
    tensors |= {f"{HEAD}weight": result.weights, f"{HEAD}bias": result.bias}
    written = write_tensors(out, "model", tensors, result.manifest)
    backbone.copy_code(out)
    spec = ModelFile(
        backbone.architecture,
        "model.safetensors",
        "multigap",
        list(backbone.stages.layers),
        outputs=[output_of(describe(name, result.described)) for name in result.manifest["attributes"]],
        inputs=backbone.stated,
        source=Origin(
            f"multi-GAP (Malu et al. 2017) on {source.citation}", source.licence, f"{written['trained']}; {source.trained}"
        ),
    )
    write_folder(out, spec)
    return written
