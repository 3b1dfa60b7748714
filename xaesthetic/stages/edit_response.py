"""Controlled edits: does the rating move the right way, and does the map change where the picture did.

Every edit but crops, at its strongest, of every photograph whose subject is known. Those that change a whole photograph are
done to the subject alone here, so that there is a place where the map should change, and one where it should not.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
from jaxtyping import Float32

from xaesthetic.core.beyond import base_name
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Mask, Pixels, Record
from xaesthetic.data import edits, images
from xaesthetic.data.photograph import load_original
from xaesthetic.data.subjects import find_subject
from xaesthetic.metrics._maps import above
from xaesthetic.models.forward import Session, method_facts, open_session
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import EDITS, LEFT_OUT
from xaesthetic.run.stage import Sink, TableSink, compute
from xaesthetic.run.store import Run
from xaesthetic.stages._photographs import LeftOutSink, lost_rows, or_reason
from xaesthetic.stages._subjects import marks_of, with_subject

Grid = Float32[np.ndarray, "i j"]


Edited = tuple[str, Pixels, Mask]
"""An edit's name, the edited photograph, and the region that it changed."""


def local_edits(pixels: Pixels, subject: Mask, attributes: Collection[str]) -> Iterator[Edited]:
    """Every edit of these attributes but crops, at its strongest.

    Parameters
    ----------
    pixels
        A photograph.
    subject
        Its subject, neither empty nor all of it.
    attributes
        What the edits should move.
    """
    rgb = images.to_float(pixels)
    for name, kind in edits.EDITS.items():
        if name.startswith("crop") or kind.attribute not in attributes:
            continue
        edited = kind.apply(rgb, subject, 1.0)
        if kind.place == "everywhere":
            edited = edits.mix(edited, rgb, subject)
        yield name, images.to_bytes(edited), ~subject if kind.place == "background" else subject


def map_change(before: Grid, after: Grid, region: Mask) -> tuple[float, float]:
    """How a map's change lies to a region: AUC and share of the sum; both nan where the map does not change at all.

    Parameters
    ----------
    before, after
        On one grid.
    region
        In image pixels, neither empty nor all.
    """
    change = images.to_pixels(np.abs(after - before), (region.shape[0], region.shape[1])).astype(np.float64)
    if not change.any():
        return float("nan"), float("nan")
    return above(change[region], change[~region]), float(change[region].sum() / change.sum())


def measure_edits(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Edit a run's photographs and see what its models and methods make of it; goes on where a stopped one was.

    Parameters
    ----------
    run
        Of photographs with subjects; gets the table `EDITS`: a row for each photograph, edit, model that rates the
        attribute, and method of the experiment. A floor, which asks no output, stands under no attribute.
    models
        By their keys.
    execution
        How it is carried out.

    Raises
    ------
    DataError
        If no photograph has a subject.
    """
    marks = marks_of(run)
    records = editable(run, models, marks)
    rated = {base_name(name) for model in models.values() for name in model.attributes}

    def prepare(record: Record) -> tuple[Pixels, list[Edited]]:
        photograph = load_original(record)
        subject = find_subject(record, photograph, marks.get(record.id, ()))
        return photograph.pixels, list(local_edits(photograph.pixels, subject.region, rated))

    def work(record: Record, ready: tuple[Pixels, list[Edited]] | str) -> Mapping[str, Sequence[tuple[object, ...]]]:
        if isinstance(ready, str):
            return {LEFT_OUT.name: lost_rows([record], [ready], EDITS.name), EDITS.name: []}
        rows = [
            row
            for key, model in models.items()
            for row in _rows(*ready, key, open_session(model, run.experiment), run.methods(key))
        ]
        return {EDITS.name: [(record.id, *row) for row in rows]}

    sink = TableSink(EDITS, run.root / f"{EDITS.name}.parquet", run.parts / EDITS.name)
    sinks: dict[str, Sink] = {LEFT_OUT.name: LeftOutSink(run, EDITS.name), EDITS.name: sink}
    compute(run.parts, EDITS.name, records, work, sinks, execution, or_reason(prepare), "photographs, edits")


def validate(run: Run, models: Mapping[str, AttributeModel]) -> None:
    """Make sure that there is something to edit, and a model that rates what edits change.

    Raises
    ------
    DataError
        If there is not.
    """
    editable(run, models, marks_of(run))


def editable(run: Run, models: Mapping[str, AttributeModel], marks: Mapping[str, Sequence[bytes]]) -> list[Record]:
    """Return the photographs that edits and controls are made of, in the run's order.

    Parameters
    ----------
    run, models
        The run, and its models by their keys.
    marks
        What `marks_of` gives of the run.

    Raises
    ------
    DataError
        If no photograph has a subject, or no model rates what edits change.
    """
    if not (records := with_subject(run, marks)):
        raise DataError(
            f"{run.root}: no photograph of {run.experiment.data} has a subject; edits need one. Have masks of them "
            "(--data masks), or leave out --edits."
        )
    moved = list(dict.fromkeys(kind.attribute for kind in edits.EDITS.values()))
    if not any(base_name(name) in moved for model in models.values() for name in model.attributes):
        raise DataError(f"{run.root}: no model rates what edits change; a model of one of {', '.join(moved)} is needed.")
    return records


def _rows(
    original: Pixels, edited: Sequence[Edited], key: str, session: Session, methods: Sequence[str]
) -> Iterator[tuple[object, ...]]:
    """Give one photograph's rows, without its name: raw outputs and maps from one pass through the network."""
    attributes = session.model.attributes
    bases = [base_name(name) for name in attributes]  # an edit moves what an attribute has beyond the overall score too
    concerned = [(name, pixels, region) for name, pixels, region in edited if edits.EDITS[name].attribute in bases]
    if not concerned:
        return
    results = session.run([original, *(pixels for _, pixels, _ in concerned)], methods)
    for number, (name, _, region) in enumerate(concerned, start=1):
        kind = edits.EDITS[name]
        column = bases.index(kind.attribute)
        moved = kind.sign * float(results.raw[number, column] - results.raw[0, column])
        for method, maps in results.maps.items():
            auc, energy = map_change(maps[0, column], maps[number, column], region)
            about = (attributes[column], moved) if method_facts(method).asks_output else ("", float("nan"))
            yield name, about[0], key, method, float(region.mean()), about[1], auc, energy
