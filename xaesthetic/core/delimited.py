"""Tables as people and programs write them: commas, semicolons or tabs, decimal commas, marks of an encoding, blanks."""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from xaesthetic.core.documents import read_text
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.spreadsheet import raw_cell

T = TypeVar("T")
_DELIMITERS = (",", ";", "\t", "|")
_SEPARATOR = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
"""The first line of some spreadsheets' files: it names what divides cells."""
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_DECIMAL_POINT = re.compile(r"[+-]?\d*\.\d+(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(inf|infinity)|nan", re.IGNORECASE | re.ASCII)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
"""What could be a whole number with its thousands apart, or one with three decimals."""
_LONGEST = 100_000
"""Letters of a header or a cell; more are damage."""
_SPAN = 100
"""Lines that a quoted cell may go over."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a delimited table."""

    line: int
    """Where it begins in the file, from 1."""
    cells: dict[str, str]
    """By column; blanks around them are gone, and the apostrophes with which we write what would be formulas."""
    problem: str = ""
    """Why its cells cannot be trusted: it has more or fewer than the header, or its quotes do not close; empty elsewhere."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """A table whose cells are text."""

    path: Path
    columns: tuple[str, ...]
    """As the header has them, without blanks around them."""
    rows: tuple[Row, ...]
    decimal_comma: bool
    """Whether `1,5` may be a number here: where cells are not divided by commas."""

    def number_reader(self, *columns: str) -> Callable[[str], float]:
        """Return what reads the numbers of these columns, which are written alike; it raises a ValueError for text.

        The decimal sign is a point; or a comma, where cells are not divided by commas and more numbers have that. What could
        be 1024 as well as 1.024, because no other number says which, is no number.
        """
        cells = [row.cells[column] for row in self.rows if not row.problem for column in columns]
        points, commas = ([cell for cell in cells if form.fullmatch(cell)] for form in (_DECIMAL_POINT, _DECIMAL_COMMA))
        certain = [sum(not _THOUSANDS.fullmatch(cell) for cell in some) for some in (points, commas)]
        comma = self.decimal_comma and (certain[1], len(commas)) > (certain[0], len(points))
        whole = any(cell.lstrip("+-").isdecimal() for cell in cells)
        doubtful = self.decimal_comma and not any(certain) and (whole or bool(points and commas))

        def read(text: str) -> float:
            plain = text
            if comma and "." not in text and _DECIMAL_COMMA.fullmatch(text):
                plain = text.replace(",", ".")
            if not _DECIMAL.fullmatch(plain) or (comma and "." in text):
                raise ValueError(f"{text[:40]!r} is no number")
            if doubtful and _THOUSANDS.fullmatch(text):
                raise ValueError(f"{text!r} could have decimals or thousands")
            return float(plain)

        return read

    def find_column(self, *names: str) -> str | None:
        """Return the first column of one of these names, whatever its case; None where there is none."""
        known = {column.casefold(): column for column in reversed(self.columns)}
        return next((known[name.casefold()] for name in names if name.casefold() in known), None)


def read_delimited(path: Path, wanted: Sequence[str] = (), known: Collection[str] = ()) -> Delimited:
    """Read a table with a header.

    Cells are divided by commas, semicolons, tabs or bars, whichever shows most columns that are wanted or known, then most
    columns; blank lines are passed over. A row that is damaged has a `problem` and does not cost the others.

    Parameters
    ----------
    path
        The file: UTF-8 with or without a mark, or UTF-16 with one; any kind of line ends.
    wanted
        Columns that must be there, whatever their case; they get these very names.
    known
        Columns that may be there.

    Raises
    ------
    DataError
        If it cannot be read, has no header, lacks a column that is wanted or has it twice.
    """
    name = printable(path)
    lines = io.StringIO(read_text(path), newline=None).read().split("\n")
    start, delimiter, header = _header(name, lines, {item.casefold() for item in (*wanted, *known)})
    names = {item.casefold(): item for item in wanted}
    columns = [names.get(item.casefold(), item) for item in header]
    missing = [item for item in wanted if item not in columns]
    if missing:
        raise DataError(f"{name}: has no column {', '.join(missing)}; it has {', '.join(columns)[:200]}.")
    twice = [item for item in wanted if columns.count(item) > 1]
    if twice:
        raise DataError(f"{name}: has two columns {twice[0]}.")
    rows = tuple(_row(line, cells, columns) for line, cells in _records(lines, start, delimiter, len(columns)))
    return Delimited(path, tuple(columns), rows, decimal_comma=delimiter != ",")


def _header(name: str, lines: Sequence[str], known: Collection[str]) -> tuple[int, str, list[str]]:
    """Return the number of the line after the header, what divides cells, and the columns."""
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    declared = _SEPARATOR.fullmatch(lines[first]) if first < len(lines) else None
    if declared:
        first = next((number for number in range(first + 1, len(lines)) if lines[number].strip()), len(lines))
    if first == len(lines):
        raise DataError(f"{name}: is empty; a table with a header was wanted.")
    if "\0" in lines[first] or len(lines[first]) > _LONGEST:
        raise DataError(f"{name}, line {first + 1}: is no header of a table, but binary or damaged; save the table as CSV.")
    headers = {}
    for delimiter in (declared[1],) if declared else _DELIMITERS:
        end, cells = _record(lines, first, delimiter)
        cells = [raw_cell(cell.strip()) for cell in cells or lines[first].split(delimiter)]
        while cells and not cells[-1]:
            cells.pop()  # delimiters at the end of a line
        headers[delimiter] = end, cells
    best = max(
        headers, key=lambda item: (len({*known} & {cell.casefold() for cell in headers[item][1]}), len(headers[item][1]))
    )
    if not any(headers[best][1]):
        raise DataError(f"{name}: is empty; a table with a header was wanted.")
    return headers[best][0], best, headers[best][1]


def _records(lines: Sequence[str], start: int, delimiter: str, width: int) -> Iterator[tuple[int, list[str] | None]]:
    """Give the number of every record's first line, from 1, with its cells; None where its quotes make no sense."""
    number = start
    while number < len(lines):
        end, cells = _record(lines, number, delimiter)
        if end > number + 1 and _swallows(lines[number:end], delimiter, width):
            end, cells = number + 1, None
        if cells is None or any(map(str.strip, cells)):
            yield number + 1, cells
        number = end


def _record(lines: Sequence[str], number: int, delimiter: str) -> tuple[int, list[str] | None]:
    """Return where the record that begins in a line ends, and its cells; a quoted cell may go over several lines."""
    cells = _cells(lines[number], delimiter)
    if cells is None and lines[number].count('"') % 2:
        for end in range(number + 1, min(len(lines), number + _SPAN)):
            if lines[end].count('"') % 2:  # the first that can close the cell
                whole = _cells("\n".join(lines[number : end + 1]), delimiter)
                return (number + 1, None) if whole is None else (end + 1, whole)
    return number + 1, cells


def _cells(text: str, delimiter: str) -> list[str] | None:
    if '"' not in text:
        return text.split(delimiter)
    try:
        (cells,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return None
    return cells


def _swallows(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether what looks like one record over several lines is rather a quote that is not closed, before good rows."""
    first, *inner, last = (len(_cells(line.replace('"', ""), delimiter) or ()) for line in lines)
    return width > 1 and (width in inner or first == last == width)


def _row(line: int, cells: list[str] | None, columns: Sequence[str]) -> Row:
    if cells is None:
        return Row(line, {}, "has quotes that do not close")
    values = [raw_cell(cell.strip()) for cell in cells]
    while len(values) > len(columns) and not values[-1]:
        values.pop()  # delimiters at the end of a line
    problem = ""
    if len(values) != len(columns):
        problem = f"has {len(values)} cells where the header has {len(columns)}"
    elif any(len(value) > _LONGEST or "\0" in value for value in values):
        problem = "has a cell that is binary or far too long"
    return Row(line, dict(reversed(list(zip(columns, values, strict=False)))), problem)  # of two columns the first counts


def parse_rows(table: Delimited, parse: Callable[[dict[str, str]], T]) -> Iterator[tuple[Row, T | str]]:
    """Give every row with what `parse` makes of its cells, or with the reason where it makes nothing.

    Parameters
    ----------
    table
        A table.
    parse
        Raises a ValueError that says what is wrong with a row; returns anything but text.
    """
    for row in table.rows:
        if row.problem:
            yield row, row.problem
            continue
        try:
            yield row, parse(row.cells)
        except ValueError as error:
            yield row, str(error)
