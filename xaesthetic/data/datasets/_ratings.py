"""People's ratings in a table beside their photographs, under any names, and what a file there declares of those."""

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.attributes import Attribute, canonical, describe, name_problem
from xaesthetic.core.delimited import Delimited, parse_rows, read_delimited
from xaesthetic.core.described import parse_attributes
from xaesthetic.core.documents import read_text
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver

DECLARED, TABLE = "attributes.toml", "ratings.csv"
_IMAGE = ("image", "imagefile", "image_file", "filename", "file", "name", "id", "photograph")
_UNKNOWN = ("", "nan", "na", "n/a")
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class RatingTable:
    """What people gave photographs."""

    ratings: Mapping[str, Mapping[str, float]]
    """By photograph, as the table names it, and by attribute; nan where a cell is empty."""
    passed_over: tuple[PassedOver, ...]
    """Columns and rows that are no ratings, and ratings that are outside of their range."""


def read_declared(folder: Path) -> tuple[Attribute, ...]:
    """Return what `attributes.toml` in a folder declares; nothing where there is none.

    Raises
    ------
    DataError
        If it cannot be read, or what it declares makes no sense; names the place.
    """
    file = folder / DECLARED
    if not file.is_file():
        return ()
    try:
        value = tomllib.loads(read_text(file, _MOST))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{printable(file)}: is no TOML ({error}); write [beauty], then title, low and high.") from error
    return parse_attributes(value, printable(file))


def read_ratings(path: Path, declared: Sequence[Attribute]) -> RatingTable:
    """Read a table of ratings: a column image, and one for each attribute, under any name.

    Where attributes are declared, those and the vocabulary's count; else every column that holds a number.

    Raises
    ------
    DataError
        If it cannot be read, names no photographs, or has no column of ratings; two columns are one attribute.
    """
    table = read_delimited(path, known=(*_IMAGE, *(item.name for item in declared)))
    image = table.find_column(*_IMAGE)
    if image is None:
        raise DataError(f"{printable(path)}: has no column image; it has {', '.join(table.columns)[:200]}.")
    columns, passed = _columns(table, image, declared)
    known = {name: describe(name, declared) for name in columns.values()}
    number = table.number_reader(*columns)
    ratings: dict[str, Mapping[str, float]] = {}
    for row, item in parse_rows(table, lambda cells: _cells(cells, image, columns, number)):
        where = f"{printable(Path(path.name))}, line {row.line}"
        if isinstance(item, str):
            passed.append(PassedOver(where, item))
            continue
        name, values = item
        if name in ratings:
            passed.append(PassedOver(where, "a photograph that has ratings already; the first row counts"))
            continue
        ratings[name] = values
        passed += _outside(where, values, known)
    return RatingTable(ratings, tuple(passed))


def _columns(table: Delimited, image: str, declared: Sequence[Attribute]) -> tuple[dict[str, str], list[PassedOver]]:
    """Return our names for the columns of ratings, and what the others are."""
    names = {item.name.casefold(): item.name for item in declared}
    columns: dict[str, str] = {}
    passed = []
    for column in table.columns:
        name = names.get(column.casefold(), canonical(column))
        reason = _column_problem(table, column, name, declared)
        if column == image:
            continue
        if reason:
            passed.append(PassedOver(f"{printable(Path(table.path.name))}, column {column!r}", reason))
        elif name in columns.values():
            raise DataError(f"{printable(table.path)}: has two columns for {name}; leave one out.")
        else:
            columns[column] = name
    if not columns:
        raise DataError(f"{printable(table.path)}: has no column of ratings; it has {', '.join(table.columns)[:200]}.")
    return columns, passed


def _column_problem(table: Delimited, column: str, name: str, declared: Sequence[Attribute]) -> str:
    if problem := name_problem(name):
        return f"a name that {problem}"
    if declared and name not in {item.name for item in declared} and describe(name) == Attribute(name):
        return f"no attribute that {DECLARED} declares"
    read = table.number_reader(column)
    cells = (row.cells[column] for row in table.rows if not row.problem)
    return "" if any(_is_number(cell, read) for cell in cells) else "not a number in it"


def _is_number(text: str, read: Callable[[str], float]) -> bool:
    try:
        return math.isfinite(read(text))
    except ValueError:
        return False


def _cells(
    cells: Mapping[str, str], image: str, columns: Mapping[str, str], number: Callable[[str], float]
) -> tuple[str, dict[str, float]]:
    if not cells[image]:
        raise ValueError("names no image")
    return cells[image], {ours: _rating(cells[theirs], number) for theirs, ours in columns.items()}


def _rating(text: str, number: Callable[[str], float]) -> float:
    if text.casefold() in _UNKNOWN:
        return math.nan
    value = number(text)
    if math.isinf(value):
        raise ValueError(f"{text!r} is no rating")
    return value


def _outside(where: str, values: Mapping[str, float], known: Mapping[str, Attribute]) -> Iterator[PassedOver]:
    for name, value in values.items():
        if known[name].is_outside(value):
            yield PassedOver(f"{where}, {name} {value:g}", f"outside of {known[name].range}, its range; it counts")
