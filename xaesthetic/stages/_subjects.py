"""Which photographs of a run can be edited: those whose subject is drawn, or marked by people."""

from collections.abc import Mapping, Sequence

from xaesthetic.core.types import Record
from xaesthetic.data.subjects import has_region
from xaesthetic.run.schemas import ANNOTATIONS
from xaesthetic.run.store import Run


def marks_of(run: Run) -> dict[str, list[bytes]]:
    """What people marked of no attribute, the subject: PNGs by photograph."""
    if not run.has(ANNOTATIONS):
        return {}
    table = run.read_columns(ANNOTATIONS, "image", "attribute", "region", "reason")
    table = table[(table["attribute"] == "") & (table["reason"] == "") & (table["region"].str.len() > 0)]
    return {str(image): list(rows["region"]) for image, rows in table.groupby("image", sort=False)}


def with_subject(run: Run, marks: Mapping[str, Sequence[bytes]]) -> list[Record]:
    """Return the photographs as they were taken that have a subject which is not everything.

    Parameters
    ----------
    run
        Of these photographs.
    marks
        What `marks_of` gives of it.
    """
    taken = [record for record in run.photographs() if record.edit is None and (record.subject or record.id in marks)]
    sizes = run.sizes([record.id for record in taken])
    return [record for record in taken if has_region(record, sizes[record.id], marks.get(record.id, ()))]
