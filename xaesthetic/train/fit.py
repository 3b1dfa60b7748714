"""Training a network, or its head alone, from labels. Stopped at any moment it goes on with the same numbers."""

import csv
import io
import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.parallel import DistributedDataParallel

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.files import remove, remove_unfinished, write_json, write_text
from xaesthetic.core.locks import hold
from xaesthetic.core.progress import silent
from xaesthetic.core.spreadsheet import safe_cell
from xaesthetic.core.types import InputSpec
from xaesthetic.data.records import seen_entry
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, place
from xaesthetic.models.weights import Weights, declaration, write_weights
from xaesthetic.train.checkpoint import Checkpoint, State
from xaesthetic.train.group import Group, group
from xaesthetic.train.loop import Training, loop, rate
from xaesthetic.train.network import Network, feature_inputs, photograph_inputs
from xaesthetic.train.question import begin, refuse_another, validate_trainable
from xaesthetic.train.recipe import Recipe, plain
from xaesthetic.train.results import ON_EDITS, ON_RATINGS, tested
from xaesthetic.train.samples import Labels, Rows, Samples, find_samples, warp

_LEAST = 3  # photographs to select the epoch by: below, no rank correlation


def train_network(
    name: str,
    data: str,
    root: Path | None,
    out: Path,
    recipe: Recipe,
    weights: str | None = None,
    execution: Execution = Execution(),
) -> dict[str, Any]:
    """Train a model by a recipe, keep its best epoch, test it, and write weights, manifest, log and figure.

    Started again it goes on where it was, with the same batches and numbers; started by torchrun, its processes share
    every batch. The labels are used as they are.

    Parameters
    ----------
    name
        A model whose head is global averages and one linear layer.
    data, root
        Photographs with labels.
    out
        Gets NAME.safetensors, NAME.json, recipe.json, log.csv, training.png and .pdf, and predictions_LIST.csv.
    recipe
        Every choice.
    weights
        Where the backbone starts: a folder, ``random``, or None for the model's own.
    execution
        How it is carried out, and on which device.

    Returns
    -------
    The manifest.

    Raises
    ------
    XaestheticError
        If the model, data set or recipe do not fit, too few labelled photographs can be read, or the folder holds
        another training.
    """
    validate_trainable(name)
    with group(execution.device) as team:
        samples, known = find_samples(data, root, recipe)
        question = _as_json({"model": name, "start": weights, "data": data, "inputs": known, "recipe": plain(recipe)})
        work = out / f".{name}.training"
        refuse_another(work, question)
        with hold(out / ".lock", f"training {name}") if team.first else nullcontext():
            team.wait()
            if team.first:
                _clear(out, work)
            if not _finished(out / f"{name}.json", question):  # by another process, for which one had to wait
                if team.first:
                    begin(work, question)
                team.wait()
                refuse_another(work, question)
                _train(samples, recipe, question, out, work, team, execution)
            elif team.first:
                remove(work)
            team.wait()
            return dict(read_json(out / f"{name}.json"))


def _train(
    samples: Samples, recipe: Recipe, question: Mapping[str, Any], out: Path, work: Path, team: Group, execution: Execution
) -> None:
    choice = ModelChoice(question["model"], question["start"])
    model = place(load_model(choice, on="cpu", trust=execution.trust), team.device)
    here = replace(execution, device=team.device, track=execution.track if team.first else silent)
    training = _prepare(model, samples, recipe, out, work, team, here)
    state = loop(training, here.track)
    best = training.checkpoint.load_best(team.device)
    if best is not None:
        training.network.load_state_dict(best)
    ratings = {item: rate(training, rows) for item, rows in training.samples.tests.items()}
    if team.first:
        _write(out, question, training, state, ratings, recipe.size or model.inputs.size)
        remove(work)


def _clear(out: Path, work: Path) -> None:
    """Remove what a killed process left half-written; what can be gone on with stays."""
    remove_unfinished(work)
    for left in out.glob(f".*.{'[0-9a-f]' * 8}.tmp"):
        remove(left)


def _as_json(value: object) -> dict[str, Any]:
    """What is read again from the file that this is written to."""
    read: dict[str, Any] = json.loads(json.dumps(value))
    return read


def _finished(manifest: Path, question: Mapping[str, Any]) -> bool:
    if not manifest.is_file():
        return False
    present = read_json(manifest, dict[str, Any])
    if present.get("question") != question:
        raise DataError(f"{manifest.parent}: holds other weights already; choose another folder with --out.")
    return True


def _prepare(
    model: AttributeModel, samples: Samples, recipe: Recipe, out: Path, work: Path, team: Group, execution: Execution
) -> Training:
    inputs = _inputs(model.inputs, recipe)
    network = Network(model, recipe)
    _enough(samples, recipe)
    if team.first:
        warp(samples.records, inputs, work / "photographs", execution)
    team.wait()
    photographs = warp(samples.records, inputs, work / "photographs")
    samples = samples.only(photographs.usable)
    _enough(samples, recipe)
    network.to(team.device)
    take = photograph_inputs(photographs, inputs, team.device)
    if recipe.freeze_backbone:
        if not team.first:
            team.wait()  # for the features, which the first one computes
        take = feature_inputs(model, take, photographs.usable, recipe, work / "features", execution)
        if team.first:
            team.wait()
    run: torch.nn.Module = network
    if team.size > 1:
        run = DistributedDataParallel(network, device_ids=[team.device] if "cuda" in team.device else None)
    scaler = torch.amp.GradScaler(enabled=recipe.precision != "full" and "cuda" in team.device)
    checkpoint = Checkpoint(work)
    return Training(recipe, samples, take, network, run, _optimizer(network, recipe), scaler, team, checkpoint, out)


def _enough(samples: Samples, recipe: Recipe) -> None:
    if len(samples.train) < recipe.batch or len(samples.select) < _LEAST:
        raise DataError(
            f"{len(samples.train)} labelled photographs to train on and {len(samples.select)} to select by can be read; "
            f"at least {recipe.batch} and {_LEAST} are needed. 'xaesthetic data check' says what is missing."
        )


def _inputs(inputs: InputSpec, recipe: Recipe) -> InputSpec:
    size = recipe.size or inputs.size
    if size == inputs.size:
        return inputs
    if isinstance(inputs.mean, np.ndarray):
        raise DataError(f"the network's mean is an image of {inputs.size}; the recipe's size must be the same or null.")
    return replace(inputs, size=size)


def _optimizer(network: Network, recipe: Recipe) -> torch.optim.Optimizer:
    parameters = [item for item in network.parameters() if item.requires_grad]
    if recipe.optimizer == "adagrad":
        return torch.optim.Adagrad(parameters, recipe.learning_rate, eps=recipe.epsilon)
    if recipe.optimizer == "adamw":
        return torch.optim.AdamW(parameters, recipe.learning_rate, eps=recipe.epsilon)
    return torch.optim.SGD(parameters, recipe.learning_rate, momentum=0.9)


def _write(
    out: Path,
    question: Mapping[str, Any],
    training: Training,
    state: State,
    ratings: Mapping[str, Labels],
    size: tuple[int, int],
) -> None:
    """The manifest last but for the tensors' own: where it is, the training is over."""
    recipe, samples = training.recipe, training.samples
    write_json(out / "recipe.json", plain(recipe))
    for name, result in ratings.items():
        _write_predictions(out / f"predictions_{name}.csv", samples, samples.tests[name], result, recipe)
    trained = ON_EDITS if recipe.labels == "edits" else ON_RATINGS
    manifest = {
        "question": question,
        "model": question["model"],
        "attributes": list(recipe.attributes),
        "links": [recipe.links[item] for item in recipe.attributes],
        **declaration(samples.described),
        "size": list(size),
        "trained": f"{trained} ({question['data']})",
        "data": f"{question['data']}: {len(samples.train)} photographs to train, {len(samples.select)} to select by",
        "left_out_of_tests": f"{samples.near} photographs that are or look like one trained or selected on",
        "seen": seen_entry(samples.records[row] for row in (*samples.train, *samples.select)),
        "epoch": state.best + 1,
        "result": {
            name: tested(result, samples.labels[samples.tests[name]], recipe.attributes) for name, result in ratings.items()
        },
    }
    head = training.network.head
    frozen_own = recipe.freeze_backbone and question["start"] is None
    backbone = {} if frozen_own else training.network.kept.state_dict()
    write_weights(out, question["model"], Weights(head.weight.detach(), head.bias.detach(), backbone, manifest))


def _write_predictions(path: Path, samples: Samples, rows: Rows, predicted: Labels, recipe: Recipe) -> None:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["image", *map(safe_cell, recipe.attributes)])
    for row, ratings in zip(rows, predicted, strict=True):
        table.writerow([safe_cell(samples.records[row].id), *(f"{value:.6g}" for value in ratings)])
    write_text(path, text.getvalue())
