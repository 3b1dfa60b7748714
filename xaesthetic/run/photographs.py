"""A run's photographs, read as they are needed: a row group or two of records.parquet is in memory, never a million."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int64

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Record
from xaesthetic.core.votes import Votes
from xaesthetic.run.groups import Group
from xaesthetic.run.raters import categories_by_image, votes_by_image, with_raters
from xaesthetic.run.rows import insider, read_record
from xaesthetic.run.schemas import CATEGORIES, RECORDS, VOTES
from xaesthetic.run.versions import find_table

if TYPE_CHECKING:
    from xaesthetic.run.reading import RunTables

    _Records = Sequence[Record]
else:
    _Records = Sequence  # who checks types as the program runs would read a photograph to see what it is

_KEPT = 2  # row groups in memory: neighbours are read one after the other
_AT_ONCE = 1 << 10
"""Photographs that are made at once, where all are gone through."""
Rows = Int64[np.ndarray, " _n"]


@dataclass(frozen=True, slots=True)
class _Part:
    """A row group, and what is known of its photographs besides."""

    rows: pa.Table
    votes: Mapping[str, Mapping[str, Votes]]
    categories: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Source:
    """A run's records by row numbers."""

    run: "RunTables"
    groups: tuple[Group, ...]
    starts: Rows
    """The first row of every group."""
    kept: dict[int, _Part] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def read(self, rows: Rows) -> Iterator[Record]:
        """Give the photographs of some rows."""
        numbers = np.searchsorted(self.starts, rows, side="right") - 1
        for number, places in groupby(range(len(rows)), numbers.tolist().__getitem__):
            here = rows[list(places)] - self.starts[number]
            part = self._part(number)
            yield from as_records(self.run, part.rows.take(pa.array(here)), part.votes, part.categories)

    def _part(self, number: int) -> _Part:
        with self.lock:
            if number not in self.kept:
                while len(self.kept) >= _KEPT:
                    del self.kept[next(iter(self.kept))]
                rows = self.groups[number].read()
                self.kept[number] = _Part(rows, *_besides(self.run, rows.column("id")))
            return self.kept[number]


class Photographs(_Records):
    """Photographs of a run in the data set's order; one that is sent elsewhere becomes a list there."""

    def __init__(self, source: _Source, rows: Rows) -> None:
        """Be these rows of a run's records; nothing is read yet."""
        self._source, self._rows = source, rows

    def __len__(self) -> int:
        """How many they are."""
        return len(self._rows)

    @overload
    def __getitem__(self, place: int) -> Record: ...
    @overload
    def __getitem__(self, place: slice) -> "Photographs": ...
    def __getitem__(self, place: int | slice) -> "Record | Photographs":
        """One of them, which is read; or some, which are not yet."""
        if isinstance(place, slice):
            return Photographs(self._source, self._rows[place])
        return next(self._source.read(self._rows[[place]]))

    def __iter__(self) -> Iterator[Record]:
        """Give all; some of them at a time are in memory."""
        for first in range(0, len(self._rows), _AT_ONCE):
            yield from self._source.read(self._rows[first : first + _AT_ONCE])

    def __reduce__(self) -> tuple[Any, ...]:
        """A list where it is sent to: the run's folder may not be there."""
        return list, (list(self),)

    @property
    def ids(self) -> list[str]:
        """Return their ids, read as one column."""
        columns = [group.read("id").column("id") for group in self._source.groups]
        known = pa.chunked_array(columns, pa.string())
        return [str(image) for image in known.take(pa.array(self._rows)).to_pylist()]


def ids_of(records: Sequence[Record]) -> list[str]:
    """Return the ids of photographs, without reading more of them."""
    return records.ids if isinstance(records, Photographs) else [record.id for record in records]


def find_photographs(run: "RunTables", without: Collection[str]) -> Photographs:
    """Return the photographs of a run that can be used, as they will be read.

    Parameters
    ----------
    run
        Its records are made.
    without
        Ids of those that were left out later.

    Raises
    ------
    DataError
        If the table is missing or damaged.
    """
    groups = tuple(run.groups(RECORDS))
    starts = np.cumsum([0, *(group.count for group in groups)])[:-1]
    gone = pa.array(sorted(without), pa.string())
    rows, ids = [np.empty(0, np.int64)], [pa.chunked_array([], pa.string())]
    for group, first in zip(groups, starts.tolist(), strict=True):
        known = group.read("id", "reason")
        usable = pc.and_(pc.equal(known.column("reason"), ""), pc.invert(pc.is_in(known.column("id"), value_set=gone)))
        rows.append(np.flatnonzero(usable.to_numpy()).astype(np.int64) + first)
        ids.append(known.column("id"))
    together = pa.chunked_array([chunk for column in ids for chunk in column.chunks], pa.string())
    if pc.count_distinct(together).as_py() != len(together):
        run.read(RECORDS)  # which says what comes twice
    return Photographs(_Source(run, groups, starts.astype(np.int64)), np.concatenate(rows))


def read_photographs(run: "RunTables", images: Collection[str], without: Collection[str]) -> list[Record]:
    """Return some photographs of a run, those that can be used, in the data set's order.

    Parameters
    ----------
    run
        Its records are made.
    images
        Their ids.
    without
        Ids of those that were left out later.

    Raises
    ------
    DataError
        If the table is missing or damaged.
    """
    wanted = pa.array(sorted(set(images) - set(without)), pa.string())
    rows = [group.read_of("id", wanted) for group in run.groups(RECORDS)]
    usable = [part.filter(pc.equal(part.column("reason"), "")) for part in rows if len(part)]
    if not usable:
        return []
    together = pa.concat_tables(usable)
    return as_records(run, together, *_besides(run, together.column("id")))


def as_records(
    run: "RunTables", rows: pa.Table, votes: Mapping[str, Mapping[str, Votes]], categories: Mapping[str, str]
) -> list[Record]:
    """Make photographs of rows of records.parquet.

    Raises
    ------
    DataError
        If a cell does not hold what it should, or a file lies outside of what the experiment is about.
    """
    where, inside = str(find_table(run.root, RECORDS.name)), insider(run.experiment)
    amount = rows.schema.get_field_index("amount")
    rows = rows.set_column(amount, "amount", pc.fill_null(rows.column(amount), float("nan")))
    records = [read_record(row, where) for row in rows.to_pylist()]
    for record in records:
        if not inside(record.path):
            raise DataError(f"{where}, {record.id}: {record.path} is none of the data's files; the table is damaged.")
    return with_raters(records, votes, categories)


def _besides(run: "RunTables", ids: pa.ChunkedArray) -> tuple[Mapping[str, Mapping[str, Votes]], Mapping[str, str]]:
    """What stands behind photographs' ratings, and what they show, where the data set says so."""
    where = str(find_table(run.root, VOTES.name))
    votes = votes_by_image(run.rows(VOTES, ids.to_pylist()), where) if run.has(VOTES) else {}
    return votes, categories_by_image(run.rows(CATEGORIES, ids.to_pylist())) if run.has(CATEGORIES) else {}
