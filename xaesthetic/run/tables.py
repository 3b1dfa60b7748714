"""Tables from outside: read once into the columns, data types and bounds that their schemas declare."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xaesthetic.core.errors import DataError
from xaesthetic.run.partition import table_files
from xaesthetic.run.question import is_name
from xaesthetic.run.schemas import BASELINE_OUTPUTS, BLOCKS, EDITS, FAITHFULNESS, PREDICTIONS, RANDOMISATION, Table
from xaesthetic.run.versions import as_written, completed

_NULLS = ("float", "float32")
"""Data types whose missing values are nan."""
_BY_MODEL = (PREDICTIONS, EDITS, FAITHFULNESS, BASELINE_OUTPUTS, RANDOMISATION, BLOCKS)
"""Tables whose every row is of a model of the run."""
_WITH_FLOORS = (EDITS, FAITHFULNESS, RANDOMISATION)
"""Tables in which a map that asks no output stands under no attribute."""
_MOST = 1 << 26
"""Rows of a table; a larger one is refused before it is read."""


def read_table(file: Path, table: Table, only: Collection[str] = ()) -> pd.DataFrame:
    """Read a table's columns in the order and with the data types of its schema; further columns are passed over.

    Parameters
    ----------
    file
        The table.
    table
        Its schema.
    only
        The columns that are read; all where empty. That a key comes twice is noticed where all are read.

    Raises
    ------
    DataError
        If it is no parquet file, lacks a column, holds other values than the schema says, or two rows of one key; names
        the file and the column.
    """
    rows = pa.concat_tables([_whole(part, table, only) for part in table_files(file)])
    _validate_length(file, table, len(rows))
    frame: pd.DataFrame = rows.to_pandas()
    if only:
        return frame
    frame = completed(table, frame)
    if table.key and frame.duplicated(list(table.key)).any():
        row = frame.loc[frame.duplicated(list(table.key)), list(table.key)].iloc[0]
        raise DataError(f"{file}: {', '.join(map(str, row))} comes twice; {_cure(table)}")
    return frame


def _whole(file: Path, table: Table, only: Collection[str]) -> pa.Table:
    with opened(file, table) as parquet:
        return cast_rows(file, table, parquet, only, parquet.read)


def cast_rows(
    file: Path, table: Table, parquet: pq.ParquetFile, only: Collection[str], read: Callable[..., pa.Table]
) -> pa.Table:
    """Read columns of an open file and bring them to the order and the data types of their schema.

    Parameters
    ----------
    file, table
        For errors, and the schema.
    parquet
        The file, opened.
    only
        The columns; all where empty.
    read
        Takes `columns` and reads all of the file or a part.
    """
    written = as_written(table, parquet.schema_arrow.names)
    _validate_names(file, written, parquet.schema_arrow.names)
    if only:
        written = replace(written, columns=tuple(column for column in written.columns if column.name in only), key=())
    rows = read(columns=list(written.names))
    rows.validate(full=True)
    arrays = [_cast(file, table, rows.column(column.name), column.name, column.dtype) for column in written.columns]
    return pa.Table.from_arrays(arrays, names=list(written.names))


@contextmanager
def opened(file: Path, table: Table) -> Iterator[pq.ParquetFile]:
    """Open a table's file, which may be read in parts; whatever is wrong with it is said in one line.

    Raises
    ------
    DataError
        If it is no parquet file, or too long.
    """
    try:
        with pq.ParquetFile(file) as parquet:
            _validate_length(file, table, parquet.metadata.num_rows)
            yield parquet
    except DataError:
        raise
    except (pa.ArrowException, OSError, ValueError, TypeError, KeyError, MemoryError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"{file}: cannot be read ({reason}); {_cure(table)}") from error


def validate_members(
    file: Path, table: Table, frame: pd.DataFrame, images: Collection[str], models: Collection[str]
) -> None:
    """Make sure that a table's photographs and models are the run's, and that attributes are names.

    Raises
    ------
    DataError
        If one is not; names the column and the value.
    """
    known = {"image": images} | ({"model": models} if table in _BY_MODEL else {})
    for column, names in known.items():
        if column not in frame:
            continue
        strange = [name for name in frame[column].unique() if name not in names]
        if strange:
            raise DataError(f"{file}, column {column}: {strange[0]!r} is not in the run; {_cure(table)}")
    if table in _BY_MODEL and "attribute" in frame:
        validate_names(file, table, frame["attribute"].unique())


def validate_names(file: Path, table: Table, attributes: Iterable[str]) -> None:
    """Make sure that what stands for attributes are names.

    Raises
    ------
    DataError
        If one is not.
    """
    for name in attributes:
        if not is_name(name) and not (name == "" and table in _WITH_FLOORS):
            raise DataError(f"{file}, column attribute: {name!r} is no name; {_cure(table)}")


def _validate_names(file: Path, table: Table, names: list[str]) -> None:
    missing = [name for name in table.names if name not in names]
    if missing:
        raise DataError(f"{file}: has no column {', '.join(missing)}; {_cure(table)}")
    twice = [name for name in table.names if names.count(name) > 1]
    if twice:
        raise DataError(f"{file}: has two columns {twice[0]}; {_cure(table)}")


def _validate_length(file: Path, table: Table, rows: int) -> None:
    if rows > _MOST:
        raise DataError(f"{file}: has {rows:,} rows, at most {_MOST:,} are read; {_cure(table)}")


def _cast(file: Path, table: Table, column: pa.ChunkedArray, name: str, dtype: str) -> pa.ChunkedArray:
    wanted = table.schema().field(name).type
    problem = ""
    try:
        values = column.cast(wanted, safe=True)
    except (pa.ArrowException, ValueError, NotImplementedError) as error:
        values, problem = column, str(error).splitlines()[0]
    if not _alike(column.type, wanted):
        problem = f"{column.type} where {wanted} was wanted"
    elif not problem and wanted == pa.float32() and not _same(values.cast(column.type), column):
        problem = f"a number of {column.type} is none of float32"
    elif not problem and dtype not in _NULLS and _has_nulls(values):
        problem = "a value is missing"
    if problem:
        raise DataError(f"{file}, column {name}: {problem}; {_cure(table)}")
    return values


def _has_nulls(values: pa.ChunkedArray) -> bool:
    nested = pa.types.is_list(values.type) and pc.list_flatten(values).null_count
    return bool(values.null_count or nested)


def _same(one: pa.ChunkedArray, other: pa.ChunkedArray) -> bool:
    equal = pc.or_(pc.equal(one, other), pc.and_(pc.is_null(one, nan_is_null=True), pc.is_null(other, nan_is_null=True)))
    return bool(pc.all(pc.fill_null(equal, True), min_count=0).as_py())


def _alike(present: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a column means what its schema says; a number is never read out of a text, nor the other way."""
    kinds = (
        (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary),
        (pa.types.is_list, pa.types.is_large_list),
        (pa.types.is_boolean,),
        (pa.types.is_floating,) if pa.types.is_floating(wanted) else (pa.types.is_integer,),
    )
    if pa.types.is_dictionary(present):
        return _alike(present.value_type, wanted)
    if pa.types.is_null(present):
        return bool(pa.types.is_floating(wanted))
    if pa.types.is_floating(wanted) and pa.types.is_integer(present):
        return True
    kind = next(kind for kind in kinds if any(is_a(wanted) for is_a in kind))
    if pa.types.is_list(wanted) and (pa.types.is_list(present) or pa.types.is_large_list(present)):
        return _alike(present.value_type, wanted.value_type)
    return any(is_a(present) for is_a in kind)


def _cure(table: Table) -> str:
    return f"delete it, '{table.command}' makes it anew."
