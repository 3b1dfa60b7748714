"""Sittings of bounded length, with breaks between them."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from xaesthetic.annotate.clock import later, now, seconds_between
from xaesthetic.annotate.people import hold
from xaesthetic.annotate.tables import SITTINGS

BREAK = 600
"""Seconds of a break."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Whether somebody works, and for how long."""

    is_break: bool
    seconds: float | int
    """Left of the sitting, or of the break."""


def sitting_at(started: str | None, at: str, minutes: int) -> Sitting | None:
    """What a time is, after the start of the last sitting; None where a new one is to begin.

    Examples
    --------
    >>> start = "2026-11-26T20:00:00.000000Z"
    >>> sitting_at(start, "2026-11-26T20:10:00.000000Z", 30)
    Sitting(is_break=False, seconds=1200.0)
    >>> sitting_at(start, "2026-11-26T20:31:00.000000Z", 30)
    Sitting(is_break=True, seconds=540.0)
    """
    if started is None:
        return None
    left = minutes * 60 - seconds_between(started, at)
    if left > 0:
        return Sitting(False, left)
    return Sitting(True, left + BREAK) if left + BREAK > 0 else None


def find_sitting(connection: Connection, number: int, minutes: int) -> Sitting | None:
    """Return what an annotator's last sitting is now; None where a new one is to begin."""
    query = select(SITTINGS.c.started).where(SITTINGS.c.annotator == number).order_by(SITTINGS.c.id.desc()).limit(1)
    return sitting_at(connection.execute(query).scalar(), now(), minutes)


def begin_sitting(connection: Connection, number: int, minutes: int) -> None:
    """Begin a sitting, unless one runs or a break is due; the one before has ended when its time was over."""
    if find_sitting(connection, number, minutes) is not None:
        return
    hold(connection, number)
    if find_sitting(connection, number, minutes) is not None:
        return  # another tab has begun it
    unfinished = (SITTINGS.c.annotator == number) & SITTINGS.c.ended.is_(None)
    for row in connection.execute(select(SITTINGS).where(unfinished)).all():
        ended = later(row.started, seconds=minutes * 60)
        connection.execute(update(SITTINGS).where(SITTINGS.c.id == row.id).values(ended=ended))
    connection.execute(SITTINGS.insert().values(annotator=number, started=now()))
