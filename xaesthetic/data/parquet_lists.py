"""Lists of photographs as Parquet tables, with what people gave them."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xaesthetic.core.attributes import canonical, name_problem
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import open_regular
from xaesthetic.core.places import redact
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.lists import LONGEST, Base

_BATCH = 1 << 16
_PLACES = ("path", "url")


@dataclass(frozen=True, slots=True)
class _Columns:
    """What a table's columns are."""

    places: tuple[str, ...]
    ratings: tuple[str, ...]
    """Under their own names."""
    identity: tuple[str, ...] = ()
    """The column of ids, where there is one."""
    passed_over: tuple[PassedOver, ...] = ()


def read_parquet_list(file: Path, title: str, base: Base) -> Iterator[Record | PassedOver]:
    """Give the photographs of a table: columns path or url, id where there is one, and ratings in all that hold numbers.

    Parameters
    ----------
    file
        The table.
    title
        What to call it.
    base
        What its paths are relative to.

    Raises
    ------
    DataError
        If it cannot be read, or has no such column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with open_regular(file) as opened, pq.ParquetFile(opened) as table:
            columns = _find_columns(table.schema_arrow, title)
            yield from columns.passed_over
            wanted = [*columns.places, *columns.identity, *columns.ratings]
            number = 0
            for batch in table.iter_batches(_BATCH, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield from _row(row, columns, base, f"{title}, row {number}")
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        reason = redact(str(error).splitlines()[0]) if str(error) else type(error).__name__
        raise DataError(f"{title}: cannot be read as Parquet ({reason}); write the table again.") from error


def _find_columns(schema: Any, title: str) -> _Columns:
    import pyarrow as pa

    places = tuple(name for name in _PLACES if name in schema.names)
    if not places:
        raise DataError(f"{title}: has no column path or url; it has {', '.join(schema.names)[:200]}.")
    ratings: dict[str, str] = {}  # theirs by ours
    passed = []
    for field in schema:
        name = canonical(field.name)
        numeric = any(is_a(field.type) for is_a in (pa.types.is_floating, pa.types.is_integer, pa.types.is_decimal))
        if field.name in (*_PLACES, "id"):
            continue
        if problem := f"a name that {why}" if (why := name_problem(name)) else "" if numeric else "not a number in it":
            passed.append(PassedOver(f"{title}, column {field.name!r}", problem))
        elif name in ratings:
            raise DataError(f"{title}: has two columns for {name}; leave one out.")
        else:
            ratings[name] = field.name
    return _Columns(places, tuple(ratings.values()), tuple({"id"}.intersection(schema.names)), tuple(passed))


def _row(row: Mapping[str, Any], columns: _Columns, base: Base, where: str) -> Iterator[Record | PassedOver]:
    text = next((row[name] for name in columns.places if row[name]), None)
    if not isinstance(text, str) or "\0" in text or len(text) > LONGEST:
        yield PassedOver(where, "names no photograph")
        return
    numbers = {name: math.nan if row[name] is None else float(row[name]) for name in columns.ratings}
    ratings = {name: math.nan if math.isinf(value) else value for name, value in numbers.items()}
    record = base.record(text, where)
    identity = next((redact(str(row[name])) for name in columns.identity if row[name] not in (None, "")), record.id)
    yield replace(record, id=identity, original=identity, ratings=ratings)
