"""HTTP: one thread a connection, and nobody may keep it from the others.

Whatever is wrong is answered by the protocol's error body. A client that is still sending then would lose that answer if
the connection were closed at once; so what it sends is thrown away for a while first.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
import struct
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

import numpy as np
from limits import MIB, Paced, Places, Share
from protocol import Refused
from service import Service

CONNECTIONS = 32
"""That are served at once; as many more may be on their way out."""
KEEP = 60.0
"""Seconds that a connection may wait for its next request."""
DRAIN = 256 * MIB
"""Bytes that are thrown away behind a request that was refused, so that its answer is read."""
LINE = 1 << 16
CROWDED = "there are too many connections; try again."


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # an older one has no status to answer with
    server: Server
    connection: Paced
    command = None
    begun = answered = False
    """Whether the request under way has sent a byte, and its answer has."""

    def version_string(self) -> str:
        return "xaesthetic-caffe"

    def log_request(self, *arguments: Any) -> None:
        """Say nothing: what is wrong is in the answer."""

    def handle_expect_100(self) -> bool:
        """Not yet: what is refused anyway need not be sent."""
        return True

    def handle_one_request(self) -> None:
        self.close_connection, self.begun, self.answered = True, False, False
        self.server.places.wait(self.connection)
        try:
            self._take_request()
        except Refused as error:
            self.send_error(error.status, str(error))
        except socket.timeout:
            self.connection.deaf = self.answered  # it does not read
            self.send_error(HTTPStatus.REQUEST_TIMEOUT, f"the request did not come within {self.server.patience:g} s.")
        except OSError:
            pass  # the client has left
        except Exception as error:
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR, f"the server failed ({type(error).__name__}).")

    def _take_request(self) -> None:
        self.connection.allow(KEEP)
        self.begun = bool(self.rfile.peek(1))  # waits for the first byte
        if not self.begun or not self.server.places.has(self.connection):
            return
        self.connection.allow(self.server.patience)
        self.raw_requestline = self.rfile.readline(LINE + 1).lstrip(b"\r\n") or self.rfile.readline(LINE + 1)
        if len(self.raw_requestline) > LINE:
            raise Refused("the path is too long.", HTTPStatus.REQUEST_URI_TOO_LONG)
        if not self.raw_requestline.strip():
            raise Refused("a request was wanted; an empty line came.")
        if self.parse_request():  # or it has answered with an error
            self._respond()

    def _respond(self) -> None:
        service = self.server.service
        if self.headers.defects or self.headers.get_payload():
            raise Refused("a line of the headers is none.")
        service.permit(self.path, self._header("Authorization") or "")
        service.route(self.command, self.path)
        if not self.server.places.work(self.connection):
            raise Refused(CROWDED, HTTPStatus.SERVICE_UNAVAILABLE)
        with Share(service.budget) as share:
            if self.command == "POST":
                length = self._number("Inference-Header-Content-Length")
                text, binary = service.infer(self._body(share), length, share)
            else:
                self._has_no_body()
                text, binary = json.dumps(service.gets[self.path]()).encode(), []
            self.connection.allow(self.server.patience)
            self._send(HTTPStatus.OK, text, binary)

    def _header(self, name: str) -> str | None:
        values = self.headers.get_all(name, [])
        if len(values) > 1:
            raise Refused(f"{name} came {len(values)} times.")
        return values[0] if values else None

    def _number(self, name: str) -> int | None:
        text = self._header(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise Refused(f"{name} is no number.")
        return int(text)

    def _has_no_body(self) -> None:
        if self._number("Content-Length") or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # a body that nobody reads must not be taken for the next request

    def _body(self, share: Share) -> memoryview:
        length = self._number("Content-Length")
        if length is None or "Transfer-Encoding" in self.headers:
            raise Refused("Content-Length was wanted.", HTTPStatus.LENGTH_REQUIRED)
        if self.headers.get("Content-Encoding", "identity") != "identity":
            raise Refused("compressed requests are not taken.", HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        longest = self.server.service.longest
        if length > longest:
            raise Refused(f"{length} bytes; {longest} are the most.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        share.take(length + length // 4, "the request")  # a quarter for telling which numbers are finite
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(HTTPStatus.CONTINUE)
            self.end_headers()
        body = np.empty(length, np.uint8).data  # takes memory as bytes come in, not before
        self.connection.allow(self.server.patience)
        count = self.rfile.readinto(body)
        if count < length:
            raise Refused(f"the body was cut off: {count} bytes came of {length}.")
        return body

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """The protocol's error body; the connection ends, because nobody knows what else is under way on it."""
        self.close_connection = True
        if not self.begun or self.answered:
            return
        if evicted := not self.server.places.has(self.connection):
            code, message = HTTPStatus.SERVICE_UNAVAILABLE, CROWDED
        self.connection.allow(1.0 if evicted else self.server.patience)
        text = json.dumps({"error": str(Refused(message or HTTPStatus(code).phrase))}).encode()
        try:
            self._send(code, text, [])
        except OSError:
            pass  # nobody reads it

    def _send(self, status: int, text: bytes, binary: list[memoryview]) -> None:
        length = len(text) + sum(map(len, binary))
        self.answered = True
        self.request_version = self.protocol_version  # whatever came: an answer without a status is none
        self.send_response(status)
        self.send_header("Content-Type", "application/octet-stream" if binary else "application/json")
        if binary:
            self.send_header("Inference-Header-Content-Length", str(len(text)))
        self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        if self.command == "HEAD":
            text = b""
        self._headers_buffer.append(b"\r\n" + text)
        self.flush_headers()
        for piece in binary:
            self.wfile.write(piece)


class Server(socketserver.TCPServer):
    """Listens on `tcp:HOST:PORT` or `unix:PATH`."""

    allow_reuse_address = True
    request_queue_size = 4 * CONNECTIONS

    def __init__(self, family: int, place: Any, service: Service, patience: float) -> None:
        self.address_family, self.service, self.patience = family, service, patience
        self.places, self.exits = Places(CONNECTIONS, polite=True), Places(CONNECTIONS, polite=False)
        super().__init__(place, Handler)

    def server_bind(self) -> None:
        """Only the owner may connect to a Unix socket."""
        old = os.umask(0o177)
        try:
            super().server_bind()
        finally:
            os.umask(old)

    def get_request(self) -> tuple[Paced, Any]:
        """A connection with deadlines."""
        connection, peer = self.socket.accept()
        paced = Paced(fileno=connection.detach())
        if paced.family != socket.AF_UNIX:
            paced.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return paced, peer

    def process_request(self, request: Paced, client_address: Any) -> None:
        """Serve a connection, or turn it away, in a thread of its own."""
        work = self._serve if self.places.enter(request) else self._turn_away
        try:
            threading.Thread(target=work, args=(request, client_address), daemon=True).start()
        except RuntimeError:  # there can be no more threads
            self.places.leave(request)
            request.close()

    def _serve(self, connection: Paced, peer: Any) -> None:
        try:
            self.finish_request(connection, peer)
        except Exception as error:  # clients come and go
            print(f"a connection ended: {error!r}", file=sys.stderr)
        finally:
            self.exits.enter(connection)
            self.places.leave(connection)
            self._see_off(connection)

    def _turn_away(self, connection: Paced, peer: Any) -> None:
        self.exits.enter(connection)
        connection.allow(self.patience)
        body = json.dumps({"error": CROWDED}).encode()
        head = f"Connection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        try:
            connection.sendall(f"HTTP/1.1 503 Service Unavailable\r\n{head}".encode() + body)
        except OSError:
            pass  # it has left
        self._see_off(connection)

    def _see_off(self, connection: Paced) -> None:
        """Close a connection once its client has; until then what it still sends is thrown away, within bounds."""
        try:
            if connection.deaf:  # the system would keep for it what is written already
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            else:
                connection.shutdown(socket.SHUT_WR)
                self._drain(connection)
        except OSError:
            pass  # it has left, or takes too long
        finally:
            self.exits.leave(connection)
            connection.close()

    def _drain(self, connection: Paced) -> None:
        end, left, buffer = time.monotonic() + self.patience, DRAIN, bytearray(LINE)
        connection.allow(self.patience)
        while left > 0 and time.monotonic() < end and self.exits.has(connection):
            count = connection.recv_into(buffer)
            left -= count or left
