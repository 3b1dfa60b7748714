"""Answers, refusals, and bodies that are read within bounds."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from xaesthetic.annotate.database import UnreachableError
from xaesthetic.annotate.saves import ConflictError, MissingTaskError
from xaesthetic.core.documents import convert, parse_json
from xaesthetic.core.errors import DataError, XaestheticError

_PATIENCE = 30
"""Seconds that a body may take."""
_SENTENCES: Mapping[int, str] = {
    404: "There is nothing at this address.",
    405: "This address is not used in this way.",
    500: "Something went wrong in the server; nothing was saved.",
}


class Refusal(Exception):  # noqa: N818  # it is an answer
    """A request that is refused: an HTTP status and one sentence."""

    def __init__(self, status: int, sentence: str, more: Mapping[str, Any] | None = None, noted: str = "") -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.more = status, sentence, more or {}
        self.noted = noted or sentence  # what the log gets, where the sentence quotes what came


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, headers, "application/json")


async def read_body(request: Request, most: int) -> bytes:
    """Read a request's body.

    Parameters
    ----------
    request
        With a body.
    most
        Bytes; nothing beyond is kept.

    Raises
    ------
    Refusal
        If it is too large, or takes too long.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            return await _bounded(request, most)
    except TimeoutError as error:
        raise Refusal(408, "The request took too long.") from error
    except ClientDisconnect as error:
        raise Refusal(400, "The request ended early.") from error


def parse_body(body: bytes, kind: Any) -> Any:
    """Parse a body of JSON into a typed value.

    Raises
    ------
    Refusal
        If it is no JSON (400) or of another shape (422).
    """
    try:
        value = parse_json(body, "the request")
    except DataError as error:
        raise Refusal(400, sentence(error), noted="The request is not JSON.") from error
    try:
        return convert(value, "the request", kind)
    except DataError as error:
        raise Refusal(422, sentence(error), noted="The request has another shape.") from error


async def _bounded(request: Request, most: int) -> bytes:
    stated = request.headers.get("content-length", "0")
    if stated.isdecimal() and int(stated[:20]) > most:
        raise _too_large(most)
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > most:
            raise _too_large(most)
        body += chunk
    return bytes(body)


def _too_large(most: int) -> Refusal:
    return Refusal(413, f"The request is too large; at most {most:,} bytes are read.")


def sentence(error: Exception) -> str:
    """An error as a sentence: one line, with a capital and an end."""
    text = " ".join(str(error).split())
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def refusal_of(error: Exception) -> Refusal:
    """What an error of ours is answered with."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, ConflictError):
        return Refusal(409, sentence(error), {"version": error.last.version, "state": error.last.state})
    if isinstance(error, MissingTaskError):
        return Refusal(404, sentence(error))
    if isinstance(error, UnreachableError):
        return Refusal(503, "The database cannot be reached; try again in a moment.")
    if isinstance(error, HTTPException):
        return Refusal(error.status_code, _SENTENCES.get(error.status_code, "This request is refused."))
    if isinstance(error, XaestheticError):
        return Refusal(422, sentence(error))
    return Refusal(500, _SENTENCES[500])


async def answer_error(request: Request, error: Exception) -> Response:
    """Turn an error into its answer, and note it for the log."""
    refusal = refusal_of(error)
    fault = f" ({type(error).__name__})" if refusal.status == 500 else ""
    request.scope["refused"] = f"{refusal.noted}{fault}"
    closing = {"connection": "close"} if refusal.status in (408, 413) else {}
    return as_json({"error": refusal.sentence, **refusal.more}, refusal.status, closing)
