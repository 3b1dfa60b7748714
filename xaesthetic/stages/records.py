"""The first stage: look at every photograph once, and say which of them can be used."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.places import Place, to_place
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data import images
from xaesthetic.data.annotations import annotation_rows
from xaesthetic.data.opening import file_sum, is_there
from xaesthetic.run import partition
from xaesthetic.run.partition import TableWriter, writing_table
from xaesthetic.run.raters import category_rows, vote_rows
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import ANNOTATIONS, CATEGORIES, PASSED_OVER, RECORDS, VOTES, Table
from xaesthetic.run.store import Run

_AHEAD = 1024
"""Photographs that are looked at before the next ones are."""
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
    with ThreadPoolExecutor(execution.threads) as pool, ExitStack() as stack:
        written = {table: _Buffer(run, table, stack) for table in (RECORDS, ANNOTATIONS, VOTES, CATEGORIES)}
        written[RECORDS].begin()  # first, so that it is in place last: where it is, the others are
        for record, about in execution.track(_looked(records, pool), "photographs", len(records)):
            written[RECORDS].add([record_row(record) | about])
            if not about["reason"]:
                written[ANNOTATIONS].add(annotation_rows(record, (about["height"], about["width"])))
                written[VOTES].add(vote_rows([record]))
                written[CATEGORIES].add(category_rows([record]))
        for buffer in written.values():
            buffer.flush()


@dataclass(slots=True)
class _Buffer:
    """Rows of a table that is written in parts; there is such a table only where there are rows."""

    run: Run
    table: Table
    stack: ExitStack
    """Puts the tables in place at the end, in the other order than they were begun."""
    rows: list[dict[str, Any]] = field(default_factory=list)
    writer: TableWriter | None = None

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Keep rows; many are written."""
        self.rows += rows
        if len(self.rows) >= partition.GROUP_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what there is."""
        if not self.rows:
            return
        self.begin().write(self.table.to_arrow(pd.DataFrame(self.rows)))
        self.rows = []

    def begin(self) -> TableWriter:
        """Begin the table, where it is not begun."""
        if self.writer is None:
            self.writer = self.stack.enter_context(writing_table(self.run.root / f"{self.table.name}.parquet", self.table))
        return self.writer


def _looked(records: Sequence[Record], pool: ThreadPoolExecutor) -> Iterator[tuple[Record, dict[str, Any]]]:
    """Give photographs with what is seen of them; a file is looked at once, and forgotten after its last photograph."""
    left = Counter(record.path for record in records)
    seen: dict[Place, dict[str, Any]] = {}
    for first in range(0, len(records), _AHEAD):
        part = records[first : first + _AHEAD]
        paths = [path for path in dict.fromkeys(record.path for record in part if not record.problem) if path not in seen]
        ready = zip(paths, pool.map(_look, paths), strict=True)
        for record in part:
            while not record.problem and record.path not in seen:
                path, about = next(ready)
                seen[path] = about
            yield record, _usable(record, seen)
            left[record.path] -= 1
            if not left[record.path]:
                seen.pop(record.path, None)


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
    gone = [to_place(held[image]["path"]) for image in lost if image not in present]
    if any(map(is_there, gone)):
        return False  # it was taken out of the list
    return bool(lost) and (not run.is_complete() or set(lost) <= set(run.left_out_photographs()))


def _is_row(row: dict[str, Any], held: dict[Any, Any]) -> bool:
    return all(held[name] == value or (value != value and held[name] != held[name]) for name, value in row.items())


def _look(path: Place) -> dict[str, Any]:
    row: dict[str, Any] = {**_UNSEEN, "sha256": file_sum(path)}
    try:
        row["height"], row["width"] = images.read_through(path, row["sha256"])
    except DataError as error:
        row["reason"] = str(error)
    return row


def _usable(record: Record, seen: Mapping[Place, dict[str, Any]]) -> dict[str, Any]:
    if record.problem:
        return {**_UNSEEN, "reason": record.problem}
    about = seen[record.path]
    size = about["height"], about["width"]
    if not about["reason"] and record.edit and not images.subject_region(record.subject, size).any():
        return about | {"reason": f"{record.path}: no subject region lies in the photograph; an edit needs one."}
    return about
