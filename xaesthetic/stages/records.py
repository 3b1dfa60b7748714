"""The first stage: look at every photograph once, and say which of them can be used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data import images
from xaesthetic.data.annotations import annotation_rows
from xaesthetic.data.records import file_sum
from xaesthetic.run.raters import category_rows, vote_rows
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import ANNOTATIONS, CATEGORIES, PASSED_OVER, RECORDS, VOTES
from xaesthetic.run.store import Run

_UNSEEN: Mapping[str, Any] = {"height": 0, "width": 0, "sha256": "", "reason": ""}


def examine_records(
    run: Run,
    records: Sequence[Record],
    execution: Execution = Execution(),
    passed_over: Sequence[PassedOver] = (),
) -> None:
    """Look at every photograph once and keep the list, each with its size or the reason why it is left out.

    A photograph that cannot be used never ends a run.

    Parameters
    ----------
    run
        Gets the tables.
    records
        The photographs.
    execution
        How it is carried out.
    passed_over
        What else the data held; kept beside them.
    """
    if run.has(RECORDS):
        return
    if passed_over:
        run.write(PASSED_OVER, pd.DataFrame([asdict(item) for item in passed_over]))
    paths = list(dict.fromkeys(record.path for record in records if not record.problem))
    with ThreadPoolExecutor(execution.workers) as pool:
        looked: Iterable[dict[str, Any]] = execution.track(pool.map(_look, paths), "photographs", len(paths))
        seen = dict(zip(paths, looked, strict=True))
    known = [(record, _usable(record, seen)) for record in records]
    people = [row for record, about in known for row in _people(record, about)]
    if people:
        run.write(ANNOTATIONS, pd.DataFrame(people))
    usable = [record for record, about in known if not about["reason"]]
    for table, rows in ((VOTES, vote_rows(usable)), (CATEGORIES, category_rows(usable))):
        if rows:
            run.write(table, pd.DataFrame(rows))
    run.write(RECORDS, pd.DataFrame([record_row(record) | about for record, about in known]))


def read_passed_over(run: Run) -> tuple[PassedOver, ...]:
    """Return what else the run's data held, as it was when the run was begun."""
    if not run.has(PASSED_OVER):
        return ()
    return tuple(PassedOver(row["name"], row["reason"]) for row in run.read(PASSED_OVER).to_dict("records"))


def are_what_is_left(run: Run, records: Sequence[Record]) -> bool:
    """Whether these are the photographs that a run was begun with, but for some that were changed or are gone since.

    A run that was stopped goes on then, without those; one that is complete is only looked at again where they are left out
    of it already.
    """
    if not run.has(RECORDS):
        return False
    held = {row["id"]: row for row in run.read(RECORDS).to_dict("records")}
    present = {record.id: record for record in records}
    if any(record.id not in held or not _is_row(record_row(record), held[record.id]) for record in records):
        return False
    lost = [image for image, row in held.items() if image not in present or file_sum(present[image].path) != row["sha256"]]
    if any(image not in present and Path(held[image]["path"]).exists() for image in lost):
        return False  # it was taken out of the list
    return bool(lost) and (not run.is_complete() or set(lost) <= set(run.left_out_photographs()))


def _is_row(row: dict[str, Any], held: dict[Any, Any]) -> bool:
    return all(held[name] == value or (value != value and held[name] != held[name]) for name, value in row.items())


def _people(record: Record, about: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if record.annotations and not about["reason"]:
        yield from annotation_rows(record, (about["height"], about["width"]))


def _look(path: Path) -> dict[str, Any]:
    row: dict[str, Any] = {**_UNSEEN, "sha256": file_sum(path)}
    try:
        row["height"], row["width"] = images.read_photograph(path, row["sha256"]).size
    except DataError as error:
        row["reason"] = str(error)
    return row


def _usable(record: Record, seen: Mapping[Path, dict[str, Any]]) -> dict[str, Any]:
    if record.problem:
        return {**_UNSEEN, "reason": record.problem}
    about = seen[record.path]
    size = about["height"], about["width"]
    if not about["reason"] and record.edit and not images.subject_region(record.subject, size).any():
        return about | {"reason": f"{record.path}: no subject region lies in the photograph; an edit needs one."}
    return about
