"""Addresses around a session: invitations exchanged, consent, and where an annotator stands."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from xaesthetic.annotate.consents import add_consent, has_consented
from xaesthetic.annotate.events import Standing, add_event, standing
from xaesthetic.annotate.people import csrf_of, end_session, exchange
from xaesthetic.annotate.server.answers import Refusal, as_json, sentence
from xaesthetic.annotate.server.endpoints import Call, Endpoint
from xaesthetic.annotate.sittings import find_sitting
from xaesthetic.annotate.tasks import find_current, progress
from xaesthetic.core.errors import DataError

_DAYS = 30 * 86400


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an invitation's link carries."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What somebody says who consents."""

    version: Annotated[str, msgspec.Meta(max_length=64)]
    age: bool
    share: bool


def begin(call: Call) -> Response:
    """Exchange an invitation for a session, whose token only the cookie has."""
    try:
        session = exchange(call.connection, call.body.token)
    except DataError as error:
        raise Refusal(401, sentence(error)) from error
    person = session.person
    answer = as_json({"csrf": csrf_of(session.token), "annotator": person.pseudonym, "role": person.role})
    answer.set_cookie(
        call.service.cookie,
        session.token,
        max_age=_DAYS,
        path="/",
        secure=call.service.addresses.is_secure,
        httponly=True,
        samesite="strict",
    )
    return answer


def describe(call: Call) -> dict[str, Any]:
    """Say who is signed in, and where they stand."""
    study, person = call.service.study, call.person
    answer = {"csrf": csrf_of(call.token), "annotator": person.pseudonym, "role": person.role}
    if person.role == "admin":
        return answer
    return answer | {
        "state": phase(call, standing(call.connection)),
        "progress": asdict(progress(call.connection, person.number)),
        "consent": asdict(study.consent),
        "order": study.order,
        "minutes": study.minutes,
    }


def phase(call: Call, now: Standing) -> str:
    """Where an annotator stands: what the page shows next."""
    study, person = call.service.study, call.person
    consented = has_consented(call.connection, person.number)
    if now.closed:
        return "results" if now.results and consented else "closed"
    if not consented:
        return "consent"
    if now.paused:
        return "paused"
    current = find_current(call.connection, person.number)
    if current is None or person.locked:
        return "done"
    sitting = find_sitting(call.connection, person.number, study.minutes)
    if sitting is not None and sitting.is_break:
        return "break"
    return "practice" if current.kind == "practice" else "tasks"


def validate_open(call: Call) -> None:
    """Refuse work where there is none: before consent, in a pause, after the end.

    Raises
    ------
    Refusal
        Says why.
    """
    if not has_consented(call.connection, call.person.number):
        raise Refusal(403, "Please read and accept the consent first.")
    now = standing(call.connection)
    if now.closed or call.person.locked:
        raise Refusal(403, "This study is closed; nothing more is saved.")
    if now.paused:
        raise Refusal(403, "This study is paused; try again later.")


def consent(call: Call) -> dict[str, Any]:
    """Note that an annotator agreed."""
    text = call.service.study.consent
    if call.body.version != text.version:
        raise Refusal(409, "The consent text is another one by now; load the page again.")
    if not call.body.age:
        raise Refusal(422, f"Only people of {text.age} years or more may take part.")
    if standing(call.connection).closed:
        raise Refusal(403, "This study is closed.")
    add_consent(call.connection, call.person.number, text, call.body.share)
    return describe(call)


def decline(call: Call) -> Response:
    """End the session of somebody who does not want to take part; only that it happened is kept."""
    add_event(call.connection, "declined")
    end_session(call.connection, call.token)
    answer = as_json({})
    answer.delete_cookie(
        call.service.cookie, path="/", secure=call.service.addresses.is_secure, httponly=True, samesite="strict"
    )
    return answer


ENDPOINTS = (
    Endpoint("POST", "/api/session", begin, "anybody", Invitation, writes=True),
    Endpoint("GET", "/api/session", describe, "either"),
    Endpoint("POST", "/api/consent", consent, kind=Agreement, writes=True),
    Endpoint("POST", "/api/decline", decline, writes=True),
)
