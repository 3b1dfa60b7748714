"""The third stage: maps of the picked photographs, for every attribute, model and method."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from xaesthetic.core import plugins
from xaesthetic.core.progress import Track, silent
from xaesthetic.core.types import Pixels, Record
from xaesthetic.metrics._floors import ENERGY
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.run.maps import MapArray
from xaesthetic.run.store import Run
from xaesthetic.stages.pick import pick_records
from xaesthetic.stages.predict import batches, photographs, to_batch

Method = Callable[..., Tensor]
"""A function of a model, its input and its activations that gives (b, a, i, j)."""


def explained_records(run: Run) -> list[Record]:
    """The photographs that get maps: all that any attribute's pick shows, in the data set's order."""
    if run.experiment.pick is None:
        return run.records()
    shown = {image for pick in pick_records(run) for image in (*pick.highest, *pick.lowest)}
    return [record for record in run.records() if record.id in shown]


def explain_batch(model: AttributeModel, methods: Sequence[Method], pixels: Sequence[Pixels], on: str) -> list[MapArray]:
    """Every method's maps of some photographs; the features are computed once for all methods and attributes.

    Returns
    -------
    For each method (n, a, i, j) on that method's grid.
    """
    x = to_batch(pixels, model.inputs, on)
    with torch.no_grad():
        activations = model.features(x)
    maps = [method(model, x, activations) for method in methods]
    return [each.detach().float().cpu().numpy() for each in maps]


def explain_records(run: Run, models: Mapping[str, AttributeModel], workers: int = 2, track: Track = silent) -> None:
    """Make the maps that are not there yet; goes on where a stopped run was.

    Where people were watched, activation energy is made too: the floor that a network's maps are held against.
    """
    records = explained_records(run)
    groups = batches(records, run.experiment.batch)
    wanted = dict.fromkeys((*run.experiment.methods, *([ENERGY] if run.has_people() else [])))
    for key, model in models.items():
        methods = [method for method in wanted if not run.has_maps(key, method)]
        if not methods:
            continue
        functions = [plugins.load("methods", method) for method in methods]
        parts = run.parts("explain", key)
        todo = parts.missing(len(groups))
        pixels = photographs([groups[index] for index in todo], workers)
        for index, group in zip(track(todo, f"maps of {key}", len(todo)), pixels, strict=True):
            maps = explain_batch(model, functions, group, device(run.experiment.device))
            parts.write(index, dict(zip(methods, maps, strict=True)))
        for method, function in zip(methods, functions, strict=True):
            pieces: Iterator[np.ndarray] = (part[method] for part in parts.read(len(groups)))
            module = sys.modules[function.__module__]  # until all methods declare it as a fact
            adds_up = plugins.facts("methods", method).adds_up or getattr(module, "ADDS_UP", "")
            run.write_maps(key, method, [record.id for record in records], model.attributes, pieces, adds_up)
        parts.clear()
