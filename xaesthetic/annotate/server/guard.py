"""Stands before the application: refuses what no page of ours sends, and puts the security headers on every answer."""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xaesthetic.annotate.server.addresses import Addresses
from xaesthetic.annotate.server.answers import as_json
from xaesthetic.annotate.server.log import RefusalLog

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_LONGEST = 2000  # of a path
_JSON = "application/json"


class Guard:
    """An application around another one."""

    def __init__(self, app: ASGIApp, addresses: Addresses, log: RefusalLog) -> None:
        self._app, self._addresses, self._log = app, addresses, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._finish(scope, message)
            await send(message)

        refused = refuse(scope, self._addresses)
        if refused is None:
            await self._app(scope, receive, guarded)
            return
        scope["refused"] = refused[1]
        await as_json({"error": refused[1]}, refused[0], {"connection": "close"})(scope, receive, guarded)

    def _finish(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in HEADERS.items():
            headers[name] = value
        headers.setdefault("Cache-Control", "no-store")
        if self._addresses.is_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if message["status"] >= 400:
            route = getattr(scope.get("route"), "path", "an unknown address")
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "another method"
            self._log.add(message["status"], method, route, scope.get("refused", ""))


def refuse(scope: Scope, addresses: Addresses) -> tuple[int, str] | None:
    """Return the status and the sentence that a request is refused with; None where it may pass."""
    headers = Headers(scope=scope)
    if len(headers.getlist("host")) != 1 or headers["host"].lower() not in addresses.hosts:
        return 400, "This server goes by another name; use the link that you were sent."
    if len(scope["path"]) > _LONGEST or len(scope["query_string"]) > _LONGEST:
        return 414, "This address is too long."
    if scope["method"] not in ("GET", "HEAD", "POST"):
        return 405, "This address is not used in this way."
    origins = headers.getlist("origin")
    if origins and (len(origins) > 1 or not _is_ours(origins[0], addresses)):
        return 403, "This request comes from another site."
    if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and scope["path"].startswith("/api/"):
        return 403, "This request comes from another site."
    if scope["method"] == "POST":
        if not origins:
            return 403, "This request does not say which site it comes from."
        if headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            return 415, f"{_JSON} was wanted."
        if headers.get("content-encoding", "identity").lower() != "identity":
            return 415, "A body that is not compressed was wanted."
    return None


def _is_ours(origin: str, addresses: Addresses) -> bool:
    return origin.lower() in addresses.origins
