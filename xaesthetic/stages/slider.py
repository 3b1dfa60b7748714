"""The edit slider: what becomes of ratings and maps while an edit goes from nothing to all of it, step by step.

Every edit but crops, as the sample and the trainings have it. The photograph itself, amount 0, is rated among its edited
versions; what a row says was measured, and nothing between two steps is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.sliding import SliderOptions
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data import edits, images
from xaesthetic.data.photograph import load_original
from xaesthetic.data.subjects import Subject, find_subject, has_region, to_jpeg, to_png
from xaesthetic.models.forward import Results, explained_rows, method_facts
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import LEFT_OUT, SLIDER, SLIDER_MAPS, SLIDER_PICTURES, Table
from xaesthetic.run.stage import Sink, TableSink, batches, compute
from xaesthetic.run.store import Run
from xaesthetic.stages._passes import Passes, Squashed
from xaesthetic.stages._photographs import LeftOutSink, lost_rows, or_reason
from xaesthetic.stages._subjects import marks_of

MOST = 12
"""Photographs of a run that are edited: those that it explains come first."""
_DEAR = 2
"""A method of more passes is left out, unless there is no other: every picture is explained by every method."""
Step = tuple[str, float]
"""An edit's name and its amount."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A photograph, edited or not, as far as it is wanted further on: small."""

    step: Step
    row: tuple[Any, ...]
    """Of `SLIDER_PICTURES`, without the photograph's name."""
    squashed: Squashed


def measure_slider(
    run: Run,
    models: Mapping[str, AttributeModel],
    execution: Execution = Execution(),
    options: SliderOptions = SliderOptions(),
) -> None:
    """Edit a run's photographs step by step, rate and explain every step; goes on where a stopped one was.

    Parameters
    ----------
    run
        Gets the tables `SLIDER`, `SLIDER_MAPS` and `SLIDER_PICTURES`.
    models
        By their keys.
    execution
        How it is carried out.
    options
        How many steps, and where a subject may come from.

    Raises
    ------
    DataError
        If no photograph has a subject.
    """
    validate(run, models, options)
    methods = {key: followed_methods(run.methods(key)) for key in models}
    passes = Passes(models, methods, run.experiment)
    marks = marks_of(run)

    def prepare(record: Record) -> list[_Picture]:
        photograph = load_original(record)
        subject = find_subject(record, photograph, marks.get(record.id, ()), options.subject)
        return list(_pictures(photograph.pixels, subject, options.steps, passes))

    def work(record: Record, ready: list[_Picture] | str) -> Mapping[str, Sequence[tuple[Any, ...]]]:
        if isinstance(ready, str):
            return {LEFT_OUT.name: lost_rows([record], [ready], SLIDER.name), **{name: [] for name in tables}}
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in tables}
        rows[SLIDER_PICTURES.name] = [(record.id, *picture.row) for picture in ready]
        for group in batches(ready, run.experiment.batch):
            results = passes.run([picture.squashed for picture in group])
            steps = [(record.id, *picture.step) for picture in group]
            rows[SLIDER.name] += _rating_rows(steps, results, models)
            rows[SLIDER_MAPS.name] += _map_rows(steps, results, models)
        return rows

    tables = {table.name: table for table in (SLIDER_PICTURES, SLIDER_MAPS, SLIDER)}
    sinks: dict[str, Sink] = {LEFT_OUT.name: LeftOutSink(run, SLIDER.name)}
    sinks |= {name: _sink(run, table) for name, table in tables.items()}
    sinks[f"{options}"] = _Nothing()  # another number of steps is another division: its chunks are not taken up
    records = edited_photographs(run, options)
    compute(run.parts, SLIDER.name, records, work, sinks, execution, or_reason(prepare), "the edit slider")


def validate(run: Run, models: Mapping[str, AttributeModel], options: SliderOptions = SliderOptions()) -> None:
    """Make sure that there is something to edit.

    Raises
    ------
    DataError
        If no photograph has a subject.
    """
    del models
    if not edited_photographs(run, options):
        raise DataError(
            f"{run.root}: no photograph of {run.experiment.data} has a subject, and the slider's edits need one; draw or "
            "mark one, or have a network find it with --subject auto."
        )


def edited_photographs(run: Run, options: SliderOptions) -> list[Record]:
    """Return the photographs that are edited: unedited ones with a subject, `MOST` at most, explained ones first."""
    explained, marks = _explained(run), marks_of(run)
    first: list[Record] = []
    others: list[Record] = []
    to_come = set(explained)
    for record in run.photographs():
        to_come.discard(record.id)
        wanted = first if record.id in explained else others
        if len(wanted) < MOST and _is_usable(run, record, marks, options):
            wanted.append(record)
        if len(first) == MOST or (len(others) == MOST and not to_come):
            break  # none of the rest can be among them
    return [*first, *others][:MOST]


def _explained(run: Run) -> set[str]:
    places = [place for place in run.places() if run.has_maps(*place)]
    return set(run.maps(*places[0]).images) if places else set()


def _is_usable(run: Run, record: Record, marks: Mapping[str, Sequence[bytes]], options: SliderOptions) -> bool:
    """Whether a photograph is as it was taken and has a subject; its size is read only where a drawn one needs it."""
    if record.edit is not None:
        return False
    if options.subject or record.id in marks:
        return True
    return bool(record.subject) and has_region(record, run.sizes([record.id])[record.id])


def is_as_asked(run: Run, options: SliderOptions) -> bool:
    """Whether a run's slider has these steps of these photographs; those that could not be edited are none of them."""
    known = run.read_columns(SLIDER_PICTURES, "image", "amount")
    left_out = run.read(LEFT_OUT) if run.has(LEFT_OUT) else None
    gone = set() if left_out is None else set(left_out.loc[left_out["stage"] == SLIDER.name, "image"])
    wanted = {record.id for record in edited_photographs(run, options)}
    return set(known["amount"]) == set(amounts(options.steps)) and set(known["image"]) == wanted - gone


def followed_methods(methods: Sequence[str]) -> list[str]:
    """Return the methods whose maps follow the edits: the cheap ones, or all where none is."""
    cheap = [name for name in methods if method_facts(name).passes in range(_DEAR + 1)]
    return cheap or list(methods)


def _pictures(pixels: Pixels, subject: Subject, steps: int, passes: Passes) -> Iterator[_Picture]:
    """Give the photograph itself, and every edit of it at every step but nothing."""
    small = to_jpeg(pixels)
    region = to_png(subject.region, small.size)
    yield _Picture(("", 0.0), ("", 0.0, subject.source, small.data, region), passes.squash(pixels))
    rgb = images.to_float(pixels)
    for name, kind in edits.EDITS.items():
        if name.startswith("crop"):
            continue
        for amount in islice(amounts(steps), 1, None):
            edited = images.to_bytes(kind.apply(rgb, subject.region, amount))
            row = (name, amount, subject.source, to_jpeg(edited).data, b"")
            yield _Picture((name, amount), row, passes.squash(edited))


def amounts(steps: int) -> Iterator[float]:
    """Give so many amounts from 0 to 1, evenly."""
    return (round(number / (steps - 1), 6) for number in range(steps))


def _rating_rows(
    steps: Sequence[tuple[Any, ...]], results: Mapping[str, Results], models: Mapping[str, AttributeModel]
) -> Iterator[tuple[Any, ...]]:
    for key, result in results.items():
        for step, ratings, raw in zip(steps, result.ratings, result.raw, strict=True):
            for attribute, rating, output in zip(models[key].attributes, ratings, raw, strict=True):
                yield *step, key, attribute, np.float32(rating), np.float32(output)


def _map_rows(
    steps: Sequence[tuple[Any, ...]], results: Mapping[str, Results], models: Mapping[str, AttributeModel]
) -> Iterator[tuple[Any, ...]]:
    for key, result in results.items():
        for method, maps in result.maps.items():
            rows = {row: models[key].attributes[row] for row in explained_rows(models[key], method)}
            rows = rows if method_facts(method).asks_output else {0: ""}
            for step, stack in zip(steps, maps, strict=True):
                for row, attribute in rows.items():
                    yield *step, key, method, attribute, *stack[row].shape, stack[row].astype("<f4").tobytes()


def _sink(run: Run, table: Table) -> TableSink:
    return TableSink(table, run.root / f"{table.name}.parquet", run.parts / SLIDER.name / table.name)


@dataclass(frozen=True, slots=True)
class _Nothing:
    """A sink that keeps nothing: its name alone tells two questions apart."""

    def write(self, number: int, value: Any) -> None:
        """Keep nothing."""

    def finish(self, count: int) -> None:
        """Put nothing in place."""
