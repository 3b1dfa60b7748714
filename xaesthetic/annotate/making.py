"""Makes a study: prepared copies of the photographs, and the frozen question. Nothing is in the database yet."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xaesthetic.annotate.clock import now
from xaesthetic.annotate.photographs import prepare
from xaesthetic.annotate.study import (
    SCHEMA,
    Consent,
    Exclusions,
    Number,
    Order,
    Shown,
    Study,
    StudyAttribute,
    read_study,
    write_study,
)
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import writing
from xaesthetic.core.types import Record

FEW = 5
"""Annotators of a photograph and attribute; with fewer, agreement says little."""
_FROZEN = ("attributes", "consent", "annotators", "invited", "seed", "order", "overall", "minutes")
SMALLEST = 48
"""Pixels of the shorter side of a prepared copy; nothing can be marked by hand in a smaller one."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a study is made with, besides its photographs."""

    attributes: tuple[StudyAttribute, ...]
    consent: Consent
    annotators: int = 5
    invited: int = 5
    seed: int = 0
    order: Order = "rate_first"
    overall: bool = True
    practice: int = 4
    minutes: int = 30
    repeats: Number = 0.1
    catches: Number = 0.1
    apart: int = 20
    exclusions: Exclusions = field(default_factory=Exclusions)
    title: str = ""
    database: str = ""
    keys: str = ""
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A study that was made, and what is not in it."""

    study: Study
    left_out: Mapping[str, str]
    """Photographs that cannot be used, with their reasons."""


def make_study(folder: Path, records: Sequence[Record], choices: Choices) -> Made:
    """Make a study in a folder; its question is written last, so that a folder that has it is whole.

    Parameters
    ----------
    folder
        The study's; made where it is missing.
    records
        The photographs; those that cannot be used are left out.
    choices
        The rest of the question.

    Raises
    ------
    DataError
        If no photograph can be used, fewer people than annotators are invited, or the folder cannot be written to.
    """
    if choices.invited < choices.annotators:
        raise DataError(
            f"--people {choices.invited}: fewer than the {choices.annotators} annotators of every photograph; "
            f"--people {choices.annotators} or more was wanted."
        )
    with writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # what people mark is nobody else's to read
    shown, left_out = _prepare_all(folder, records)
    if not shown:
        first = next(iter(left_out.items()), ("none", "none was named"))
        raise DataError(f"no photograph can be used; the first: {first[0]}: {first[1]}")
    values = {name: getattr(choices, name) for name in Choices.__dataclass_fields__}
    study = Study(schema=SCHEMA, id=str(uuid.uuid4()), created=now(), photographs=tuple(shown), **values)
    write_study(folder, study)
    return Made(study, left_out)


def _prepare_all(folder: Path, records: Sequence[Record]) -> tuple[list[Shown], dict[str, str]]:
    shown: list[Shown] = []
    left_out: dict[str, str] = {}
    for record in records:
        try:
            item = prepare(record, len(shown) + 1, folder)
        except DataError as error:
            left_out[record.id] = str(error)
            continue
        if min(item.width, item.height) < SMALLEST:
            left_out[record.id] = f"{item.width} x {item.height} pixels; {SMALLEST} on the shorter side were wanted"
            (folder / item.path).unlink()
        else:
            shown.append(item)
    return shown, left_out


def go_on(folder: Path, records: Sequence[Record], choices: Choices) -> Study:
    """Read the study of a folder, and make sure that it asks what these choices would.

    Raises
    ------
    DataError
        If it asks something else; says what.
    """
    study = read_study(folder)
    differing = [name for name in _FROZEN if getattr(study, name) != getattr(choices, name)]
    if not {item.id for item in study.photographs} <= {record.id for record in records}:
        differing.append("photographs")
    if differing:
        raise DataError(
            f"{folder}: holds a study that differs in {', '.join(differing)}, and what is asked does not change; go on with "
            f"'xaesthetic annotate --study {folder}' alone, or choose another folder."
        )
    return study
