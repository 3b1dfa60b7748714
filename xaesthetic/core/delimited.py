"""Tables as people and programs write them: commas, semicolons or tabs, decimal commas, marks of an encoding, blanks."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.documents import read_text
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.spreadsheet import raw_cell

_DELIMITERS = (",", ";", "\t", "|")
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(inf|infinity)|nan", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a delimited table."""

    line: int
    """Where it ends in the file, from 1."""
    cells: dict[str, str]
    """By column; blanks around them are gone, and the apostrophes with which we write what would be formulas."""
    problem: str = ""
    """Why its cells cannot be trusted: it has more or fewer than the header; empty where it has as many."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """A table whose cells are text."""

    path: Path
    columns: tuple[str, ...]
    """As the header has them, without blanks around them."""
    rows: tuple[Row, ...]
    decimal_comma: bool
    """Whether `1,5` is a number here: where cells are not divided by commas."""

    def number(self, text: str) -> float:
        """Read a number.

        Raises
        ------
        ValueError
            If it is none.
        """
        if self.decimal_comma and _DECIMAL_COMMA.fullmatch(text):
            text = text.replace(",", ".")
        if not _DECIMAL.fullmatch(text):
            raise ValueError(f"{text[:40]!r} is no number")
        return float(text)

    def find_column(self, *names: str) -> str | None:
        """Return the first column of one of these names, whatever its case; None where there is none."""
        known = {column.casefold(): column for column in reversed(self.columns)}
        return next((known[name.casefold()] for name in names if name.casefold() in known), None)


def read_delimited(path: Path, wanted: Sequence[str] = ()) -> Delimited:
    """Read a table with a header.

    Cells are divided by commas, semicolons, tabs or bars, whichever the header shows; blank lines are passed over.

    Parameters
    ----------
    path
        The file: UTF-8 with or without a mark, or UTF-16 with one; any kind of line ends.
    wanted
        Columns that must be there, whatever their case; they get these very names.

    Raises
    ------
    DataError
        If it cannot be read, has no header, names a column twice, or lacks one that is wanted.
    """
    name = printable(path)
    text = read_text(path)
    delimiter, header = _header(text)
    if not any(header):
        raise DataError(f"{name}: is empty; a table with a header was wanted.")
    known = {item.casefold(): item for item in wanted}
    columns = [known.get(item.casefold(), item) for item in header]
    missing = [item for item in wanted if item not in columns]
    if missing:
        raise DataError(f"{name}: has no column {', '.join(missing)}; it has {', '.join(columns)[:200]}.")
    twice = [item for item in columns if item and columns.count(item) > 1]
    if twice:
        raise DataError(f"{name}: has two columns {twice[0]}.")
    try:
        rows = tuple(_rows(text, delimiter, columns))
    except csv.Error as error:
        raise DataError(f"{name}: cannot be read as a table ({error}).") from error
    return Delimited(path, tuple(columns), rows, decimal_comma=delimiter != ",")


def _header(text: str) -> tuple[str, list[str]]:
    """Return what divides cells, and the first line that holds any."""
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda item: len(next(csv.reader([first], delimiter=item), [])))
    lines: Iterator[list[str]] = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    try:
        return delimiter, [
            raw_cell(cell.strip()) for cell in next((cells for cells in lines if any(map(str.strip, cells))), [])
        ]
    except csv.Error:
        return delimiter, []


def _rows(text: str, delimiter: str, columns: Sequence[str]) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter)
    filled = (cells for cells in reader if any(map(str.strip, cells)))
    next(filled, None)  # the header
    for cells in filled:
        values = [raw_cell(cell.strip()) for cell in cells]
        while len(values) > len(columns) and not values[-1]:
            values.pop()  # delimiters at the end of a line
        problem = "" if len(values) == len(columns) else f"has {len(values)} cells where the header has {len(columns)}"
        yield Row(reader.line_num, dict(zip(columns, values, strict=False)), problem)


def parse_rows(table: Delimited, parse: Callable[[dict[str, str]], object]) -> Iterator[tuple[Row, object]]:
    """Give every row with what `parse` makes of its cells, or with the reason as a `DataError` where it makes nothing.

    Parameters
    ----------
    table
        A table.
    parse
        Raises a ValueError that says what is wrong with a row.
    """
    for row in table.rows:
        where = f"{printable(table.path)}, line {row.line}"
        if row.problem:
            yield row, DataError(f"{where}: {row.problem}.")
            continue
        try:
            value = parse(row.cells)
        except ValueError as error:
            value = DataError(f"{where}: {error}.")
        yield row, value
