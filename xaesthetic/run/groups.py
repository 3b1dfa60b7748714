"""Tables read a row group at a time: a run of a million photographs is never in memory, where ten of them are wanted."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from xaesthetic.run.partition import table_files, verify_part
from xaesthetic.run.schemas import Table
from xaesthetic.run.tables import cast_rows, opened


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring rows of a table, which are read together."""

    file: Path
    table: Table
    number: int
    """In its file."""
    count: int
    """Rows."""

    def read(self, *names: str) -> pa.Table:
        """Read columns, all where none is named, as their schema has them.

        Raises
        ------
        DataError
            If a value is not what the schema says.
        """
        with opened(self.file, self.table) as parquet:
            return cast_rows(self.file, self.table, parquet, names, partial(parquet.read_row_group, self.number))

    def read_of(self, column: str, values: pa.Array, *names: str) -> pa.Table:
        """Read the rows whose column holds one of these texts; where no row does, nothing else is read.

        Raises
        ------
        DataError
            If a value is not what the schema says.
        """
        if self._may_hold(column, values):
            held = pc.is_in(self.read(column).column(column), value_set=values)
            if pc.any(held).as_py():
                return self.read(*names).filter(held)
        chosen = [one for one in self.table.schema() if not names or one.name in names]
        return pa.schema([pa.field(one.name, one.type) for one in chosen]).empty_table()

    def _may_hold(self, column: str, values: pa.Array) -> bool:
        """Whether a text lies between the least and the greatest of the group's column, as far as its file says."""
        with opened(self.file, self.table) as parquet:
            paths = [parquet.schema.column(place).path for place in range(len(parquet.schema))]
            held = parquet.metadata.row_group(self.number)
            known = held.column(paths.index(column)).statistics if column in paths else None
            if known is None or not known.has_min_max or not isinstance(known.min, str):
                return True
            between = pc.and_(pc.greater_equal(values, known.min), pc.less_equal(values, known.max))
            return bool(pc.any(between).as_py())


def row_groups(path: Path, table: Table, schema: int | None) -> Iterator[Group]:
    """Give a table's row groups in order; the checksum of each file holds.

    Parameters
    ----------
    path
        The table's.
    table
        Its schema.
    schema
        The version of the run folder; None where the files are read whatever their checksums say.

    Raises
    ------
    DataError
        If a file is missing or damaged.
    """
    for file in table_files(path) if schema or not path.is_dir() else sorted(path.iterdir()):
        if schema:
            verify_part(path, file, schema)
        with opened(file, table) as parquet:
            counts = [parquet.metadata.row_group(number).num_rows for number in range(parquet.num_row_groups)]
        for number, count in enumerate(counts):
            yield Group(file, table, number, count)
