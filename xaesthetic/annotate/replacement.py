"""Somebody new for one who left: they get the tasks that the other has not finished, so that the study stays balanced."""

from typing import Any

from sqlalchemy import Connection, select

from xaesthetic.annotate.events import add_event
from xaesthetic.annotate.people import ADMIN, add_annotator, hold, next_number, pseudonym
from xaesthetic.annotate.study import Study
from xaesthetic.annotate.tables import ANNOTATORS, EVENTS, INVITATIONS, TASKS
from xaesthetic.annotate.tasks import add_tasks, is_over
from xaesthetic.core.errors import DataError

_REPLACED = "replaced"
_COPIED = ("kind", "photograph", "attribute", "block", "instruction", "expected_sha256", "expected_sign")


def replace_someone(connection: Connection, study: Study) -> tuple[int, str]:
    """Add an annotator who takes over from one whose invitation was withdrawn.

    Returns
    -------
    The number and the pseudonym.

    Raises
    ------
    DataError
        If nobody left with tasks that are not finished, or not yet taken over.
    """
    hold(connection, ADMIN)  # one at a time
    left = _find_left(connection)
    if left is None:
        raise DataError(
            f"the study is laid out for {study.invited} people, and nobody has left it; withdraw an invitation first."
        )
    number = next_number(connection)
    name = pseudonym(number, study.invited)
    add_annotator(connection, number, name)
    _copy(connection, left, number)
    add_event(connection, _REPLACED, left)
    return number, name


def is_replaced(connection: Connection, number: int) -> bool:
    """Whether somebody has taken over an annotator's tasks."""
    query = select(EVENTS.c.id).where(EVENTS.c.kind == _REPLACED, EVENTS.c.annotator == number).limit(1)
    return connection.execute(query).first() is not None


def _find_left(connection: Connection) -> int | None:
    """Return the first annotator who left tasks that nobody has taken over."""
    invited = select(INVITATIONS.c.annotator).where(INVITATIONS.c.withdrawn_at.is_(None))
    taken = select(EVENTS.c.annotator).where(EVENTS.c.kind == _REPLACED)
    unfinished = (
        select(TASKS.c.id).where(TASKS.c.annotator == ANNOTATORS.c.number, TASKS.c.kind == "task", ~is_over()).exists()
    )
    query = (
        select(ANNOTATORS.c.number)
        .where(ANNOTATORS.c.role == "annotator", ANNOTATORS.c.number.not_in(invited), ANNOTATORS.c.number.not_in(taken))
        .where(unfinished)
        .order_by(ANNOTATORS.c.number)
        .limit(1)
    )
    return connection.execute(query).scalar()


def _copy(connection: Connection, left: int, number: int) -> None:
    """Give practice, and whatever else the one who left has not finished, to somebody; repeats only with their first."""
    query = select(TASKS).where(TASKS.c.annotator == left).where((TASKS.c.kind == "practice") | ~is_over())
    rows = [dict(row) for row in connection.execute(query.order_by(TASKS.c.position)).mappings()]
    places: dict[int, int] = {}
    tasks: list[dict[str, Any]] = []
    firsts: list[int | None] = []
    for row in rows:
        if row["of"] is not None and row["of"] not in places:
            continue
        places[row["id"]] = len(tasks)
        firsts.append(None if row["of"] is None else places[row["of"]])
        tasks.append({name: row[name] for name in _COPIED} | {"annotator": number, "position": len(tasks)})
    add_tasks(connection, tasks, firsts)
