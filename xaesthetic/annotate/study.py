"""A study: the question that annotators answer, frozen in study.json before anybody is invited."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import write_json

SCHEMA = 1
FILE = "study.json"
Order = Literal["rate_first", "mark_first"]
Number = float | int
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)] | Annotated[int, msgspec.Meta(ge=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0)] | Annotated[int, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]


@dataclass(frozen=True, slots=True)
class StudyAttribute:
    """An attribute as annotators are told of it, and the steps that they rate it in."""

    name: str
    title: str
    definition: str = ""
    low: Number = -1
    high: Number = 1
    step: Positive = 1
    example: str = ""

    def allows(self, rating: Number) -> bool:
        """Whether a rating is one of the scale's.

        Examples
        --------
        >>> light = StudyAttribute("light", "Light")
        >>> light.allows(-1), light.allows(0.5), light.allows(2)
        (True, False, False)
        """
        steps = (rating - self.low) / self.step
        return self.low <= rating <= self.high and abs(steps - round(steps)) < 1e-9


@dataclass(frozen=True, slots=True)
class Shown:
    """A photograph of the study, as its prepared copy is shown."""

    number: Count
    id: str
    """Its record's."""
    path: str
    """The prepared copy, below the study's folder."""
    sha256: str
    """Of the prepared copy."""
    width: Count
    height: Count
    original_width: Count
    original_height: Count
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """What annotators agree to before their first task."""

    version: str
    text: str
    age: Annotated[int, msgspec.Meta(ge=0)] = 18
    contact: str = ""
    withdraw_days: Annotated[int, msgspec.Meta(ge=0)] = 30


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The rules by which annotators are left out of a second set of results, fixed beforehand."""

    catch_dice: Share = 0.3
    self_dice: Share = 0.1
    seconds: Positive = 3


@dataclass(frozen=True, slots=True)
class Study:
    """A study's frozen question."""

    schema: int
    id: str
    created: str
    attributes: tuple[StudyAttribute, ...]
    photographs: tuple[Shown, ...]
    annotators: Count
    """How many different people mark one attribute of one photograph."""
    invited: Count
    """How many people take part."""
    consent: Consent
    seed: int = 0
    order: Order = "rate_first"
    overall: bool = True
    repeats: Share = 0.1
    catches: Share = 0.1
    practice: Annotated[int, msgspec.Meta(ge=0)] = 4
    """Tasks with feedback that everybody begins with."""
    minutes: Count = 30
    """Of a sitting at most; then a break."""
    apart: Annotated[int, msgspec.Meta(ge=0)] = 20
    """Tasks between a repeat and its first, at least."""
    exclusions: Exclusions = field(default_factory=Exclusions)
    title: str = ""
    database: str = ""
    """The URL without its password; empty for study.sqlite in the folder."""
    keys: str = ""
    """Where the key file lies; empty for the folder itself."""
    plan: str = ""
    """The sha256 of the plan that this study follows; empty where there is none."""

    def attribute(self, name: str) -> StudyAttribute:
        """Return an attribute by its name."""
        return next(item for item in self.attributes if item.name == name)


def read_study(folder: Path) -> Study:
    """Read a study's question.

    Raises
    ------
    DataError
        If it is missing, damaged, of another schema, or a number or a path in it is not of this study's folder.
    """
    file = folder / FILE
    study = read_json(file, Study)
    if study.schema != SCHEMA:
        raise DataError(f"{file}: is of schema {study.schema}; {SCHEMA} was wanted: another version of xaesthetic made it.")
    if study.annotators > study.invited:
        raise DataError(f"{file}: {study.annotators} annotators a photograph were wanted of {study.invited} people in all.")
    for item in study.photographs:
        if Path(item.path).is_absolute() or ".." in Path(item.path).parts:
            raise DataError(f"{file}: {item.path!r} is no path below the study's folder.")
    for what, unique in _UNIQUE.items():
        items = unique(study)
        if not items or len(set(items)) < len(items):
            raise DataError(f"{file}: has no {what}, or one of them twice; make the study again.")
    return study


_UNIQUE: Mapping[str, Callable[[Study], list[str]]] = {
    "attributes": lambda study: [item.name for item in study.attributes],
    "photographs": lambda study: [str(item.number) for item in study.photographs],
}


def write_study(folder: Path, study: Study) -> None:
    """Write a study's question, whole or not at all."""
    write_json(folder / FILE, asdict(study))
