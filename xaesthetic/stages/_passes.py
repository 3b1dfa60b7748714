"""Photographs through networks: ratings and the maps of every method from one pass of each model over each batch."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from xaesthetic.core.execution import Execution
from xaesthetic.core.types import STORES, Experiment, Pixels, Record
from xaesthetic.data import images
from xaesthetic.data.photograph import Way, load_squashed
from xaesthetic.metrics._floors import ENERGY
from xaesthetic.models.forward import Results, explained_rows, method_facts, open_session
from xaesthetic.models.layers import facts_for, in_series
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.refits import find_refits, refit_names
from xaesthetic.models.shared import sharing
from xaesthetic.models.target import Target, explained
from xaesthetic.run.maps import REFITS
from xaesthetic.run.photographs import ids_of
from xaesthetic.run.schemas import ANNOTATIONS, LEFT_OUT, PREDICTIONS
from xaesthetic.run.stage import ArraySink, Sink, TableSink, batches, compute, lost_chunks, reopen
from xaesthetic.run.store import Run
from xaesthetic.run.versions import SHARDED
from xaesthetic.stages._photographs import BLACK, LeftOutSink, lost_rows, or_reason

Squashed = Mapping[Way, Pixels]
"""A photograph in every size that is wanted."""


@dataclass(frozen=True, slots=True)
class Passes:
    """Several models, and for each the methods whose maps are wanted."""

    models: Mapping[str, AttributeModel]
    """By their keys."""
    methods: Mapping[str, Sequence[str]]
    """By the models' keys; none where a model is missing."""
    experiment: Experiment
    """Says on which device and in which precision."""

    def load(self, records: Sequence[Record]) -> list[Squashed | str]:
        """Load photographs and squash them for the models; in the place of one that cannot be read stands the reason.

        This is done ahead, in threads: beside a small network squashing takes as long as the network.
        """
        return list(map(or_reason(partial(load_squashed, ways=self.ways, decode=self.experiment.decode)), records))

    def squash(self, pixels: Pixels) -> Squashed:
        """Return a photograph in every size that a model takes."""
        return {way: images.resize(pixels, *way) for way in self.ways}

    @property
    def ways(self) -> list[Way]:
        """Return how the models' photographs are squashed."""
        return list(dict.fromkeys((model.inputs.size, model.inputs.resample) for model in self.models.values()))

    def run(self, photographs: Sequence[Squashed]) -> dict[str, Results]:
        """Return every model's ratings and maps of a batch; one forward pass a model, or a network that models share."""
        return {
            key: open_session(model, self.experiment).run(squashed_for(model, photographs), self.methods.get(key, ()))
            for key, model in sharing(self.models).items()
        }


def squashed_for(model: AttributeModel, photographs: Sequence[Squashed]) -> list[Pixels]:
    """Return photographs in the size that a model takes."""
    return [photograph[model.inputs.size, model.inputs.resample] for photograph in photographs]


def missing_methods(run: Run, models: Mapping[str, AttributeModel]) -> dict[str, list[str]]:
    """Return for each model the methods whose maps are not in the run yet.

    Where people were watched, activation energy is one of them: the floor that a network's maps are held against.
    """
    floor = [ENERGY] if run.has(ANNOTATIONS) else []
    wanted = {key: dict.fromkeys((*_refits(run, key, model), *run.methods(key), *floor)) for key, model in models.items()}
    return {key: [method for method in methods if not run.has_maps(key, method)] for key, methods in wanted.items()}


def _refits(run: Run, key: str, model: AttributeModel) -> list[str]:
    """The maps of a head's refits, where it has some and `cam` is wanted; first, so that who has `cam` has them too."""
    aimed = explained(model, Target(run.experiment.target, run.experiment.of))
    return [REFITS] if "cam" in run.methods(key) and find_refits(aimed) is not None else []


def pass_records(run: Run, passes: Passes, records: Sequence[Record], name: str, execution: Execution) -> None:
    """Rate photographs, where the run has no predictions yet, and make the maps that are wanted.

    Parameters
    ----------
    run
        Gets the table and the maps.
    passes
        The models and methods.
    records
        The photographs, in the order of the maps.
    name
        The stage: where its chunks are kept.
    execution
        How it is carried out.
    """
    groups = batches(records, run.experiment.batch)
    rating = not run.has(PREDICTIONS)
    sinks = _sinks(run, passes, records, name)
    if rating:
        table = run.root / f"{PREDICTIONS.name}.parquet"
        sinks[PREDICTIONS.name] = TableSink(PREDICTIONS, table, run.parts / name)

    def work(group: Sequence[Record], pixels: Sequence[Squashed | str]) -> dict[str, Any]:
        black = passes.squash(BLACK)
        results = passes.run([black if isinstance(item, str) else item for item in pixels])
        lost = lost_rows(group, pixels, name)
        made: dict[str, Any] = {LEFT_OUT.name: lost}
        made |= {
            f"{key}/{method}": _without(maps[:, list(_outputs(passes.models[key], method))], pixels)
            for key, result in results.items()
            for method, maps in result.maps.items()
        }
        if rating:
            gone = {image for image, *_ in lost}
            rows = rating_rows([record.id for record in group], results, passes.models)
            made[PREDICTIONS.name] = [row for row in rows if row[0] not in gone]
        return made

    done = "rating" if rating and not any(passes.methods.values()) else "rating and maps of" if rating else "maps of"
    label, sizes = f"{done} photographs", tuple(map(len, groups))
    compute(run.parts, name, groups, work, sinks, execution, passes.load, label, sizes)


def redo_chunks(
    run: Run,
    passes: Passes,
    records: Sequence[Record],
    name: str,
    execution: Execution,
    lost: Collection[str],
    validate: Callable[[Sequence[Record]], None],
) -> None:
    """Make again what is damaged or missing of finished maps, chunk by chunk; the others' bytes are not touched.

    Parameters
    ----------
    run, passes, records, name, execution
        As `pass_records` had them.
    lost
        The arrays' files that are damaged or missing: the same of all.
    validate
        Gets the photographs whose maps are computed, before anything is changed; raises where one cannot be read.
    """
    groups, sinks = batches(records, run.experiment.batch), _sinks(run, passes, records, name)
    files = dict.fromkeys(sinks, lost)
    undone = lost_chunks(sinks, files)
    validate([record for number in sorted(undone) for record in groups[number]])
    reopen(run.parts, name, len(groups), sinks, files, undone)
    pass_records(run, passes, records, name, execution)


def _sinks(run: Run, passes: Passes, records: Sequence[Record], name: str) -> dict[str, Sink]:
    """Where maps go, and who is left out: that first, so that who has predictions knows."""
    sinks: dict[str, Sink] = {LEFT_OUT.name: LeftOutSink(run, name)}
    return sinks | {
        f"{key}/{method}": _map_sink(run, key, passes.models[key], method, records, name)
        for key, methods in passes.methods.items()
        for method in methods
    }


def _without(maps: np.ndarray, pixels: Sequence[object]) -> np.ndarray:
    """Put nan in the place of maps of what could not be read."""
    usable = np.array([not isinstance(item, str) for item in pixels])
    return maps if usable.all() else np.where(usable[:, None, None, None], maps, np.float32("nan"))


def rating_rows(
    ids: Sequence[str], results: Mapping[str, Results], models: Mapping[str, AttributeModel]
) -> Iterator[tuple[Any, ...]]:
    """Give the rows of `PREDICTIONS`: model by model, photograph by photograph, attribute by attribute."""
    for key, result in results.items():
        for image, ratings, raw in zip(ids, result.ratings, result.raw, strict=True):
            for attribute, rating, output in zip(models[key].attributes, ratings, raw, strict=True):
                yield image, key, attribute, np.float32(rating), np.float32(output)


def _outputs(model: AttributeModel, method: str) -> dict[int, str]:
    """The places and names of the outputs that a method makes maps of."""
    refits = find_refits(model) if method == REFITS else None
    if refits is not None:
        return dict(enumerate(refit_names(model.attributes, len(refits.bias))))
    return {row: model.attributes[row] for row in explained_rows(model, method)}


def _map_sink(run: Run, key: str, model: AttributeModel, method: str, records: Sequence[Record], name: str) -> ArraySink:
    facts = facts_for(model, method_facts("cam" if method == REFITS else method))
    attributes = {
        "images": ids_of(records),
        "attributes": list(_outputs(model, method).values()),
        "adds_up": facts.adds_up,
        "asks_output": facts.asks_output,
        "in_series": facts.layers and in_series(model),
    }
    sizes = tuple(map(len, batches(records, run.experiment.batch)))
    store = (
        STORES[0] if run.experiment.shard else run.experiment.store
    )  # what float16 changes, all maps say: after the merge
    parts = run.parts / name / key
    return ArraySink(run.maps_folder(key, method), parts, sizes, attributes, store, old=run.schema < SHARDED)
