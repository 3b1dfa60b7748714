"""Serves a study until it is stopped."""

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from xaesthetic.core.errors import DataError

AT_ONCE = 400
"""Connections; a hundred browsers keep a few each."""
_IDLE, _GRACE = 15, 10
"""Seconds that a connection may be idle, and that requests have to end in when the server stops."""


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate and its key, in PEM files."""

    cert: Path
    key: Path


def validate_tls(tls: Tls) -> None:
    """Refuse files that TLS cannot be spoken with.

    Raises
    ------
    DataError
        If one of them is missing, is not what it should be, or wants a password.
    """
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(
            tls.cert, tls.key, password=""
        )  # never asks for one
    except (OSError, ValueError) as error:
        raise DataError(
            f"--tls-cert {tls.cert} --tls-key {tls.key}: cannot be used ({error}); PEM files of a certificate and its key, "
            "without a password, were wanted."
        ) from error


def listen(host: str, port: int) -> socket.socket:
    """Take a port, before anything says that it is served there; 0 takes a free one.

    Raises
    ------
    DataError
        If it is taken, or the host is none of this machine's.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"--host {host} --port {port}: cannot be listened to ({reason}); choose another port.") from error


def serve(app: ASGIApp, listener: socket.socket, tls: Tls | None = None) -> None:
    """Answer requests until the process is asked to end; what is under way is finished.

    Parameters
    ----------
    app
        The application.
    listener
        Where requests come in.
    tls
        What TLS is spoken with; plain HTTP where None.
    """
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=_GRACE,
        ssl_certfile=str(tls.cert) if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
    )
    server = uvicorn.Server(config)
    with server.capture_signals():  # while it begins, too: asyncio passes over what a signal raises between two tasks
        server.run(sockets=[listener])
