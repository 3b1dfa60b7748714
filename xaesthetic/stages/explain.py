"""The third stage: maps of the picked photographs, for every attribute, model and method."""

from collections.abc import Iterator, Mapping

import numpy as np

from xaesthetic.core.progress import Track, silent
from xaesthetic.core.types import Record
from xaesthetic.metrics._floors import ENERGY
from xaesthetic.models.forward import Session, method_facts
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.run.store import Run
from xaesthetic.stages.pick import pick_records
from xaesthetic.stages.predict import batches, photographs


def explained_records(run: Run) -> list[Record]:
    """The photographs that get maps: all that any attribute's pick shows, in the data set's order."""
    if run.experiment.pick is None:
        return run.records()
    shown = {image for pick in pick_records(run) for image in (*pick.highest, *pick.lowest)}
    return [record for record in run.records() if record.id in shown]


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
        session = Session(model, device(run.experiment.device))
        parts = run.parts("explain", key)
        todo = parts.missing(len(groups))
        pixels = photographs([groups[index] for index in todo], workers)
        for index, group in zip(track(todo, f"maps of {key}", len(todo)), pixels, strict=True):
            parts.write(index, session.run(group, methods).maps)
        for method in methods:
            pieces: Iterator[np.ndarray] = (part[method] for part in parts.read(len(groups)))
            adds_up = method_facts(method).adds_up
            run.write_maps(key, method, [record.id for record in records], model.attributes, pieces, adds_up)
        parts.clear()
