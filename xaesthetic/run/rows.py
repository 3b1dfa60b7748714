"""Records as rows of a table, and back."""

import json
import math
import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from xaesthetic.core.documents import parse_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.places import Address, Place, is_remote, to_place
from xaesthetic.core.types import EditStep, Experiment, Record
from xaesthetic.data.edits import EDITS
from xaesthetic.data.images import LARGEST, SMALLEST
from xaesthetic.data.lists import STDIN
from xaesthetic.data.sources import TAR, is_source

Subject = tuple[Annotated[tuple[tuple[float, float], ...], Meta(min_length=1)], ...]
Row = Annotated[int, Meta(ge=0, le=2**53)]
_SHA256 = re.compile("[0-9a-f]{64}")
_PATTERN = re.compile(r"[*?\[{]")


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
    ratings = _parsed(row["ratings"], f"{place}, ratings", dict[str, float], strict=False)
    if any(map(math.isinf, ratings.values())):
        raise DataError(f"{place}, ratings: one is infinite; it is damaged.")
    return Record(
        id=row["id"],
        path=to_place(row["path"]),
        original=row["original"],
        edit=_edit(row, place),
        subject=_parsed(row["subject"], f"{place}, subject", Subject),
        ratings=ratings,
        splits=_parsed(row["splits"], f"{place}, splits", dict[str, Row]),
        credit=row["credit"],
        sha256=row["sha256"],
    )


def _parsed(text: str, where: str, kind: Any, strict: bool = True) -> Any:
    """What JSON says; of a million photographs most have nothing in most cells."""
    if text == "{}":
        return {}
    return () if text == "[]" else parse_json(text, where, kind, strict)


def _edit(row: Mapping[Any, Any], place: str) -> EditStep | None:
    if not row["edit"]:
        return None
    if row["edit"] not in EDITS or not 0 < row["amount"] <= 1:
        raise DataError(f"{place}: is edited by {row['edit'][:80]!r}, {row['amount']}; a known edit of 0 to 1 was wanted.")
    return EditStep(row["edit"], float(row["amount"]))


def _validate(row: Mapping[Any, Any], where: str) -> None:
    """Make sure that a usable photograph has an id, a size, a file's path and its sha256."""
    if not row["id"] or not row["original"] or "\0" in row["path"] or not _is_whole(row["path"]):
        raise DataError(f"{where}: {row['id'][:80]!r} at {row['path'][:200]!r} is no photograph; it is damaged.")
    if not (row["height"] >= SMALLEST and row["width"] >= SMALLEST and row["height"] * row["width"] <= LARGEST):
        raise DataError(f"{where}, {row['id']}: {row['height']} x {row['width']} is no size of a photograph; it is damaged.")
    if not _SHA256.fullmatch(row["sha256"]):
        raise DataError(f"{where}, {row['id']}: {row['sha256'][:80]!r} is no sha256; it is damaged.")


def _is_whole(path: str) -> bool:
    """Whether a path says the same whatever the working directory is."""
    return os.path.isabs(path) or is_remote(path)  # noqa: PTH117  # of a million paths


def insider(experiment: Experiment) -> Callable[[Place], bool]:
    """Return what says whether a photograph lies in the folder, shards or address that an experiment is about.

    A list of photographs, or a data set by its name, may name any; the sha256 of a record says which content is meant. A
    folder may be relative to another working directory than this one: then its last parts must agree.
    """
    if experiment.photographs:
        tests = [
            partial(_is_of, named) if is_source(named) else partial(_is_below, named) for named in experiment.photographs
        ]
        return lambda path: any(test(path) for test in tests)
    if is_source(experiment.data):
        return partial(_is_of, experiment.data)
    named = experiment.root or experiment.data
    if not experiment.root and "/" not in named and not Path(named).is_dir():
        return lambda _path: True  # a data set by its name, which knows where its files are
    folder = Path(os.path.normpath(named))
    if folder.suffix and not folder.is_dir():  # a table or an export, with photographs beside it
        folder = folder.parent
    return partial(_is_below, str(folder))


def _is_of(source: str, path: Place) -> bool:
    """Whether a place may come from a list, shards or an address."""
    kind = to_place(source).suffix.lower()
    if kind != TAR:
        return source == STDIN or bool(kind) or str(path).startswith(source.rstrip("/"))
    if not isinstance(path, Address):
        return False
    begin = Path(_PATTERN.split(source)[0]).name if not is_remote(source) else _PATTERN.split(source)[0]
    return path.container.startswith(begin) if is_remote(source) else begin in path.container


def _is_below(named: str, path: Place) -> bool:
    """Whether a path is this file or folder, or lies in it."""
    if isinstance(path, Address) or is_remote(named):
        return str(path) == str(to_place(named).absolute()) or str(path).endswith(f"/{named}")
    folder, place = Path(os.path.normpath(named)), Path(os.path.normpath(path))
    if folder.is_absolute():
        return place.is_relative_to(folder)
    parts = tuple(part for part in folder.parts if part not in ("..", "."))
    return any(place.parts[start : start + len(parts)] == parts for start in range(1, len(place.parts) - len(parts) + 1))
