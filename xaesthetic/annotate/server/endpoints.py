"""The one way in: who speaks is made sure of, and the work is done in one transaction."""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xaesthetic.annotate.people import Person, digest, find_person
from xaesthetic.annotate.server.answers import Refusal, as_json, parse_body, read_body
from xaesthetic.annotate.server.service import Service, service_of

SMALL = 10_000
"""Bytes of most bodies."""
SHORT = 60_000
"""Bytes of a body that is read before it is known who sends it: one step less for nearly all saves."""
Role = Literal["anybody", "annotator", "admin", "either"]


@dataclass(frozen=True, slots=True)
class Nothing:
    """A body without contents."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as the work sees it."""

    service: Service
    connection: Connection
    """In a transaction; of one that reads, nothing is kept."""
    person: Person
    """Nobody's (number -1) where anybody may call."""
    token: str
    """The session's."""
    names: Mapping[str, Any]
    """What the path names."""
    body: Any


Work = Callable[[Call], Any]
"""Gives what is answered as JSON, or a response."""
NOBODY = Person(-1, "", "anybody", False)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address, and what it does."""

    method: Literal["GET", "POST"]
    path: str
    work: Work
    role: Role = "annotator"
    kind: Any = Nothing
    """The type of the body of a POST."""
    writes: bool = False
    most: int = SMALL

    def route(self) -> Route:
        """Return it as the application takes it."""
        return Route(self.path, self._handler(), methods=[self.method])

    def _handler(self) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            service = service_of(request)
            token = request.cookies.get(service.cookie, "")
            csrf = request.headers.get("x-csrf-token", "") if self.method == "POST" else None
            if not _is_short(request):
                await run_in_threadpool(_identify, service, token, csrf, self.role)
            body = await read_body(request, self.most) if self.method == "POST" else b""
            result = await run_in_threadpool(self._do, service, token, csrf, dict(request.path_params), body)
            return result if isinstance(result, Response) else as_json(result)

        return handle

    def _do(self, service: Service, token: str, csrf: str | None, names: Mapping[str, Any], sent: bytes) -> Any:
        person = _identify(service, token, csrf, self.role)
        body = parse_body(sent, self.kind) if self.method == "POST" else None
        opened = service.store.writing() if self.writes else service.store.reading()
        with opened as connection:
            return self.work(Call(service, connection, person, token, names, body))


def _is_short(request: Request) -> bool:
    """Whether a body may be read before it is known who sends it."""
    if request.method != "POST":
        return True
    stated = request.headers.get("content-length", "")
    return len(stated) < 10 and stated.isdecimal() and int(stated) <= SHORT


def _identify(service: Service, token: str, csrf: str | None, role: Role) -> Person:
    """Return who speaks.

    Raises
    ------
    Refusal
        If nobody has this session, it is of another role, or the request does not carry its token.
    """
    if role == "anybody":
        return NOBODY
    person = None
    if token:
        with service.store.reading() as connection:
            person = find_person(connection, token)
    if person is None:
        raise Refusal(401, "Nobody is signed in here; open the link that you were sent.")
    if role != "either" and person.role != role:
        raise Refusal(403, f"This is for {'the administrator' if role == 'admin' else 'annotators'}.")
    if csrf is not None and not hmac.compare_digest(digest(csrf), person.csrf_sha256):
        raise Refusal(403, "This request does not carry the page's token; load the page again.")
    return person
