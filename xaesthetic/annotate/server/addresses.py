"""Under which addresses a server is reached: every request has to name one of them."""

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from xaesthetic.core.errors import DataError

_USUAL = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Addresses:
    """The names that a server answers to."""

    origins: tuple[str, ...]
    """``http://127.0.0.1:8765``, …; links name the first."""

    @property
    def origin(self) -> str:
        """What links begin with."""
        return self.origins[0]

    @property
    def hosts(self) -> frozenset[str]:
        """What the Host header may be."""
        return frozenset(origin.partition("://")[2] for origin in self.origins)

    @property
    def is_secure(self) -> bool:
        """Whether browsers speak to it by TLS."""
        return self.origin.startswith("https:")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def addresses(host: str, port: int, tls: bool = False, proxy: str = "") -> Addresses:
    """Work out the names of a server.

    Parameters
    ----------
    host, port
        What it listens to.
    tls
        Whether it speaks TLS itself.
    proxy
        The address that a proxy before it is reached at, which ends TLS; empty where there is none.

    Raises
    ------
    DataError
        If others could read what is sent: beyond loopback without TLS, or a proxy without.

    Examples
    --------
    >>> addresses("127.0.0.1", 8765).origins
    ('http://127.0.0.1:8765', 'http://localhost:8765')
    """
    if proxy:
        return Addresses((_proxy_origin(proxy),))
    if not (tls or is_loopback(host)):
        raise DataError(
            f"--host {host}: others could read what annotators send; give --tls-cert and --tls-key, or --behind-proxy URL "
            "where a proxy ends TLS."
        )
    scheme = "https" if tls else "http"
    suffix = "" if port == _USUAL[scheme] else f":{port}"
    return Addresses(tuple(f"{scheme}://{name}{suffix}" for name in _names(host)))


def _names(host: str) -> tuple[str, ...]:
    if host in ("0.0.0.0", "::", ""):  # noqa: S104  # names of this machine, where it listens to all its addresses
        return tuple(dict.fromkeys((socket.getfqdn(), socket.gethostname(), "localhost")))
    shown = f"[{host}]" if ":" in host else host
    return (shown, "localhost") if is_loopback(host) and host != "localhost" else (shown,)


def _proxy_origin(proxy: str) -> str:
    try:
        parts = urlsplit(proxy)
        port = parts.port
    except ValueError as error:
        raise DataError(f"--behind-proxy {proxy}: is no address ({error}).") from error
    host = parts.hostname
    if parts.scheme != "https" or not host or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise DataError(f"--behind-proxy {proxy}: https://NAME was wanted, without a path.")
    shown = f"[{host}]" if ":" in host else host
    return f"https://{shown}" if port in (None, 443) else f"https://{shown}:{port}"
