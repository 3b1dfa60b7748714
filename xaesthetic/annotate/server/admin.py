"""Addresses of the administrator: progress, invitations, pause, end, disagreement, export."""

import math
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from xaesthetic.annotate import marks
from xaesthetic.annotate.clock import now
from xaesthetic.annotate.disagreement import disagreement
from xaesthetic.annotate.events import add_event, standing
from xaesthetic.annotate.keys import Key, clean_label, link, put_key
from xaesthetic.annotate.people import find_number, invite, withdraw
from xaesthetic.annotate.progress import by_annotator, by_photograph
from xaesthetic.annotate.replacement import is_replaced, replace_someone
from xaesthetic.annotate.server.answers import Refusal, sentence
from xaesthetic.annotate.server.endpoints import Call, Endpoint
from xaesthetic.annotate.server.work import picture
from xaesthetic.core.errors import DataError


@dataclass(frozen=True, slots=True)
class Label:
    """Whom an invitation is for."""

    label: Annotated[str, msgspec.Meta(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Whether a study pauses."""

    paused: bool


@dataclass(frozen=True, slots=True)
class Close:
    """Whether annotators may see the others' regions when a study has ended."""

    results: bool = False


def progress(call: Call) -> dict[str, Any]:
    """How far the study has come."""
    state = standing(call.connection)
    exclude = call.service.measures.exclusions
    excluded = exclude(list(marks.iterate(call.connection)), call.service.study) if exclude else {}
    people = [row | {"excluded": excluded.get(row["pseudonym"])} for row in by_annotator(call.connection)]
    return {"annotators": people, "photographs": by_photograph(call.connection), **asdict(state)}


def new_invitation(call: Call) -> dict[str, Any]:
    """Invite somebody in the place of one who left."""
    try:
        number, name = replace_someone(call.connection, call.service.study)
    except DataError as error:
        raise Refusal(409, sentence(error)) from error
    return {"pseudonym": name, "link": _invite(call, number, name, "invited", call.body.label)}


def renew(call: Call) -> dict[str, Any]:
    """Make a new link for somebody; the old one, and their sessions, end."""
    number = _number(call)
    if is_replaced(call.connection, number):
        raise Refusal(409, "Somebody else has taken over this annotator's tasks.")
    return {"link": _invite(call, number, call.names["pseudonym"], "renewed")}


def _invite(call: Call, number: int, name: str, kind: str, label: str = "") -> str:
    result = link(call.service.addresses.origin, invite(call.connection, number))
    add_event(call.connection, kind, number)
    with call.service.turn:  # before the transaction is kept: a link that nobody knows could not be used
        put_key(call.service.keys, Key(name, clean_label(label), result))
    return result


def end_invitation(call: Call) -> dict[str, Any]:
    """Withdraw somebody's invitation; what they have marked stays."""
    withdraw(call.connection, _number(call))
    with call.service.turn:
        put_key(call.service.keys, Key(call.names["pseudonym"], "", ""))
    return {}


def _number(call: Call) -> int:
    number = find_number(call.connection, call.names["pseudonym"])
    if number is None:
        raise Refusal(404, "There is no annotator of this name.")
    return number


def pause(call: Call) -> dict[str, Any]:
    """Pause the study, or let it go on."""
    add_event(call.connection, "paused" if call.body.paused else "resumed")
    return asdict(standing(call.connection))


def close(call: Call) -> dict[str, Any]:
    """End the study; nothing more is saved."""
    add_event(call.connection, "closed", detail={"results": call.body.results})
    return asdict(standing(call.connection))


def disagreements(call: Call) -> list[dict[str, Any]]:
    """What people disagree about most."""
    rows = disagreement(marks.iterate(call.connection))
    return [row | {"dice": None if math.isnan(row["dice"]) else round(row["dice"], 4)} for row in rows]


def export(call: Call) -> dict[str, Any]:
    """Write an export into the study's folder."""
    service = call.service
    write = service.measures.export or import_module("xaesthetic.annotate.export").export_study
    out = service.folder / "exports" / now().replace(":", "").partition(".")[0]
    return {"folder": str(write(service.store, service.study, service.folder, out))}


def photograph(call: Call) -> Response:
    """A prepared copy."""
    return picture(call, call.names["number"])


ENDPOINTS = (
    Endpoint("GET", "/api/admin/progress", progress, "admin"),
    Endpoint("POST", "/api/admin/invitations", new_invitation, "admin", Label, writes=True),
    Endpoint("POST", "/api/admin/invitations/{pseudonym}/withdraw", end_invitation, "admin", writes=True),
    Endpoint("POST", "/api/admin/invitations/{pseudonym}/renew", renew, "admin", writes=True),
    Endpoint("POST", "/api/admin/pause", pause, "admin", Pause, writes=True),
    Endpoint("POST", "/api/admin/close", close, "admin", Close, writes=True),
    Endpoint("GET", "/api/admin/disagreement", disagreements, "admin"),
    Endpoint("POST", "/api/admin/export", export, "admin"),
    Endpoint("GET", "/api/admin/photographs/{number:int}", photograph, "admin"),
)
