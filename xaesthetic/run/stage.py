"""The one resumable loop: work is divided into chunks, finished chunks are kept, and a stopped stage goes on where it was.

It knows folders, not experiments: a stage of a run uses it, and so do the features of a training. Who computes the chunks is
an argument (`Execution.executor`), and only this loop writes: in any order, twice, or after any death, the bytes are equal.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zarr

from xaesthetic.core.execution import Execution, Prepare, Work
from xaesthetic.core.files import atomic_write, remove, replace_summed, swap, sync, sync_names, write_text, writing
from xaesthetic.run.maps import WRITE_ALL, create_array
from xaesthetic.run.schemas import Table
from xaesthetic.run.sums import write_array_sums

C = TypeVar("C")
P = TypeVar("P")
Results = Mapping[str, Any]
"""What the work on a chunk gives each sink, by the sink's name."""
_ROWS = 50_000  # of a row group, about: chunks alone would make groups too small to read fast


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
        replace_summed(self.target, lambda file: self._join(file, count))

    def _join(self, file: Path, count: int) -> None:
        with pq.ParquetWriter(file, self.table.schema()) as writer:
            waiting: list[pa.Table] = []
            for part in self._parts(count):
                waiting.append(part)
                if sum(len(item) for item in waiting) >= _ROWS:
                    writer.write_table(pa.concat_tables(waiting))
                    waiting = []
            writer.write_table(pa.concat_tables([*waiting, self.table.schema().empty_table()]))

    def _parts(self, count: int) -> Iterator[pa.Table]:
        if self.after is not None:
            yield self.after
        for number in range(count):
            yield pq.read_table(self._part(number), schema=self.table.schema())

    def _part(self, number: int) -> Path:
        return self.parts / f"{number:06d}.parquet"


@dataclass(frozen=True, slots=True)
class ArraySink:
    """Rows of one array, written once, chunk by chunk, where they will lie; the array is moved into place at the end.

    The disk keeps a chunk before it counts as written.
    """

    target: Path
    """The finished zarr array."""
    parts: Path
    """Gets the array while it is not finished."""
    sizes: tuple[int, ...]
    """How many rows each chunk has; all but the last equal."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Kept with the array, as JSON."""

    def write(self, number: int, value: np.ndarray | None) -> None:
        """Keep the rows of one chunk; None where it has none, which leaves them out."""
        if value is None:
            return
        folder = self.parts / self.target.name
        with writing(self.target):
            array: zarr.Array[Any] = (
                zarr.open_array(folder, mode="r+").with_config(WRITE_ALL)
                if (folder / "zarr.json").is_file()
                else self._begin(folder, value.shape[1:])
            )
            array[number * self.sizes[0] : number * self.sizes[0] + len(value)] = value
            sync(folder / "c" / str(number))
            sync_names(folder / "c")
            sync_names(folder)

    def _begin(self, folder: Path, shape: tuple[int, ...]) -> "zarr.Array[Any]":
        array = create_array(folder, sum(self.sizes), (self.sizes[0], *shape), {**self.attributes, "summed": True})
        sync(folder)
        sync_names(folder.parent)
        return array

    def finish(self, count: int) -> None:
        """Move the array into place."""
        del count
        if (self.parts / self.target.name).is_dir():
            with writing(self.target):
                for left in (self.parts / self.target.name).rglob("*.partial"):  # zarr's, of a process that was killed
                    left.unlink()
                self.target.parent.mkdir(parents=True, exist_ok=True)
                write_array_sums(self.parts / self.target.name, self.target)
                swap(self.parts / self.target.name, self.target)


def compute(
    store: Path,
    name: str,
    chunks: Sequence[C],
    work: Callable[[C, P], Results],
    sinks: Mapping[str, Sink],
    execution: Execution,
    prepare: Callable[[C], P],
    label: str = "",
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

    Raises
    ------
    DataError
        If the disk is unwilling; whatever `work` and `prepare` raise.
    """
    folder = store / name
    _begin(folder, {"chunks": len(chunks), "sinks": sorted(sinks)})
    missing = [number for number in range(len(chunks)) if not _marker(folder, number).is_file()]
    execute = execution.executor or in_turn
    results = execute(
        missing, lambda number: prepare(chunks[number]), lambda number, ready: work(chunks[number], ready), execution.workers
    )
    for number, values in execution.track(results, label or name, len(missing)):
        for key, sink in sinks.items():
            sink.write(number, values.get(key))
        with writing(folder):
            _marker(folder, number).touch()
    for sink in sinks.values():
        sink.finish(len(chunks))
    remove(folder)
    for parent in (store / name).parents[: len(Path(name).parts)]:
        with suppress(OSError):  # it holds others
            parent.rmdir()


def _begin(folder: Path, plan: Mapping[str, Any]) -> None:
    """Throw away what a stage with another division into chunks, or for other results, has left."""
    text = json.dumps(plan, sort_keys=True)
    file = folder / "plan.json"
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        remove(folder)
        write_text(file, text)


def _marker(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}.done"


def in_turn(numbers: Sequence[int], prepare: Prepare, work: Work, workers: int) -> Iterator[tuple[int, Any]]:
    """Compute one chunk after the other, without threads: the simplest executor."""
    del workers
    for number in numbers:
        yield number, work(number, prepare(number))
