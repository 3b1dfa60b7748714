"""The folder that a study of annotations is exported into, as both who writes it and who reads it have it.

export.json              what was asked, of which photographs (`ExportedStudy`)
marks.csv                a row a task: who, what, when, and the names of the masks (`MARKS`)
photographs/…            the photographs
masks/ATTRIBUTE/ANNOTATOR/PHOTOGRAPH.SIGN.png    what was marked, of the photograph's own size
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError

SCHEMA = 1
FILE, TABLE = "export.json", "marks.csv"
PHOTOGRAPHS, MASKS = "photographs", "masks"
Count = Annotated[int, msgspec.Meta(ge=1)]
MARKS = (
    "photograph", "attribute", "annotator", "kind", "status", "reason", "rating", "overall", "raises", "lowers",
    "raises_mask", "lowers_mask", "raises_area", "lowers_area", "position", "block", "repeats", "order", "seconds",
    "started", "finished", "viewport_width", "viewport_height", "zoom", "saves", "excluded",
)  # fmt: skip
"""The columns of marks.csv. `raises` and `lowers` are `region`, `nowhere` or `everywhere`; areas are shares of the
photograph; `repeats` is the position of the task that this one repeats; `seconds` are of activity; times are UTC; `excluded`
says by which of the study's rules an annotator is left out."""


@dataclass(frozen=True, slots=True)
class ExportedAttribute:
    """What annotators were asked."""

    name: str
    title: str
    definition: str
    low: float
    high: float
    step: float


@dataclass(frozen=True, slots=True)
class ExportedPhotograph:
    """A photograph of the study."""

    id: str
    file: str
    """Below the folder."""
    sha256: str
    height: Count
    width: Count
    credit: str = ""


@dataclass(frozen=True, slots=True)
class ExportedStudy:
    """What export.json holds."""

    schema: int
    study: str
    """The study's id."""
    made: str
    """When it was exported, in UTC."""
    attributes: tuple[ExportedAttribute, ...]
    photographs: tuple[ExportedPhotograph, ...]
    order: str
    overall: bool
    annotators: Count
    """How many people were wanted for a photograph and attribute."""
    consent: str
    """The version of the text that people agreed to."""
    forgotten: int = 0
    """How many people's marks were taken away at their wish."""
    plan: str = ""


def read_export_study(folder: Path) -> ExportedStudy:
    """Read what a folder of annotations was asked.

    Raises
    ------
    DataError
        If it is no such folder, of another version, or names a file outside of it.
    """
    file = folder / FILE
    if not file.is_file():
        raise DataError(
            f"{folder}: holds no {FILE}; 'xaesthetic annotations export STUDY --out FOLDER' makes such a folder."
        )
    study = read_json(file, ExportedStudy)
    if study.schema != SCHEMA:
        raise DataError(f"{file}: is of version {study.schema}, this program reads {SCHEMA}; export the study anew.")
    for photograph in study.photographs:
        inside(photograph.file, file)
    names = [photograph.id for photograph in study.photographs]
    if len(set(names)) < len(names):
        raise DataError(f"{file}: a photograph comes twice; export the study anew.")
    return study


def inside(name: str, file: Path) -> PurePosixPath:
    """Return a path below the folder.

    Raises
    ------
    DataError
        If it leads out of it.
    """
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise DataError(f"{file}: {name!r} is no path below its folder.")
    return path
