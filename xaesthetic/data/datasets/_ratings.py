"""People's ratings in a table beside their photographs, under any names, and what a file there declares of those."""

import math
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from xaesthetic.core.attributes import Attribute, canonical, describe, name_problem
from xaesthetic.core.delimited import Delimited, parse_rows, read_delimited
from xaesthetic.core.described import parse_attributes
from xaesthetic.core.documents import read_text
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver
from xaesthetic.core.votes import Votes
from xaesthetic.data.datasets._rating_forms import KNOWN, Form, find_form
from xaesthetic.data.rating_scales import scales_of_others

DECLARED, TABLE = "attributes.toml", "ratings.csv"
_UNKNOWN = frozenset(("nan", "na", "n/a", "n.a.", "#n/a", "null", "none", "-", "–", "—", "?", ".", "missing", "unknown"))
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class RatingTable:
    """What people gave photographs."""

    ratings: Mapping[str, Mapping[str, float]]
    """By photograph, as the table names it, and by attribute; nan where a cell is empty. Means, where several rated."""
    passed_over: tuple[PassedOver, ...]
    """Columns and rows that are no ratings, and ratings that are outside of their range."""
    votes: Mapping[str, Mapping[str, Votes]] = field(default_factory=dict)
    """What stands behind the ratings, where the table holds single votes."""
    declared: tuple[Attribute, ...] = ()
    """Attributes under a name of the vocabulary that are not on its scale."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a row says."""

    image: str
    rater: str
    values: Mapping[str, float]
    problems: tuple[str, ...]
    """Of its cells."""


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
    """Read a table of ratings, wide (a column for each attribute) or long (columns image, attribute and rating).

    A column rater, under one of many names, says that rows are single votes: means are taken, a rater counts once for a
    photograph. Where attributes are declared, those and the vocabulary's count; else every column that holds a number.

    Raises
    ------
    DataError
        If it cannot be read, names no photographs, or has no column of ratings; two columns are one attribute.
    """
    table = read_delimited(path, known=(*KNOWN, *(item.name for item in declared)))
    form = find_form(table)
    columns, passed = ({}, []) if form.value else _columns(table, form, declared)
    entries = list(_entries(table, form, columns, declared, passed))
    if form.value and not any(math.isfinite(value) for _, item in entries for value in item.values.values()):
        raise DataError(f"{printable(path)}: no row holds a rating of an attribute; the column {form.value} has no number.")
    written = {row.cells.get(form.attribute or "", "") for row in table.rows} if form.value else set(columns)
    others = scales_of_others((item.values for _, item in entries), written, declared)
    passed += [_said_of_scale(path, name, item) for name, item in others.items()]
    entries = [(where, replace(item, values=_renamed(item.values, others))) for where, item in entries]
    known = {name: describe(name, (*declared, *others.values())) for _, item in entries for name in item.values}
    for where, item in entries:
        passed += [PassedOver(where, problem) for problem in item.problems]
        passed += _outside(where, item.values, known)
    read = _single(entries, passed) if form.single else _once(entries, passed)
    return replace(read, declared=tuple(others.values()))


def _renamed(values: Mapping[str, float], others: Mapping[str, Attribute]) -> Mapping[str, float]:
    return {others[name].name if name in others else name: value for name, value in values.items()}


def _said_of_scale(path: Path, name: str, item: Attribute) -> PassedOver:
    why = f"AADB's range {describe(name).range}, which most of its ratings are beyond; {DECLARED} can declare theirs"
    return PassedOver(f"{printable(Path(path.name))}, {item.name}", why)


def _once(entries: Sequence[tuple[str, _Entry]], passed: list[PassedOver]) -> RatingTable:
    """A photograph a row: what comes again is said."""
    ratings: dict[str, Mapping[str, float]] = {}
    for where, item in entries:
        if item.image in ratings:
            passed.append(PassedOver(where, "a photograph that has ratings already; the first row counts"))
        else:
            ratings[item.image] = item.values
    return RatingTable(ratings, tuple(passed))


def _single(entries: Sequence[tuple[str, _Entry]], passed: list[PassedOver]) -> RatingTable:
    """A vote a row: means and counts; what one person gave twice is averaged first, and said."""
    held_by: dict[str, dict[str, dict[str, list[float]]]] = {}
    for number, (where, item) in enumerate(entries):
        for name, value in item.values.items():
            people = held_by.setdefault(item.image, {}).setdefault(name, {})
            if not math.isnan(value):
                votes = people.setdefault(item.rater or f"\0{number}", [])  # who is not named is somebody else every time
                if votes:
                    passed.append(PassedOver(f"{where}, {name}", "a second vote of one rater; their mean counts"))
                votes.append(value)
    votes_of = {
        image: {
            name: Votes.count(Counter(sum(some) / len(some) for some in people.values())) for name, people in held.items()
        }
        for image, held in held_by.items()
    }
    names = dict.fromkeys(name for held in votes_of.values() for name in held)
    ratings = {
        image: {name: held[name].mean if name in held else math.nan for name in names} for image, held in votes_of.items()
    }
    return RatingTable(ratings, tuple(passed), votes_of)


def _entries(
    table: Delimited, form: Form, columns: Mapping[str, str], declared: Sequence[Attribute], passed: list[PassedOver]
) -> Iterator[tuple[str, _Entry]]:
    """Give what every row says, and where it stands; a row that says nothing is passed over."""
    number = table.number_reader(*((form.value,) if form.value else columns))

    def parse(cells: Mapping[str, str]) -> _Entry:
        if not cells[form.image]:
            raise ValueError("names no image")
        named = {form.value: _named(cells[form.attribute], declared)} if form.value and form.attribute else columns
        values, problems = {}, []
        for theirs, ours in named.items():
            try:
                values[ours] = _rating(cells[theirs], number)
            except ValueError as error:
                values[ours] = math.nan
                problems.append(f"{error}; that rating is unknown")
        return _Entry(cells[form.image], cells[form.rater] if form.rater else "", values, tuple(problems))

    for row, item in parse_rows(table, parse):
        where = f"{printable(Path(table.path.name))}, line {row.line}"
        if isinstance(item, str):
            passed.append(PassedOver(where, item))
        else:
            yield where, item


def _named(text: str, declared: Sequence[Attribute]) -> str:
    """Return our name for what a row of the long form rates."""
    name = {item.name.casefold(): item.name for item in declared}.get(text.casefold(), canonical(text))
    if problem := name_problem(name):
        raise ValueError(f"its attribute has a name that {problem}")
    if _is_undeclared(name, declared):
        raise ValueError(f"rates {name}, no attribute that {DECLARED} declares")
    return name


def _is_undeclared(name: str, declared: Sequence[Attribute]) -> bool:
    return bool(declared) and name not in {item.name for item in declared} and describe(name) == Attribute(name)


def _columns(table: Delimited, form: Form, declared: Sequence[Attribute]) -> tuple[dict[str, str], list[PassedOver]]:
    """Return our names for the columns of ratings, and what the others are."""
    names = {item.name.casefold(): item.name for item in declared}
    columns: dict[str, str] = {}
    passed = []
    for column in table.columns:
        if column in form.taken:
            continue
        name = names.get(column.casefold(), canonical(column))
        if reason := _column_problem(table, column, name, declared):
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
    if _is_undeclared(name, declared):
        return f"no attribute that {DECLARED} declares"
    read = table.number_reader(column)
    cells = (row.cells[column] for row in table.rows if not row.problem)
    return "" if any(_is_number(cell, read) for cell in cells) else "not a number in it"


def _is_number(text: str, read: Callable[[str], float]) -> bool:
    try:
        return math.isfinite(read(text))
    except ValueError:
        return False


def _rating(text: str, number: Callable[[str], float]) -> float:
    if not text or text.casefold() in _UNKNOWN:
        return math.nan
    value = number(text)
    if math.isinf(value):
        raise ValueError(f"{text!r} is no rating")
    return value


def _outside(where: str, values: Mapping[str, float], known: Mapping[str, Attribute]) -> Iterator[PassedOver]:
    for name, value in values.items():
        if known[name].is_outside(value):
            yield PassedOver(f"{where}, {name} {value:g}", f"outside of {known[name].range}, its range; it counts")
