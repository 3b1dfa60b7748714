"""HTTP to a model server that may be slow, endless or hostile: every answer has a deadline and a size."""

import http.client
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_CONNECT = 5.0
_RATE = 1 << 20
"""Bytes a second that must come once an answer has begun."""
_HEAD = 1 << 20
"""Bytes of everything before the body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    json: int | None
    """The length of the JSON that the body begins with, where that was said."""
    body: bytes


class _Bounded(socket.socket):
    """A connection on which so much may come, and so slowly; every byte moves the deadline on by what it may take."""

    until = 0.0
    left = 0

    def allow(self, seconds: float, size: int) -> None:
        """From now on."""
        self.until, self.left = time.monotonic() + seconds, size

    def recv_into(self, *arguments: Any) -> int:
        self._wait()
        count = super().recv_into(*arguments)
        self.until += count / _RATE
        self.left -= count
        if self.left < 0:
            raise ValueError("the answer does not end")
        return count

    def sendall(self, *arguments: Any) -> None:
        self._wait()
        super().sendall(*arguments)

    def _wait(self) -> None:
        remaining = self.until - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self.settimeout(remaining)


class Channel(http.client.HTTPConnection):
    """One connection to `unix:PATH` or `tcp:HOST:PORT`; it connects by itself."""

    def __init__(self, address: str) -> None:
        super().__init__("localhost")
        self._address = address
        self.sock: _Bounded | None = None

    def connect(self) -> None:
        """Connect soon or not at all."""
        kind, _, place = self._address.partition(":")
        host, _, port = place.rpartition(":")
        self.sock = _Bounded(socket.AF_UNIX if kind == "unix" else socket.AF_INET)
        self.sock.settimeout(_CONNECT)
        end = time.monotonic() + _CONNECT
        while True:
            try:
                return self.sock.connect(place if kind == "unix" else (host, int(port)))
            except BlockingIOError:  # so many are waiting at a Unix socket that the system takes no more for a moment
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def exchange(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str], patience: float, most: int
    ) -> Answer:
        """Ask and read the answer.

        Parameters
        ----------
        method, path, body, headers
            The request.
        patience
            Seconds within which the answer must have begun.
        most
            Bytes of the longest body that is taken.

        Raises
        ------
        OSError, http.client.HTTPException, ValueError, OverflowError
            If there is no whole answer in time; the connection is of no use then.
        """
        if self.sock is None:
            self.connect()
        if self.sock is None:
            raise ConnectionError("not connected")
        self.sock.allow(patience, most + _HEAD)
        with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered already, and said why
            self.request(method, path, body or None, dict(headers))
        with self.getresponse() as response:
            return _read(response, most)


def _read(response: http.client.HTTPResponse, most: int) -> Answer:
    length = response.headers.get("Content-Length")
    if length is not None and not _is_size(length):
        raise ValueError(f"a length of {length[:50]!r}")
    if length is not None and int(length) > most:
        raise ValueError(f"more than {most} bytes")
    answer = response.read(most + 1)
    if len(answer) > most:
        raise ValueError(f"more than {most} bytes")
    if length is not None and len(answer) < int(length):
        raise ConnectionError("the answer was cut off")
    behind = response.headers.get("Inference-Header-Content-Length", "")
    return Answer(response.status, int(behind) if _is_size(behind) else None, answer)


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16
