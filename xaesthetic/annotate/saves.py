"""Saves: only appended, each with the sha256 of all before it. Of two that follow one version, the second is refused."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from xaesthetic.annotate import runs, states
from xaesthetic.annotate.clock import now
from xaesthetic.annotate.masks import add_mask
from xaesthetic.annotate.states import MARKING, Regions, Rules, Save, State
from xaesthetic.annotate.tables import SAVES
from xaesthetic.annotate.tasks import Stand, Task, find_task, stand
from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import SIDES

MOST = 5000
"""Saves of one task."""
OPERATION = 200_000
"""Bytes of one operation."""


class MissingTaskError(DataError):
    """A task that is another's, that is not shown yet, or that there is not."""


class ConflictError(DataError):
    """A save that does not follow the task's last one."""

    def __init__(self, sentence: str, last: Stand) -> None:
        super().__init__(sentence)
        self.last = last


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save was kept as."""

    version: int
    task: Task
    state: State


_INSERT = SAVES.insert()
_EARLIER = select(SAVES.c.task, SAVES.c.version).where(SAVES.c.save == bindparam("save"))
_MARKING = select(SAVES.c.id).where(SAVES.c.task == bindparam("task"), SAVES.c.kind.in_(MARKING)).limit(1)


def add_save(connection: Connection, number: int, task: int, save: Save, rules_of: Callable[[str], Rules]) -> Saved:
    """Keep one save.

    Parameters
    ----------
    connection
        That may write.
    number
        The annotator's.
    task
        The task's.
    save
        What the page sent.
    rules_of
        The study's, by attribute.

    Returns
    -------
    The version; of a save that came before, the one that it got then, and nothing is added.

    Raises
    ------
    MissingTaskError
        If the task is not one that this annotator has been shown.
    ConflictError
        If it follows another version than the last, or the task is over.
    DataError
        If it breaks a rule.
    """
    item = find_task(connection, task, number)
    if item is None:
        raise MissingTaskError("There is no such task.")
    earlier = connection.execute(_EARLIER, {"save": save.save}).first()
    if earlier is not None and earlier.task == task:
        return Saved(earlier.version, item, save.state)
    last = stand(connection, task, with_masks=False)
    conflict = _find_conflict(save, last, earlier is not None)
    if conflict:
        raise ConflictError(conflict, stand(connection, task))
    marking = connection.execute(_MARKING, {"task": task}).first() is not None
    states.validate(save, last.state, marking, rules_of(item.attribute))
    _validate_masks(save.state, item.size)
    append(connection, item, save, last.sha256)
    return Saved(save.version + 1, item, save.state)


def _find_conflict(save: Save, last: Stand, is_taken: bool) -> str:
    """Say why a save does not follow the last one; empty where it does."""
    if last.is_over:
        return "This task is finished or skipped, and stays so."
    if save.version != last.version:
        return f"This task was saved elsewhere: it stands at version {last.version}, and this save follows {save.version}."
    if is_taken:
        return "A save of this name belongs to another task."
    return f"This task has {MOST:,} saves, and takes no more." if last.version >= MOST else ""


def _validate_masks(state: State, size: tuple[int, int]) -> None:
    for sign in SIDES:
        lengths = getattr(state.masks, sign)
        if lengths is not None:
            runs.validate(lengths, size)


def append(connection: Connection, task: Task, save: Save, before: str) -> None:
    """Keep a save as it is; `add_save` is for those that come from outside."""
    operation = canonical(save.operation)
    if len(operation.encode()) > OPERATION:
        raise DataError(f"An operation has {len(operation.encode()):,} bytes; at most {OPERATION:,} are kept.")
    row = {
        "task": task.id,
        "version": save.version + 1,
        "save": save.save,
        "kind": save.kind,
        "operation": operation,
        "state": canonical(save.state.words()),
        **_masks(connection, save.state.masks, task.size),
        "seconds": save.seconds,
        "viewport": canonical(list(save.viewport)),
        "zoom": save.zoom,
        "at": now(),
    }
    connection.execute(_INSERT, row | {"sha256": chained(before, row)})


def _masks(connection: Connection, regions: Regions, size: tuple[int, int]) -> dict[str, str | None]:
    lengths = {sign: getattr(regions, sign) for sign in SIDES}
    return {
        f"{sign}_sha256": None if item is None else add_mask(connection, runs.pack(item, size))
        for sign, item in lengths.items()
    }


def canonical(value: Any) -> str:
    """JSON in one form, in ASCII: what its sha256 is taken of, and what every database takes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def chained(before: str, row: dict[str, Any]) -> str:
    """The sha256 of a save: over that of the save before it in its task, and all that it holds."""
    contents = {key: row[key] for key in SAVES.c.keys() if key not in ("id", "sha256")}  # noqa: SIM118  # of columns
    return hashlib.sha256(f"{before}{canonical(contents)}".encode()).hexdigest()


def find_broken(connection: Connection) -> list[str]:
    """Say what is wrong with the chains of saves: empty where nothing was changed after it was kept."""
    broken, task, version, before = [], 0, 0, ""
    for row in connection.execute(select(SAVES).order_by(SAVES.c.task, SAVES.c.version)).mappings():
        if row["task"] != task:
            task, version, before = row["task"], 0, ""
        version += 1
        if row["version"] != version or row["sha256"] != chained(before, dict(row)):
            broken.append(f"task {task}, version {row['version']}: is not as it was saved, or one before it is missing")
        before = row["sha256"]
    return broken


def count_saves(connection: Connection) -> int:
    """How many saves there are."""
    return int(connection.execute(select(func.count()).select_from(SAVES)).scalar_one())
