"""A photograph and its edited versions, as records."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from xaesthetic.core.types import EditStep, Record


def versions(record: Record, steps: Iterable[EditStep]) -> Iterator[Record]:
    """The photograph itself, then one record for each edit; all share its `original`."""
    yield record
    for step in steps:
        yield replace(record, id=f"{record.id}~{step.name}~{step.amount:g}", edit=step)
