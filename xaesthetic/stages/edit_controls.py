"""Edits beside their controls: how every output moves when a photograph is edited, and when it is only changed.

The same edits as `edit_response` does, and the controls of `xaesthetic.data.controls`; ratings alone, one pass for each
edited photograph and model.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from xaesthetic.core.execution import Execution
from xaesthetic.core.progress import counted
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data import images
from xaesthetic.data.controls import CONTROLS, controlled
from xaesthetic.data.photograph import load_original
from xaesthetic.data.subjects import find_subject
from xaesthetic.models.forward import open_session
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.schemas import EDIT_CONTROLS, LEFT_OUT
from xaesthetic.run.stage import Sink, TableSink, batches, compute
from xaesthetic.run.store import Run
from xaesthetic.stages import edit_response
from xaesthetic.stages._photographs import LeftOutSink, lost_rows, or_reason
from xaesthetic.stages._subjects import marks_of

Changed = tuple[str, str, Pixels]
"""`edit` or `control`, its name, and the changed photograph."""


def measure_controls(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Edit a run's photographs, change them as controls do, and see how all outputs move.

    Parameters
    ----------
    run
        Of photographs with subjects; gets the table `EDIT_CONTROLS`: a row for each photograph, edit or control, model and
        attribute.
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
    records = edit_response.editable(run, models, marks)
    rated = {name for model in models.values() for name in model.attributes}
    name = EDIT_CONTROLS.name

    def prepare(record: Record) -> tuple[Pixels, list[Changed]]:
        photograph = load_original(record)
        subject = find_subject(record, photograph, marks.get(record.id, ())).region
        edited = [("edit", name, pixels) for name, pixels, _ in edit_response.local_edits(photograph.pixels, subject, rated)]
        made = controlled(images.to_float(photograph.pixels), subject, CONTROLS)
        return photograph.pixels, edited + [("control", name, images.to_bytes(rgb)) for name, rgb in made]

    def work(record: Record, ready: tuple[Pixels, list[Changed]] | str) -> Mapping[str, Sequence[tuple[object, ...]]]:
        if isinstance(ready, str):
            return {LEFT_OUT.name: lost_rows([record], [ready], name), name: []}
        return {name: [(record.id, *row) for key, model in models.items() for row in _rows(*ready, key, model, run)]}

    sink = TableSink(EDIT_CONTROLS, run.root / f"{name}.parquet", run.parts / name)
    sinks: dict[str, Sink] = {LEFT_OUT.name: LeftOutSink(run, name), name: sink}
    compute(run.parts, name, records, work, sinks, execution, or_reason(prepare), "photographs, edits and controls")


def validate(run: Run, models: Mapping[str, AttributeModel]) -> None:
    """Make sure that there is something to edit, and a model that rates what edits change.

    Raises
    ------
    DataError
        If there is not.
    """
    edit_response.validate(run, models)


def _rows(
    original: Pixels, changed: Sequence[Changed], key: str, model: AttributeModel, run: Run
) -> Iterator[tuple[object, ...]]:
    """Give one photograph's rows, without its name."""
    session = open_session(model, run.experiment)
    groups = batches([original, *(pixels for _, _, pixels in changed)], run.experiment.batch)
    counts = counted(groups, f"{key}, one photograph", len(changed) + 1, run.experiment.batch)
    raw = np.concatenate([session.run(group).raw for group in counts]).astype(np.float64)
    for (kind, name, _), after in zip(changed, raw[1:], strict=True):
        for attribute, moved in zip(model.attributes, after - raw[0], strict=True):
            yield name, kind, key, attribute, float(moved)
