"""Records as rows of a table, and back."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xaesthetic.core.files import printable
from xaesthetic.core.types import EditStep, Record


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


def read_record(row: Mapping[Any, Any]) -> Record:
    """A record out of its row; what people did stands in people.parquet."""
    return Record(
        id=row["id"],
        path=Path(row["path"]),
        original=row["original"],
        edit=EditStep(row["edit"], float(row["amount"])) if row["edit"] else None,
        subject=tuple(tuple((x, y) for x, y in polygon) for polygon in json.loads(row["subject"])),
        ratings=json.loads(row["ratings"]),
        splits=json.loads(row["splits"]),
        credit=row["credit"],
    )
