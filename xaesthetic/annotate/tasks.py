"""Tasks: which one is next, and how it stands."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from xaesthetic.annotate.masks import load_masks
from xaesthetic.annotate.states import Regions, State, state_of
from xaesthetic.annotate.tables import PHOTOGRAPHS, SAVES, TASKS

ENDS = ("finish", "skip")


@dataclass(frozen=True, slots=True)
class Task:
    """One annotator's task."""

    id: int
    annotator: int
    position: int
    kind: str
    photograph: int
    attribute: str
    instruction: str
    expected_sha256: str | None
    expected_sign: str | None
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the photograph as it is shown."""
        return self.height, self.width


@dataclass(frozen=True, slots=True)
class Stand:
    """How a task stands after its last save."""

    version: int = 0
    state: State = field(default_factory=State)
    is_over: bool = False
    """Whether it is finished or skipped."""
    sha256: str = ""
    """Of the last save."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an annotator has come."""

    done: int
    total: int


def _tasks() -> Select[Any]:
    columns = [TASKS.c[name] for name in Task.__dataclass_fields__ if name in TASKS.c]
    return select(*columns, PHOTOGRAPHS.c.width, PHOTOGRAPHS.c.height).join(
        PHOTOGRAPHS, PHOTOGRAPHS.c.number == TASKS.c.photograph
    )


def is_over() -> Any:
    """The condition that a task is finished or skipped."""
    return select(SAVES.c.id).where((SAVES.c.task == TASKS.c.id) & SAVES.c.kind.in_(ENDS)).exists()


def find_current(connection: Connection, number: int) -> Task | None:
    """Return the first of an annotator's tasks that is neither finished nor skipped; None where all are."""
    query = _tasks().where(and_(TASKS.c.annotator == number, ~is_over())).order_by(TASKS.c.position).limit(1)
    row = connection.execute(query).mappings().first()
    return None if row is None else Task(**row)


def find_task(connection: Connection, task: int, number: int) -> Task | None:
    """Return a task of this annotator, and keep others from writing to it; None where it is another's, or none."""
    query = _tasks().where(and_(TASKS.c.id == task, TASKS.c.annotator == number)).with_for_update(of=TASKS)
    row = connection.execute(query).mappings().first()
    return None if row is None else Task(**row)


def progress(connection: Connection, number: int) -> Progress:
    """How many of an annotator's tasks are done."""
    done = func.count().filter(is_over())
    row = connection.execute(select(done, func.count()).select_from(TASKS).where(TASKS.c.annotator == number)).one()
    return Progress(*row)


def stand(connection: Connection, task: int) -> Stand:
    """How a task stands."""
    query = select(SAVES).where(SAVES.c.task == task).order_by(SAVES.c.version.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return Stand()
    masks = load_masks(connection, (row.raises_sha256, row.lowers_sha256))
    lengths = {key: mask.lengths.tolist() for key, mask in masks.items()}
    regions = Regions(lengths.get(row.raises_sha256), lengths.get(row.lowers_sha256))
    return Stand(row.version, state_of(json.loads(row.state), regions), row.kind in ENDS, row.sha256)


def operations(connection: Connection, task: int) -> list[dict[str, Any]]:
    """A task's operations in their order, so that the page can undo those of another day."""
    query = select(SAVES.c.version, SAVES.c.kind, SAVES.c.operation).where(SAVES.c.task == task).order_by(SAVES.c.version)
    return [
        {"version": row.version, "kind": row.kind, "operation": json.loads(row.operation)}
        for row in connection.execute(query)
    ]


def may_see(connection: Connection, number: int, photograph: int) -> bool:
    """Whether a photograph is one of this annotator's tasks that are done, or the current one."""
    current = find_current(connection, number)
    shown = (TASKS.c.annotator == number) & (TASKS.c.photograph == photograph)
    if current is not None:
        shown &= TASKS.c.position <= current.position
    return connection.execute(select(TASKS.c.id).where(shown).limit(1)).first() is not None


def add_tasks(connection: Connection, rows: Iterable[dict[str, Any]], of: Iterable[int | None]) -> None:
    """Add one annotator's tasks in their order.

    Parameters
    ----------
    connection
        That may write.
    rows
        A task each, without the task that it repeats.
    of
        For each the position of the task that it repeats; None where it repeats none.
    """
    identities: dict[int, int] = {}
    for row, first in zip(rows, of, strict=True):
        repeats = None if first is None else identities[first]
        done = connection.execute(TASKS.insert().values(row | {"of": repeats}))
        identities[row["position"]] = int((done.inserted_primary_key or (0,))[0])
