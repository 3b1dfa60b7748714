"""Records as rows of a table, and back."""

import json
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from xaesthetic.core.documents import parse_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.types import EditStep, Experiment, Record
from xaesthetic.data.edits import EDITS
from xaesthetic.data.images import LARGEST, SMALLEST

Subject = tuple[Annotated[tuple[tuple[float, float], ...], Meta(min_length=1)], ...]
Place = Annotated[int, Meta(ge=0, le=2**53)]


def record_row(record: Record) -> dict[str, Any]:
    """A record as a row of records.parquet, without what is found by looking at the file."""
    return {
        "id": record.id,
        "path": printable(record.path.absolute()),
        "original": record.original,
        "edit": record.edit.name if record.edit else "",
        "amount": record.edit.amount if record.edit else float("nan"),
        "subject": json.dumps(record.subject),
        "ratings": json.dumps(dict(record.ratings), sort_keys=True),
        "splits": json.dumps(dict(record.splits), sort_keys=True),
        "credit": record.credit,
    }


def read_record(row: Mapping[Any, Any], where: str) -> Record:
    """A record out of its row; what people did stands in annotations.parquet.

    Raises
    ------
    DataError
        If a cell does not hold what it should; `where` names the table.
    """
    place = f"{where}, {row['id']}"
    _validate(row, where)
    ratings = parse_json(row["ratings"], f"{place}, ratings", dict[str, float], strict=False)
    if any(map(math.isinf, ratings.values())):
        raise DataError(f"{place}, ratings: one is infinite; it is damaged.")
    return Record(
        id=row["id"],
        path=Path(row["path"]),
        original=row["original"],
        edit=_edit(row, place),
        subject=parse_json(row["subject"], f"{place}, subject", Subject),
        ratings=ratings,
        splits=parse_json(row["splits"], f"{place}, splits", dict[str, Place]),
        credit=row["credit"],
        sha256=row["sha256"],
    )


def _edit(row: Mapping[Any, Any], place: str) -> EditStep | None:
    if not row["edit"]:
        return None
    if row["edit"] not in EDITS or not 0 < row["amount"] <= 1:
        raise DataError(f"{place}: is edited by {row['edit'][:80]!r}, {row['amount']}; a known edit of 0 to 1 was wanted.")
    return EditStep(row["edit"], float(row["amount"]))


def _validate(row: Mapping[Any, Any], where: str) -> None:
    """Make sure that a usable photograph has an id, a size, a file's path and its sha256."""
    if not row["id"] or not row["original"] or "\0" in row["path"] or not Path(row["path"]).is_absolute():
        raise DataError(f"{where}: {row['id'][:80]!r} at {row['path'][:200]!r} is no photograph; it is damaged.")
    if not (row["height"] >= SMALLEST and row["width"] >= SMALLEST and row["height"] * row["width"] <= LARGEST):
        raise DataError(f"{where}, {row['id']}: {row['height']} x {row['width']} is no size of a photograph; it is damaged.")
    if not re.fullmatch("[0-9a-f]{64}", row["sha256"]):
        raise DataError(f"{where}, {row['id']}: {row['sha256'][:80]!r} is no sha256; it is damaged.")


def is_inside(path: Path, experiment: Experiment) -> bool:
    """Whether a photograph lies in the folder that an experiment is about, where it names one.

    A folder may be relative to another working directory than this one: then its last parts must agree.
    """
    if experiment.photographs:
        return any(_is_below(path, named) for named in experiment.photographs)
    named = experiment.root or experiment.data
    if not experiment.root and "/" not in named and not Path(named).is_dir():
        return True  # a data set by its name, which knows where its files are
    folder = Path(os.path.normpath(named))
    if folder.suffix and not folder.is_dir():  # a table or an export, with photographs beside it
        folder = folder.parent
    return _is_below(path, str(folder))


def _is_below(path: Path, named: str) -> bool:
    """Whether a path is this file or folder, or lies in it."""
    folder, place = Path(os.path.normpath(named)), Path(os.path.normpath(path))
    if folder.is_absolute():
        return place.is_relative_to(folder)
    parts = tuple(part for part in folder.parts if part not in ("..", "."))
    return any(place.parts[start : start + len(parts)] == parts for start in range(1, len(place.parts) - len(parts) + 1))
