"""The people who rated a data set, as far as it says who they are: PARA-UserInfo.csv."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.delimited import Delimited, parse_rows, read_delimited
from xaesthetic.core.types import PassedOver
from xaesthetic.data.fetch.registry import cached
from xaesthetic.data.records import whole_name

_FILE = "para-userinfo.csv"
_ID = "userId"
TRAITS: Mapping[str, str] = {
    "age": "age",
    "gender": "gender",
    "EducationalLevel": "education",
    "artExperience": "artistic experience",
    "photographyExperience": "photographic experience",
}
"""By the columns of the file what they say, in words. PARA's README describes them by their places; the names are those by
which published code reads the file."""
LEVELS = ("beginner", "competent", "proficient", "expert")
"""Of experience, from little to much, as PARA's README has them."""
PERSONALITY: Mapping[str, str] = {
    f"personality-{name[0]}": name
    for name in ("Extraversion", "Agreeableness", "Neuroticism", "Openness", "Conscientiousness")
}
"""The scores of the five factors, by column."""


@dataclass(frozen=True, slots=True)
class Rater:
    """One person who rated."""

    id: str
    traits: Mapping[str, str]
    """What they said of themselves, by `TRAITS` in words; what is not known is not there."""
    personality: Mapping[str, float]
    """Scores, by factor; what is not known is not there."""


@dataclass(frozen=True, slots=True)
class Raters:
    """The people of one file."""

    people: tuple[Rater, ...]
    passed_over: tuple[PassedOver, ...]
    missing: tuple[str, ...]
    """Columns that the file lacks: nothing is known of these."""


def find_raters(data: str, root: Path | None) -> Path | None:
    """Return the file that says who rated a data set; None where there is none."""
    name = whole_name(data)
    above = root or (Path(name) if "/" in name else cached(name))
    for folder in (above / "annotation", above):
        if folder.is_dir():
            files = [file for file in sorted(folder.iterdir()) if file.name.casefold() == _FILE]
            if files:
                return files[0]
    return None


def read_raters(path: Path) -> Raters:
    """Read who rated: a row a person.

    Columns are found by their names. One that is not there is missing, and so is an empty cell; a person's second row, a
    level of experience that is none and a score that is no number are passed over.

    Parameters
    ----------
    path
        PARA-UserInfo.csv.

    Raises
    ------
    DataError
        If it cannot be read, or has no column userId.
    """
    table = read_delimited(path, wanted=(_ID,), known=(*TRAITS, *PERSONALITY))
    named = {column: table.find_column(column) for column in (*TRAITS, *PERSONALITY)}
    present = {column: theirs for column, theirs in named.items() if theirs}
    number = table.number_reader(*(theirs for column, theirs in present.items() if column in PERSONALITY))
    people: dict[str, Rater] = {}
    passed: list[PassedOver] = []
    for row, item in parse_rows(table, lambda cells: _rater(cells, present, number)):
        if isinstance(item, str):
            passed.append(_over(table, row.line, item))
        elif people.setdefault(item.id, item) is not item:
            passed.append(_over(table, row.line, "a person who has a row already; the first counts"))
    return Raters(tuple(people.values()), tuple(passed), tuple(column for column in named if column not in present))


def _over(table: Delimited, line: int, reason: str) -> PassedOver:
    return PassedOver(f"{table.path.name}, line {line}", reason)


def _rater(cells: Mapping[str, str], present: Mapping[str, str], number: Callable[[str], float]) -> Rater:
    if not cells[_ID]:
        raise ValueError("names no person")
    said = {TRAITS[column]: cells[theirs] for column, theirs in present.items() if column in TRAITS and cells[theirs]}
    for name, value in said.items():
        if name.endswith("experience") and value.casefold() not in LEVELS:
            raise ValueError(f"{value[:40]!r} is no level of experience; {', '.join(LEVELS)} are")
    said = {name: value.casefold() if name.endswith("experience") else value for name, value in said.items()}
    scores = {
        PERSONALITY[column]: number(cells[theirs])
        for column, theirs in present.items()
        if column in PERSONALITY and cells[theirs]
    }
    if not all(map(math.isfinite, scores.values())):
        raise ValueError("a score of personality is no number")
    return Rater(cells[_ID], said, scores)
