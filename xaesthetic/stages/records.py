"""The first stage: look at every photograph once, and say which of them can be used."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Record
from xaesthetic.data import images
from xaesthetic.data.annotations import annotation_rows
from xaesthetic.data.records import file_sum
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import ANNOTATIONS, RECORDS
from xaesthetic.run.store import Run


def examine_records(run: Run, records: Sequence[Record], execution: Execution = Execution()) -> None:
    """Look at every photograph once and keep the list, each with its size or the reason why it is left out.

    A photograph that cannot be used never ends a run.
    """
    if run.has(RECORDS):
        return
    paths = list(dict.fromkeys(record.path for record in records))
    with ThreadPoolExecutor(execution.workers) as pool:
        looked: Iterable[dict[str, Any]] = execution.track(pool.map(_look, paths), "photographs", len(paths))
        seen = dict(zip(paths, looked, strict=True))
    people = [row for record in records for row in _people(record, seen[record.path])]
    if people:
        run.write(ANNOTATIONS, pd.DataFrame(people))
    run.write(RECORDS, pd.DataFrame([record_row(record) | _usable(record, seen[record.path]) for record in records]))


def _people(record: Record, seen: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if record.annotations and not seen["reason"]:
        yield from annotation_rows(record, (seen["height"], seen["width"]))


def _look(path: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"height": 0, "width": 0, "sha256": file_sum(path), "reason": ""}
    try:
        row["height"], row["width"] = images.read_photograph(path).size
    except DataError as error:
        row["reason"] = str(error)
    return row


def _usable(record: Record, seen: dict[str, Any]) -> dict[str, Any]:
    size = seen["height"], seen["width"]
    if not seen["reason"] and record.edit and not images.subject_region(record.subject, size).any():
        return seen | {"reason": f"{record.path}: no subject region lies in the photograph; an edit needs one."}
    return seen
