"""Older run folders: which version a folder is of, and what its files were called then.

1   commit b1f167c and before: no schema number, no checksums; annotations stood in people.parquet, weight randomisation in
    randomised.parquet; the digest of the photographs hashed the text that Python prints for a record.
2   checksums beside every table and JSON file and in every chunk of maps.
3   a question may name photographs one by one, a precision, a target, and models that were handed over as objects; an older
    question has none of these, and is read as it stands. At first its scores had no column `about`, its annotations none
    for signs and extents.
4   arrays of maps have shards, files of many batches; older ones, a file a batch, are read, verified and repaired as they
    are.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Record
from xaesthetic.data.opening import file_sums
from xaesthetic.run.schemas import Table

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = 4
"""The version that this program writes."""
SHARDED = 4
"""The first version whose arrays of maps have shards."""
_LATER = {
    "scores": ("about",),
    "scores_by_person": ("about",),
    "annotations": ("sign", "extent"),
    "summaries/agreement": ("sign",),
}
"""Columns that tables of version 3 had not at first."""
_OLD_NAMES = {"annotations": "people", "randomisation": "randomised"}


def read_schema(file: Path, experiment: Mapping[str, Any]) -> int:
    """Return the version of a run folder, from its experiment.json.

    Raises
    ------
    DataError
        If it is newer than this program, or no number.
    """
    schema = experiment.get("schema", 1)
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise DataError(f"{file}: schema is {schema!r}, which is no version of a run folder; it is damaged.")
    if schema > SCHEMA:
        raise DataError(
            f"{file}: the run folder is of version {schema}, this program reads up to {SCHEMA}; install a newer xaesthetic."
        )
    return schema


def find_table(root: Path, name: str) -> Path:
    """Return the file of a table, under its old name where only that is there; it need not exist."""
    file = root / f"{name}.parquet"
    old = root / f"{_OLD_NAMES.get(name, name)}.parquet"
    return old if old.is_file() and not file.exists() else file


def as_written(table: Table, names: Sequence[str]) -> Table:
    """Return a table as its file has it, whose columns are these: it may be older than some of its columns."""
    lacking = [name for name in _LATER.get(table.name, ()) if name not in names]
    return replace(table, columns=tuple(item for item in table.columns if item.name not in lacking)) if lacking else table


def completed(table: Table, frame: "pd.DataFrame") -> "pd.DataFrame":
    """Return a table with all its columns: what older scores are about stands in the floors before a photograph's maps."""
    from xaesthetic.metrics._floors import CEILING, FLOOR  # it imports scipy

    lacking = [name for name in _LATER.get(table.name, ()) if name not in frame]
    if "about" not in lacking:
        return frame.assign(**dict.fromkeys(lacking, "")) if lacking else frame
    without = frame["model"].isin([FLOOR, CEILING])
    return frame.assign(about=frame["attribute"].where(without).ffill().bfill().fillna("").astype(frame["attribute"].dtype))


@dataclass(frozen=True)
class EditStep:
    """As version 1 had it: its printed form is part of old digests."""

    name: str
    amount: float


@dataclass(frozen=True)
class Marks:
    """As version 1 had it: its printed form is part of old digests."""

    annotator: str
    attribute: str
    fixations: tuple[tuple[float, float], ...]
    region: bytes
    problem: str


def _values_v1(record: Record, content: str) -> tuple[object, ...]:
    edit = EditStep(record.edit.name, record.edit.amount) if record.edit else None
    known = sorted(record.ratings.items()), sorted(record.splits.items())
    people = tuple(Marks(*(getattr(marks, field.name) for field in fields(Marks))) for marks in record.annotations)
    return record.id, content, edit, record.subject, *known, *([people] if people else [])


def fingerprint_v1(records: Sequence[Record]) -> str:
    """Return the digest of a list of photographs as version 1 had it."""
    digest = hashlib.sha256()
    sums = file_sums(record.path for record in records)
    for record in records:
        digest.update(repr(_values_v1(record, sums[record.path])).encode())
    return f"{len(records)} photographs, sha256 {digest.hexdigest()[:16]}"
