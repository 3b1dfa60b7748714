"""One file over HTTP: resumed where it was, tried again when the server is busy, refused when it is a web page.

pooch downloads into a temporary file that it deletes when anything fails; so that a stopped download can go on, the bytes
are kept in a `.part` file here, and handed to pooch once they are all there.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import need
from xaesthetic.core.files import write_json
from xaesthetic.core.progress import Track, silent

if TYPE_CHECKING:
    import requests

_ATTEMPTS = 6
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
_TIMEOUT = (15, 60)  # seconds: to connect, and without a byte
_CHUNK = 2**20
MOST = 1 << 36
"""Bytes of a file (64 GiB); a server that sends more is not gone on with."""
HEADERS = {"User-Agent": "xaesthetic (research software)", "Accept-Encoding": "identity"}

Sleep = Callable[[float], None]


class _Again(Exception):  # noqa: N818  # no error: a reason to wait
    """The transfer did not end well, but may do so later."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def transfer(url: str, part: Path, track: Track = silent, sleep: Sleep = time.sleep) -> None:
    """Download to `part`, going on from what is there.

    Bytes that are there are used only if the server says by its ETag or date that the file is still the same.

    Parameters
    ----------
    url
        Where from.
    part
        Where to; its validator stands beside it.
    track
        Tells the progress in MiB.
    sleep
        Waits that many seconds.

    Raises
    ------
    DataError
        If the file is not there, is a web page, or the server does not answer after six attempts. What has come stays.
    """
    reason = ""
    for attempt in range(_ATTEMPTS):
        try:
            _attempt(url, part, track)
        except _Again as again:
            reason = str(again)
            if attempt + 1 < _ATTEMPTS:
                sleep(2.0**attempt if again.wait is None else again.wait)
        else:
            _validator(part).unlink(missing_ok=True)
            return
    raise DataError(f"{url}: {reason}, {_ATTEMPTS} times; what has come so far is kept: try again later.")


def retry_after(response: "requests.Response") -> float | None:
    """How many seconds the server asks to wait, at most ten minutes; None where it does not say in seconds."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), 600.0) if re.fullmatch(r"\d+", text) else None


def _validator(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _mark(part: Path) -> str | None:
    """What tells the version that has begun to come; None where that cannot be read, so that it starts anew."""
    try:
        return read_json(_validator(part), str, 1 << 16) if _validator(part).is_file() else None
    except DataError:
        return None


def _attempt(url: str, part: Path, track: Track) -> None:
    present = part.stat().st_size if part.is_file() else 0
    mark = _mark(part) if present else None
    requests = need("requests", extra="fetch", purpose="data fetch")
    wanted = {"Range": f"bytes={present}-", "If-Range": mark} if mark else {}
    try:
        with requests.get(url, headers=HEADERS | wanted, stream=True, timeout=_TIMEOUT) as response:
            _check(url, response, part)
            start = present if mark and response.status_code == 206 else 0
            if not response.headers.get("Content-Range", f"bytes {start}-").startswith(f"bytes {start}-"):
                part.unlink(missing_ok=True)
                raise _Again("the server sent another part of the file")
            if start == 0:
                part.unlink(missing_ok=True)
                _remember(response, part)
            _receive(response, part, start, track)
    except requests.RequestException as error:
        raise _Again(f"the connection broke ({type(error).__name__})") from error


def _check(url: str, response: "requests.Response", part: Path) -> None:
    status = response.status_code
    if status in _BUSY:
        raise _Again(f"the server is busy (status {status})", retry_after(response))
    if status == 416:  # what is there is no beginning of it
        part.unlink(missing_ok=True)
        raise _Again("the server does not know the rest of the file")
    if status not in (200, 206):
        raise DataError(f"{url}: status {status} ({response.reason}); the file is not there any more, or not for everybody.")
    if response.headers.get("Content-Type", "").startswith("text/html"):
        title = re.search(r"<title[^>]*>([^<]{0,80})", response.raw.read(20_000).decode("utf-8", "replace"), re.IGNORECASE)
        said = f" ({title[1].strip()})" if title else ""
        raise DataError(
            f"{url}: a web page{said} came instead of the file: a quota, a login or a new address; open it in a browser and "
            "put the file where it belongs, or try again tomorrow."
        )


def _remember(response: "requests.Response", part: Path) -> None:
    """Keep what tells this version of the file from another; without it a stopped download starts anew."""
    mark = response.headers.get("ETag", "")
    mark = response.headers.get("Last-Modified", "") if not mark or mark.startswith("W/") else mark
    if mark:
        write_json(_validator(part), mark)
    else:
        _validator(part).unlink(missing_ok=True)


def _receive(response: "requests.Response", part: Path, start: int, track: Track) -> None:
    length = response.headers.get("Content-Length")
    total = start + int(length) if length and re.fullmatch(r"[0-9]{1,15}", length) else None
    chunks = response.iter_content(_CHUNK)
    count = -(-((total or 0) - start) // _CHUNK) if total else 1
    with part.open("ab") as file:
        for chunk in track(chunks, f"{part.name.removeprefix('.').removesuffix('.part')}, MiB", count):
            file.write(chunk)
            if file.tell() > MOST:
                raise DataError(f"{response.url}: sends more than {MOST:,} bytes; that is no file of ours.")
    if total is not None and part.stat().st_size != total:
        raise _Again(f"{part.stat().st_size} of {total} bytes came")
