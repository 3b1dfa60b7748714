"""Tasks: which one is next, and how it stands."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, bindparam, func, select

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
    seconds: float | int = 0
    """Worked on it until then."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an annotator has come."""

    done: int
    total: int


def is_over(task: FromClause = TASKS) -> ColumnElement[bool]:
    """The condition that a task is finished or skipped."""
    return select(SAVES.c.id).where(SAVES.c.task == task.c.id, SAVES.c.kind.in_(ENDS)).exists()


_EARLIER = TASKS.alias()
_IS_SHOWN = ~(
    select(_EARLIER.c.id)
    .where(_EARLIER.c.annotator == TASKS.c.annotator, _EARLIER.c.position < TASKS.c.position, ~is_over(_EARLIER))
    .exists()
)
_COLUMNS = [TASKS.c[name] for name in Task.__dataclass_fields__ if name in TASKS.c]
_TASKS = select(*_COLUMNS, PHOTOGRAPHS.c.width, PHOTOGRAPHS.c.height).join(
    PHOTOGRAPHS, PHOTOGRAPHS.c.number == TASKS.c.photograph
)
_MINE = TASKS.c.annotator == bindparam("number")
_CURRENT = _TASKS.where(_MINE, ~is_over()).order_by(TASKS.c.position).limit(1)
_ONE = _TASKS.where(_MINE, TASKS.c.id == bindparam("task"), _IS_SHOWN).with_for_update(of=TASKS)
_PROGRESS = select(func.count().filter(is_over()), func.count()).select_from(TASKS).where(_MINE)
_SEEN = select(TASKS.c.id).where(_MINE, TASKS.c.photograph == bindparam("photograph"), _IS_SHOWN).limit(1)
_OF_TASK = SAVES.c.task == bindparam("task")
_LAST = select(SAVES).where(_OF_TASK).order_by(SAVES.c.version.desc()).limit(1)
_OPERATIONS = select(SAVES.c.version, SAVES.c.kind, SAVES.c.operation).where(_OF_TASK).order_by(SAVES.c.version)


def find_current(connection: Connection, number: int) -> Task | None:
    """Return the first of an annotator's tasks that is neither finished nor skipped; None where all are."""
    row = connection.execute(_CURRENT, {"number": number}).mappings().first()
    return None if row is None else Task(**row)


def find_task(connection: Connection, task: int, number: int) -> Task | None:
    """Return a task, and keep others from writing to it; None where it is another's, not shown yet, or none."""
    row = connection.execute(_ONE, {"task": task, "number": number}).mappings().first()
    return None if row is None else Task(**row)


def progress(connection: Connection, number: int) -> Progress:
    """How many of an annotator's tasks are done."""
    return Progress(*connection.execute(_PROGRESS, {"number": number}).one())


def stand(connection: Connection, task: int, with_masks: bool = True) -> Stand:
    """How a task stands; without the masks where nobody needs them."""
    row = connection.execute(_LAST, {"task": task}).first()
    if row is None:
        return Stand()
    masks = load_masks(connection, (row.raises_sha256, row.lowers_sha256)) if with_masks else {}
    lengths = {key: mask.lengths.tolist() for key, mask in masks.items()}
    regions = Regions(lengths.get(row.raises_sha256), lengths.get(row.lowers_sha256))
    return Stand(row.version, state_of(json.loads(row.state), regions), row.kind in ENDS, row.sha256, row.seconds)


def operations(connection: Connection, task: int) -> list[dict[str, Any]]:
    """A task's operations in their order, so that the page can undo those of another day."""
    rows = connection.execute(_OPERATIONS, {"task": task})
    return [{"version": row.version, "kind": row.kind, "operation": json.loads(row.operation)} for row in rows]


def may_see(connection: Connection, number: int, photograph: int) -> bool:
    """Whether a photograph is one of this annotator's tasks that are done, or the current one."""
    return connection.execute(_SEEN, {"number": number, "photograph": photograph}).first() is not None


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
