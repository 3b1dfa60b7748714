"""The one resumable loop: work is divided into chunks, finished chunks are kept, and a stopped stage goes on where it was.

It knows folders, not experiments: a stage of a run uses it, and so do the features of a training. Who computes the chunks is
an argument (`Execution.executor`), and only this loop writes: in any order, twice, or after any death, the bytes are equal.
"""

import errno
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import pyarrow as pa
import pyarrow.parquet as pq

from xaesthetic.core.execution import Execution, Prepare, Work
from xaesthetic.core.files import atomic_write, remove, write_text, writing
from xaesthetic.core.progress import by_size
from xaesthetic.run.arrays import ArraySink as ArraySink
from xaesthetic.run.partition import writing_table
from xaesthetic.run.schemas import Table

C = TypeVar("C")
P = TypeVar("P")
Results = Mapping[str, Any]
"""What the work on a chunk gives each sink, by the sink's name."""


def batches(items: Sequence[C], size: int) -> list[Sequence[C]]:
    """Return the items in groups of `size`: the same groups every time, because a network's last bits depend on them."""
    return [items[start : start + size] for start in range(0, len(items), size)]


@runtime_checkable
class Sink(Protocol):
    """Where one kind of result goes."""

    def write(self, number: int, value: Any) -> None:
        """Keep the results of one chunk; a second time with equal results changes nothing."""

    def finish(self, count: int) -> None:
        """Put the results of all chunks in place."""


@dataclass(frozen=True, slots=True)
class TableSink:
    """Rows of a table: a small file a chunk, joined in the order of the chunks at the end."""

    table: Table
    target: Path
    """The finished file."""
    parts: Path
    """Gets the small files."""
    after: pa.Table | None = None
    """Rows that the finished file begins with."""

    def write(self, number: int, value: Sequence[Sequence[Any]]) -> None:
        """Keep the rows of one chunk, each in the order of the columns."""
        columns = list(zip(*value, strict=True)) or [()] * len(self.table.columns)
        schema = self.table.schema()
        arrays = [pa.array(list(column), one.type) for column, one in zip(columns, schema, strict=True)]
        with atomic_write(self._part(number)) as temporary:
            pq.write_table(pa.Table.from_arrays(arrays, schema=schema), temporary)

    def finish(self, count: int) -> None:
        """Join all rows; no more than a row group of them is in memory."""
        write_rows(self.target, self.table, self._parts(count))

    def _parts(self, count: int) -> Iterator[pa.Table]:
        if self.after is not None:
            yield self.after
        for number in range(count):
            yield pq.read_table(self._part(number), schema=self.table.schema())

    def _part(self, number: int) -> Path:
        return self.parts / f"{number:06d}.parquet"


def write_rows(target: Path, table: Table, parts: Iterable[pa.Table]) -> None:
    """Write a table that comes in parts; no more than a row group of them is in memory."""
    with writing_table(target, table) as writer:
        for part in parts:
            writer.write(part)


def compute(
    store: Path,
    name: str,
    chunks: Sequence[C],
    work: Callable[[C, P], Results],
    sinks: Mapping[str, Sink],
    execution: Execution,
    prepare: Callable[[C], P],
    label: str = "",
    sizes: Sequence[int] = (),
) -> None:
    """Do the work on every chunk that has not been done yet, and put the results in place.

    A chunk is done when its marker, written after its results, is in the folder; so a stage that was stopped at any moment
    goes on where it was, to the same bytes.

    Parameters
    ----------
    store
        The folder for finished chunks: a run's `parts`.
    name
        The stage's name: its folder below `store`.
    chunks
        The same every time; what one is, is the stage's own affair.
    work
        Gives what each sink gets, by its name, of a chunk and of what was prepared for it. One chunk at a time: this is
        where the network is.
    sinks
        Where results go.
    execution
        How it is carried out.
    prepare
        What can be done ahead, in threads, without the network: decode photographs, or measure.
    label
        What the progress calls it; the name where empty.
    sizes
        How many photographs each chunk holds, which the progress counts; chunks where empty.

    Raises
    ------
    DataError
        If the disk is unwilling; whatever `work` and `prepare` raise.
    """
    folder = store / name
    _begin(folder, _plan(len(chunks), sinks))
    begun = _identity(folder)
    missing = [number for number in range(len(chunks)) if not _marker(folder, number).is_file()]
    execute = execution.executor or in_turn
    results = execute(
        missing, lambda number: prepare(chunks[number]), lambda number, ready: work(chunks[number], ready), execution.workers
    )
    held = {number: sizes[number] if sizes else 1 for number in missing}
    tracked = by_size(execution.track, results, label or name, lambda done: held[done[0]], sum(held.values()))
    for number, values in tracked:
        _validate_present(folder, begun)
        for key, sink in sinks.items():
            sink.write(number, values.get(key))
        with writing(folder):
            _marker(folder, number).touch()
    _validate_present(folder, begun)
    for sink in sinks.values():
        sink.finish(len(chunks))
    remove(folder)
    for parent in (store / name).parents[: len(Path(name).parts)]:
        with suppress(OSError):  # it holds others
            parent.rmdir()


def lost_chunks(sinks: Mapping[str, Sink], lost: Mapping[str, Collection[str]]) -> set[int]:
    """Return which chunks must be computed again for what arrays have lost; nothing is changed.

    Parameters
    ----------
    sinks
        As `compute` gets them next.
    lost
        By the names of arrays' sinks the files that are damaged or missing.
    """
    arrays = {key: sink for key, sink in sinks.items() if isinstance(sink, ArraySink)}
    return set().union(*(sink.lost_chunks(lost[key]) for key, sink in arrays.items()))


def reopen(
    store: Path,
    name: str,
    count: int,
    sinks: Mapping[str, Sink],
    lost: Mapping[str, Collection[str]],
    undone: Collection[int],
) -> None:
    """Make a finished stage one that was stopped: `compute` does some chunks again, and nothing else.

    Killed at any moment it leaves chunks without a mark, which are done again.

    Parameters
    ----------
    store, name, sinks
        As `compute` gets them next.
    count
        How many chunks there are.
    lost
        By the names of arrays' sinks the files that are damaged or missing.
    undone
        The chunks to compute, `lost_chunks` or more.
    """
    folder = store / name
    remove(folder)
    for key, sink in sinks.items():
        if isinstance(sink, ArraySink):
            sink.reopen(lost[key], undone)
    write_text(folder / "plan.json", _plan(count, sinks))
    with writing(folder):
        for number in set(range(count)) - set(undone):
            _marker(folder, number).touch()


def _plan(count: int, sinks: Mapping[str, Sink]) -> str:
    """What tells one division into chunks from another; `arrays` from parts of before there were shards."""
    arrays = {"arrays": 2} if any(isinstance(sink, ArraySink) for sink in sinks.values()) else {}
    return json.dumps({"chunks": count, "sinks": sorted(sinks), **arrays}, sort_keys=True)


def _begin(folder: Path, plan: str) -> None:
    """Throw away what a stage with another division into chunks, or for other results, has left."""
    file = folder / "plan.json"
    if not file.is_file() or file.read_text(encoding="utf-8") != plan:
        remove(folder)
        write_text(file, plan)


def _identity(folder: Path) -> tuple[int, int]:
    with writing(folder):
        status = folder.stat()
    return status.st_dev, status.st_ino


def _validate_present(folder: Path, begun: tuple[int, int]) -> None:
    """Make sure that the stage's folder is the one that it began in: where a mount has gone, another would be written to."""
    if _identity(folder) != begun:
        with writing(folder):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))


def _marker(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}.done"


def in_turn(numbers: Sequence[int], prepare: Prepare, work: Work, workers: int) -> Iterator[tuple[int, Any]]:
    """Compute one chunk after the other, without threads: the simplest executor."""
    del workers
    for number in numbers:
        yield number, work(number, prepare(number))
