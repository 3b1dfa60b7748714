"""Annotators, their invitations and their sessions. Of tokens only the sha256 is kept."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, update

from xaesthetic.annotate.clock import later, now
from xaesthetic.annotate.events import add_event
from xaesthetic.annotate.tables import ANNOTATORS, INVITATIONS, SESSIONS
from xaesthetic.core.errors import DataError

ADMIN = 0
"""The administrator's number."""
_DAYS = 30
"""How long a session lasts."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who speaks: an annotator or the administrator."""

    number: int
    pseudonym: str
    role: str
    locked: bool
    """Whether they saw the others' results."""
    csrf_sha256: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Session:
    """What a browser gets in exchange for an invitation; the token is nowhere else."""

    token: str
    person: Person


_ROW = select(ANNOTATORS.c.number).where(ANNOTATORS.c.number == bindparam("number")).with_for_update()
_PERSON = (
    select(ANNOTATORS, SESSIONS.c.csrf_sha256)
    .join(SESSIONS, SESSIONS.c.annotator == ANNOTATORS.c.number)
    .where(
        SESSIONS.c.token_sha256 == bindparam("token"), SESSIONS.c.ended_at.is_(None), SESSIONS.c.expires_at > bindparam("at")
    )
)


def digest(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_of(token: str) -> str:
    """The token that requests carry besides the cookie: the same in all tabs, and made of nothing that is kept."""
    return base64.urlsafe_b64encode(hmac.digest(token.encode(), b"csrf", "sha256")).decode().rstrip("=")


def pseudonym(number: int, invited: int) -> str:
    """What an annotator is called: ``a01``.

    Examples
    --------
    >>> pseudonym(7, 20), pseudonym(7, 100)
    ('a07', 'a007')
    """
    return f"a{number:0{max(2, len(str(invited)))}d}"


def add_annotator(connection: Connection, number: int, name: str, role: str = "annotator") -> None:
    """Add somebody."""
    connection.execute(ANNOTATORS.insert().values(number=number, pseudonym=name, role=role, made_at=now()))


def hold(connection: Connection, number: int) -> None:
    """Have others wait who want to change something of that person, until this transaction ends."""
    connection.execute(_ROW, {"number": number})


def next_number(connection: Connection) -> int:
    """Return the number of the next annotator."""
    return int(connection.execute(select(func.max(ANNOTATORS.c.number))).scalar() or 0) + 1


def find_number(connection: Connection, name: str) -> int | None:
    """Return an annotator's number by the pseudonym; None where there is none of that name."""
    wanted = (ANNOTATORS.c.pseudonym == name) & (ANNOTATORS.c.role == "annotator")
    return connection.execute(select(ANNOTATORS.c.number).where(wanted)).scalar()


def invite(connection: Connection, number: int) -> str:
    """Make an invitation and return its token; earlier invitations and sessions of that person end."""
    end_sessions(connection, number)
    token = secrets.token_urlsafe(32)
    connection.execute(INVITATIONS.insert().values(annotator=number, token_sha256=digest(token), made_at=now()))
    return token


def end_sessions(connection: Connection, number: int) -> None:
    """Withdraw a person's invitations, and end their sessions."""
    at = now()
    open_ones = (INVITATIONS.c.annotator == number) & INVITATIONS.c.withdrawn_at.is_(None)
    connection.execute(update(INVITATIONS).where(open_ones).values(withdrawn_at=at))
    running = (SESSIONS.c.annotator == number) & SESSIONS.c.ended_at.is_(None)
    connection.execute(update(SESSIONS).where(running).values(ended_at=at))


def withdraw(connection: Connection, number: int) -> None:
    """Withdraw the invitation of an annotator; what they have marked stays."""
    end_sessions(connection, number)
    add_event(connection, "invitation_withdrawn", number)


def exchange(connection: Connection, token: str) -> Session:
    """Exchange an invitation for a session; that works once.

    Raises
    ------
    DataError
        If it is no invitation, was withdrawn, or was exchanged before.
    """
    at = now()
    wanted = INVITATIONS.c.token_sha256 == digest(token)
    usable = wanted & INVITATIONS.c.exchanged_at.is_(None) & INVITATIONS.c.withdrawn_at.is_(None)
    if connection.execute(update(INVITATIONS).where(usable).values(exchanged_at=at)).rowcount != 1:
        raise DataError("This invitation is not valid, or was used before; ask whoever invited you for a new link.")
    number = connection.execute(select(INVITATIONS.c.annotator).where(wanted)).scalar_one()
    session = secrets.token_urlsafe(32)
    csrf = digest(csrf_of(session))
    row = {"token_sha256": digest(session), "annotator": number, "csrf_sha256": csrf, "made_at": at}
    connection.execute(SESSIONS.insert().values(row | {"expires_at": later(at, days=_DAYS)}))
    person = find_person(connection, session)
    if person is None:  # the row was just written
        raise DataError("The session could not be begun; try again.")
    return Session(session, person)


def find_person(connection: Connection, token: str) -> Person | None:
    """Return whose session this is; None where it is none that runs."""
    row = connection.execute(_PERSON, {"token": digest(token), "at": now()}).mappings().first()
    if row is None:
        return None
    return Person(row["number"], row["pseudonym"], row["role"], row["locked_at"] is not None, row["csrf_sha256"])


def end_session(connection: Connection, token: str) -> None:
    """End one session."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.token_sha256 == digest(token)).values(ended_at=now()))


def lock(connection: Connection, number: int) -> None:
    """Keep somebody who saw the others' regions from further tasks; noted the first time."""
    free = (ANNOTATORS.c.number == number) & ANNOTATORS.c.locked_at.is_(None)
    if connection.execute(update(ANNOTATORS).where(free).values(locked_at=now())).rowcount:
        add_event(connection, "results_seen", number)
