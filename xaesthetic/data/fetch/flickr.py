"""AADB's photographs one by one from Flickr: every file's name holds its address."""

import csv
import io
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xaesthetic.core.delimited import read_delimited
from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import need
from xaesthetic.core.files import atomic_write, write_text
from xaesthetic.core.progress import Track, silent
from xaesthetic.core.spreadsheet import safe_cell
from xaesthetic.data.fetch.transfer import HEADERS, retry_after

if TYPE_CHECKING:
    import requests

_NAME = re.compile(r"(farm\d+)_(\d+)_(\d+_[0-9a-f]+_[a-z]\.jpg)")
_ATTEMPTS = 4
_GONE = frozenset({404, 410})
_UNREACHED = 12  # photographs in a row without any answer: then there is no connection
SERVER = "https://{farm}.staticflickr.com"


def flickr_url(name: str, server: str = SERVER) -> str | None:
    """The address that a file's name holds; None where it holds none."""
    result = _NAME.fullmatch(name)
    return f"{server.format(farm=result[1])}/{result[2]}/{result[3]}" if result else None


@dataclass(slots=True)
class _Pace:
    """At most so many requests a second, over all threads."""

    rate: float
    sleep: Callable[[float], object]
    stop: threading.Event
    lock: threading.Lock = field(default_factory=threading.Lock)
    next: float = 0.0

    def wait(self) -> None:
        with self.lock:
            now = time.monotonic()
            slot = max(now, self.next)
            self.next = slot + 1 / self.rate
        if slot > now:
            self.sleep(slot - now)


def fetch_flickr(
    names: Sequence[str],
    folder: Path,
    server: str | None = None,
    rate: float = 5.0,
    workers: int = 4,
    again: bool = False,
    track: Track = silent,
    sleep: Callable[[float], object] | None = None,
) -> dict[str, str]:
    """Fetch the photographs that are not there yet.

    Parameters
    ----------
    names
        Files as AADB's lists name them.
    folder
        Gets the photographs, and `gone.csv` with those that Flickr no longer has and why; they are not asked for again.
    server
        Where from, for example a mirror; `{farm}` stands for the name's first part. None for Flickr itself.
    rate
        Requests a second at most, over all workers.
    workers
        Requests at the same time at most.
    again
        Whether those that were gone are asked for again.
    track
        Tells the progress.
    sleep
        Waits that many seconds; None for a wait that ends when the command is stopped.

    Returns
    -------
    Why each photograph that is still missing is so, by name.

    Raises
    ------
    DataError
        If a dozen photographs in a row cannot be reached at all; what has come stays.
    """
    gone = {} if again else _read(folder / "gone.csv")
    todo = [name for name in dict.fromkeys(names) if name not in gone and not (folder / name).is_file()]
    stop = threading.Event()
    pace, missing, unreached = _Pace(rate, sleep or stop.wait, stop), dict(gone), 0
    with ThreadPoolExecutor(workers) as pool:
        futures = [(name, pool.submit(_fetch, name, folder, server or SERVER, pace)) for name in todo]
        try:
            for name, future in track(futures, "photographs from Flickr", len(todo)):
                outcome = future.result()
                unreached = unreached + 1 if outcome.startswith("unreached") else 0
                if unreached >= _UNREACHED:
                    raise DataError(f"{name}: Flickr cannot be reached ({outcome}); start again when it can.")
                if outcome:
                    missing[name] = outcome
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
            _write(folder / "gone.csv", {name: why for name, why in missing.items() if why.startswith("gone")})
    return missing


def _fetch(name: str, folder: Path, server: str, pace: _Pace) -> str:
    """Fetch one photograph; why it could not be had, or nothing."""
    url = flickr_url(name, server)
    if url is None:
        return "gone: its name holds no address"
    outcome = ""
    requests = need("requests", extra="fetch", purpose="data fetch")
    for attempt in range(_ATTEMPTS):
        pace.wait()
        if pace.stop.is_set():
            return "failed: stopped"
        wait = 2.0**attempt
        try:
            response = requests.get(url, headers=HEADERS, timeout=(15, 60))
        except requests.RequestException as error:
            outcome = f"unreached: {type(error).__name__}"
        else:
            if response.status_code in _GONE or "photo_unavailable" in response.url:
                return f"gone: status {response.status_code}"
            outcome = _keep(response, folder / name) if response.ok else f"failed: status {response.status_code}"
            if not outcome:
                return ""
            wait = retry_after(response) or wait
        if attempt + 1 < _ATTEMPTS:
            pace.sleep(wait)
    return outcome


def _keep(response: "requests.Response", path: Path) -> str:
    """Write the photograph, if it is one."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(response.content), formats=("JPEG", "PNG", "GIF")) as image:
            image.load()
    except Exception as error:  # damaged files make Pillow's readers raise nearly anything
        return f"failed: no photograph came ({type(error).__name__})"
    with atomic_write(path) as temporary:
        temporary.write_bytes(response.content)
    return ""


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    rows = (row.cells for row in read_delimited(path, wanted=("file", "why")).rows if not row.problem)
    return {cells["file"]: cells["why"] for cells in rows if cells["file"] and cells["why"]}


def _write(path: Path, gone: dict[str, str]) -> None:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "why"])
    table.writerows([safe_cell(name), why] for name, why in sorted(gone.items()))
    write_text(path, text.getvalue())
