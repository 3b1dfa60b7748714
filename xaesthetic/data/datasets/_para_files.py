"""PARA's tables: photographs with counts of votes (PARA-Giaa….csv), or with single votes (PARA-Images.csv)."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.delimited import Delimited, parse_rows, read_delimited
from xaesthetic.core.para import COLUMNS, EMPHASIS
from xaesthetic.core.types import PassedOver
from xaesthetic.core.votes import Votes

_VALUES: Mapping[str, tuple[float, ...]] = {
    column: tuple(float(value) for value in range(1, 6)) for column in COLUMNS if column not in ("qualityScore", EMPHASIS)
} | {"aestheticScore": tuple(value / 2 for value in range(2, 11)), EMPHASIS: (0.0, 1.0)}
"""What votes are counted of."""


def emphasis(value: float) -> float:
    """Undo the inversion of isObjectEmphasis, of a vote or of a mean: the only place where that is done.

    The data set's README says 1 for true. Its evidence says 0: of the 2,500 photographs at hand animals (mean .09), food
    (.13), plants (.13) and portraits (.18) have the lowest means, and scenes (.28), night scenes (.29), rooms (.32) and what
    is of no category (.58) the highest; and by eye photographs with low means are those with an emphasised object.
    """
    return 1.0 - value


_UNKNOWN = frozenset(("nan", "na", "n/a", "null", "none"))


@dataclass(frozen=True, slots=True)
class Photograph:
    """One photograph of PARA's tables."""

    name: str
    session: str
    category: str
    ratings: Mapping[str, float]
    """By our attributes; nan where nobody gave one."""
    votes: Mapping[str, Votes]


def read_counts(path: Path) -> Iterator[Photograph | PassedOver]:
    """Read a table with a row for each photograph: PARA-GiaaTrain.csv, PARA-GiaaTest.csv or a part of one.

    Raises
    ------
    DataError
        If it cannot be read, or has no column imageName.
    """
    table = read_delimited(path, wanted=("imageName",), known=tuple(f"{column}_mean" for column in COLUMNS))
    present = {column: table.find_column(f"{column}_mean", column) for column in COLUMNS}
    columns = {column: _Columns.of(table, column, mean) for column, mean in present.items() if mean}
    about = _About.of(table)
    number = table.number_reader(*(name for item in columns.values() for name in item.all()))

    def parse(cells: dict[str, str]) -> Photograph:
        votes = {column: item.votes(cells, number) for column, item in columns.items()}
        n = max((item.n for item in votes.values()), default=0)
        ratings, kept = {}, {}
        for column, item in columns.items():
            mean, behind = item.mean(cells, number, votes[column]), votes[column]
            if not item.counts:  # the quality's votes are not counted: the same people gave them
                behind = Votes(0 if math.isnan(mean) else n, behind.std)
            name = COLUMNS[column].name
            ratings[name], kept[name] = _turned(column, mean), _turned_votes(column, behind)
        return Photograph(*about.read(cells), ratings, kept)

    yield from _entries(table, parse)


def read_single(path: Path) -> Iterator[Photograph | PassedOver]:
    """Read a table with a row for each person and photograph, PARA-Images.csv, as one entry for each photograph.

    Raises
    ------
    DataError
        If it cannot be read, or has no column imageName.
    """
    table = read_delimited(path, wanted=("imageName",), known=tuple(COLUMNS))
    present = {column: name for column in COLUMNS if (name := table.find_column(column))}
    number, about = table.number_reader(*present.values()), _About.of(table)
    votes: dict[tuple[str, str], dict[str, Counter[float]]] = defaultdict(lambda: {column: Counter() for column in present})
    categories: dict[tuple[str, str], str] = {}
    for row in table.rows:
        if row.problem or not row.cells["imageName"]:
            yield PassedOver(f"{path.name}, line {row.line}", row.problem or "names no image")
            continue
        name, session, category = about.read(row.cells)
        key = name, session
        categories.setdefault(key, category)
        for column, theirs in present.items():
            try:
                value = _number(row.cells[theirs], number)
            except ValueError as error:
                yield PassedOver(f"{path.name}, line {row.line}, {column}", str(error))
                continue
            if not math.isnan(value):
                votes[key][column][value] += 1
    for key, counted in votes.items():
        kept = {COLUMNS[column].name: _turned_votes(column, Votes.count(item)) for column, item in counted.items()}
        ratings = {name: item.mean for name, item in kept.items()}
        yield Photograph(key[0], key[1], categories[key], ratings, kept)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where a table has what people gave in one attribute."""

    mean_column: str
    std: str | None
    counts: Mapping[float, str]

    @classmethod
    def of(cls, table: Delimited, column: str, mean: str) -> "_Columns":
        named = {value: table.find_column(*_spellings(column, value)) for value in _VALUES.get(column, ())}
        counts = {value: name for value, name in named.items() if name}
        return cls(mean, table.find_column(f"{column}_std"), counts if len(counts) == len(named) else {})

    def all(self) -> tuple[str, ...]:
        return (self.mean_column, *((self.std,) if self.std else ()), *self.counts.values())

    def votes(self, cells: Mapping[str, str], number: Callable[[str], float]) -> Votes:
        numbers = {value: _number(cells[name], number) for value, name in self.counts.items()}
        if wrong := [count for count in numbers.values() if count < 0 or count % 1 > 0 or math.isinf(count)]:
            raise ValueError(f"{wrong[0]:g} is no number of votes")
        if numbers and not any(map(math.isnan, numbers.values())):
            return Votes.count({value: int(count) for value, count in numbers.items()})
        return Votes(0, _number(cells[self.std], number) if self.std else math.nan)

    def mean(self, cells: Mapping[str, str], number: Callable[[str], float], votes: Votes) -> float:
        """Return the mean as it is published; where nobody gave a vote there is none, whatever stands there."""
        value = _number(cells[self.mean_column], number)
        if self.counts and not votes.n and not any(cells[name] == "" for name in self.counts.values()):
            return math.nan
        return votes.mean if math.isnan(value) else value


def _spellings(column: str, value: float) -> Sequence[str]:
    return f"{column}_{value:g}", f"{column}_{value:.1f}"


def _entries(table: Delimited, parse: Callable[[dict[str, str]], Photograph]) -> Iterator[Photograph | PassedOver]:
    for row, item in parse_rows(table, parse):
        yield PassedOver(f"{table.path.name}, line {row.line}", item) if isinstance(item, str) else item


@dataclass(frozen=True, slots=True)
class _About:
    """Where a table has what is known of a photograph but for its votes."""

    session: str | None
    category: str | None

    @classmethod
    def of(cls, table: Delimited) -> "_About":
        return cls(table.find_column("sessionId"), table.find_column("semantic"))

    def read(self, cells: Mapping[str, str]) -> tuple[str, str, str]:
        name = cells["imageName"].replace("\\", "/").rpartition("/")[2]
        if not name:
            raise ValueError("names no image")
        return name, cells[self.session] if self.session else "", cells[self.category] if self.category else ""


def _number(text: str, number: Callable[[str], float]) -> float:
    if not text or text.casefold() in _UNKNOWN:
        return math.nan
    value = number(text)
    if math.isinf(value):
        raise ValueError(f"{text!r} is no rating")
    return value


def _turned(column: str, mean: float) -> float:
    return emphasis(mean) if column == EMPHASIS else mean


def _turned_votes(column: str, votes: Votes) -> Votes:
    if column != EMPHASIS:
        return votes
    return Votes(votes.n, votes.std, {emphasis(value): number for value, number in votes.counts.items()})
