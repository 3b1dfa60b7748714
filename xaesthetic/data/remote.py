"""Addresses of other machines, by fsspec: what they name is fetched once into the cache, and asked for changes again later.

Credentials are fsspec's affair: they come from the environment or stand in an address, and go nowhere but there.
"""

import os
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.extras import need
from xaesthetic.core.places import HIDDEN, redact
from xaesthetic.data.cache import Entry, content_file, find_entry, is_whole, keep

KINDS = {"http": "aiohttp", "https": "aiohttp", "s3": "s3fs", "gs": "gcsfs", "gcs": "gcsfs"}
"""The kinds of addresses that are read, each with the package that fsspec wants for it."""
PHOTOGRAPH, SHARD = 1 << 30, 1 << 36
"""Bytes that are taken of a photograph (1 GiB), and of a tar or list (64 GiB)."""
CONNECT, SILENCE = 15, 30
"""Seconds that a server may take to answer at all, and until the next byte."""
ATTEMPTS = 3
_GOOD_FOR = 300  # seconds in which an address is not asked again, nor one that failed
_CHUNK = 1 << 20


class _OtherHostError(Exception):
    """A server sends us to another one."""


class _FailedError(Exception):
    """An address could not be read; `passing` where that may be otherwise in a moment."""

    def __init__(self, reason: str, passing: bool) -> None:
        super().__init__(reason)
        self.passing = passing


def fetch(address: str, most: int = PHOTOGRAPH) -> Path:
    """Return a file of the cache that holds what an address names.

    It is fetched where it is not there yet, or the server says that it has changed. Where no server answers, what is there
    counts.

    Parameters
    ----------
    address
        With whatever secret is in it. One whose secret was left out can only be read from the cache.
    most
        Bytes; what is larger is not taken.

    Raises
    ------
    DataError
        If it cannot be read; says only why, without the address.
    PluginError
        If a package is missing that such addresses need.
    """
    if HIDDEN in address:
        entry = find_entry(address)
        if entry is None:
            raise DataError(
                "its address held a secret, which is not kept, and the cache has lost it: start the command with the whole "
                "address again"
            )
    else:
        outcome = _outcome(address, most, int(time.monotonic() // _GOOD_FOR))
        if isinstance(outcome, str):
            raise DataError(outcome)
        entry = outcome if content_file(outcome.sha256).is_file() else _fetched(address, most)
    file = content_file(entry.sha256)
    os.utime(file, ns=(time.time_ns(), file.stat().st_mtime_ns))  # used now: others are freed first
    return file


def find(address: str) -> Iterator[str]:
    """Give the addresses of all files below a folder, or of those that a pattern with a star fits, in order.

    Raises
    ------
    DataError
        If it cannot be listed.
    PluginError
        If a package is missing that such addresses need.
    """
    if HIDDEN in address:
        raise DataError(f"{address}: held a secret, which is not kept; start the command with the whole address again.")
    system, path = _system(address)
    scheme = address.partition("://")[0]
    try:
        names = system.glob(path) if "*" in path else system.find(path)
    except Exception as error:
        raise DataError(f"{redact(address)}: cannot be listed ({_failure(error)}).") from error
    yield from (name if "://" in name else f"{scheme}://{name}" for name in sorted(names))


@lru_cache(maxsize=1 << 16)
def _outcome(address: str, most: int, period: int) -> Entry | str:
    """What an address holds or why it cannot be read, as it was in these few minutes."""
    del period
    try:
        return _fetched(address, most)
    except DataError as error:
        return str(error)


def _fetched(address: str, most: int) -> Entry:
    known = find_entry(redact(address))
    system, path = _system(address)
    for attempt in range(ATTEMPTS):
        try:
            return _attempt(system, path, redact(address), known, most)
        except _FailedError as error:
            if not error.passing:
                raise DataError(str(error)) from error
            if known is not None and is_whole(known):
                return known
            if attempt + 1 == ATTEMPTS:
                raise DataError(f"{error}, {ATTEMPTS} times") from error
            time.sleep(0.5 * 2**attempt)
    raise DataError("was not asked for")  # no attempt is allowed


def _attempt(system: Any, path: str, text: str, known: Entry | None, most: int) -> Entry:
    try:
        info = system.info(path)
    except Exception as error:  # of any library that fsspec hands it to
        raise _failure(error) from error
    size, mark = info.get("size"), _mark(info)
    if size is not None and size > most:
        raise DataError(f"is {size:,} bytes, of which at most {most:,} are taken")
    if known and mark and known.mark == mark and is_whole(known):
        return known
    return keep(text, _content(system, path, size, most), mark)


def _content(system: Any, path: str, size: int | None, most: int) -> Iterator[bytes]:
    """Give the content piece by piece; a server may send more than it has said, and without end."""
    web = "://" in path
    count = 0
    try:
        with system.open(path, "rb", **({"block_size": 0, "size": size} if web else {})) as file:
            while chunk := file.read(_CHUNK):
                count += len(chunk)
                if count > most:
                    break
                yield chunk
    except Exception as error:
        raise _failure(error) from error
    if count > most:
        raise DataError(f"is more than {most:,} bytes, which is not taken")
    if size is not None and count != size and not web:
        raise _FailedError(f"{count:,} of {size:,} bytes came", passing=True)


def _mark(info: dict[str, Any]) -> str:
    """What changes with the content, as far as the server says."""
    mark = next((str(info[key]) for key in ("ETag", "etag", "md5Hash", "Content-MD5") if info.get(key)), "")
    date = next((str(info[key]) for key in ("Last-Modified", "LastModified", "updated", "mtime") if info.get(key)), "")
    return f"{mark} {date} {info.get('size')}" if mark or date else ""


def _failure(error: BaseException) -> _FailedError:
    """Why an address cannot be read, without what a library says of it: that may hold the secret."""
    causes = [error]
    while cause := causes[-1].__cause__ or causes[-1].__context__:
        causes.append(cause)
    for one in causes:
        status = getattr(one, "status", None)
        if isinstance(one, _OtherHostError):
            return _FailedError(str(one), passing=False)
        if isinstance(status, int):
            return _FailedError(f"the server answers {status}", passing=status >= 500 or status in (408, 425, 429))
        if isinstance(one, TimeoutError) or "Timeout" in type(one).__name__:
            return _FailedError("the server does not answer in time", passing=True)
    if isinstance(error, FileNotFoundError):
        broken = any(isinstance(one, OSError) and not isinstance(one, FileNotFoundError) for one in causes)
        return _FailedError("cannot be reached", passing=True) if broken else _FailedError("is not there", passing=False)
    if isinstance(error, PermissionError):
        return _FailedError("may not be read: the credentials are missing or refused", passing=False)
    names = [type(one).__name__ for one in causes]
    if any("Credential" in name for name in names):
        return _FailedError("needs credentials, and there are none", passing=False)
    return _FailedError(f"cannot be read ({names[0]})", passing=isinstance(error, OSError) or "Client" in names[0])


# -- fsspec ------------------------------------------------------------------------------------------------------------


def _system(address: str) -> tuple[Any, str]:
    """The file system that an address is of, and the path there."""
    scheme = address.partition("://")[0].lower()
    if scheme not in KINDS:
        raise DataError(f"{scheme}:// is no kind of address that is read; {', '.join(KINDS)} are")
    if scheme.startswith("http") and not urlsplit(address).hostname:
        raise DataError("is an address without a host")
    fsspec = need("fsspec.core", "remote", f"an address of {scheme}://")
    package = KINDS[scheme]
    try:
        need(package, "remote", f"an address of {scheme}://")
        options: dict[str, Any] = {"get_client": _client} if package == "aiohttp" else {"use_listings_cache": False}
        system, path = fsspec.url_to_fs(address, **options)
    except PluginError as error:
        if package == "aiohttp":
            raise
        raise PluginError(
            f"an address of {scheme}:// needs {package}, which is not installed; pip install {package}."
        ) from error
    except Exception as error:
        raise DataError(f"is no address that can be read ({type(error).__name__})") from error
    return system, path


async def _client(loop: Any = None) -> Any:
    """A session that goes to no other host than the one that it is sent to."""
    aiohttp = need("aiohttp", "remote", "an address of http://")
    trace = aiohttp.TraceConfig()
    trace.on_request_redirect.append(_stay)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT, sock_read=SILENCE)
    del loop  # it is the one that runs
    return aiohttp.ClientSession(trace_configs=[trace], timeout=timeout, trust_env=True)


async def _stay(_session: Any, _context: Any, parameters: Any) -> None:
    target = urlsplit(parameters.response.headers.get("Location", "")).hostname
    if target and target != parameters.url.host:
        raise _OtherHostError(f"the server sends us to {target}; name the address there, if that is meant")
