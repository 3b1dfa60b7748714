"""Google Drive without an account.

Files come by the address that Drive itself forwards to, which knows resource keys and can be resumed; gdown, which does
not pass those keys on, is asked only where a page comes instead of the file.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import need
from xaesthetic.core.files import atomic_write
from xaesthetic.core.progress import Track, silent
from xaesthetic.data.fetch.archive import unpack
from xaesthetic.data.fetch.registry import Unpack
from xaesthetic.data.fetch.transfer import HEADERS, Sleep, transfer

VIEW = "https://drive.google.com/embeddedfolderview"
FILE = "https://drive.usercontent.google.com/download"
"""Where Drive shows a folder to guests, and where it gives files."""
_HOSTS = ("drive.google.com", "drive.usercontent.google.com")


def transfer_any(url: str, part: Path, track: Track = silent, sleep: Sleep = time.sleep) -> None:
    """Download a file, from Google Drive or anywhere else.

    Raises
    ------
    DataError
        If it cannot be had: of Drive, a quota a day, a file that is not public, a page that gdown might get past.
    """
    try:
        transfer(url, part, track, sleep)
    except DataError as refused:
        if urlsplit(url).hostname not in _HOSTS:
            raise
        _by_gdown(url, part, refused)


def _by_gdown(url: str, part: Path, refused: DataError) -> None:
    try:
        import gdown
    except ImportError:
        raise DataError(f"{refused} Or let gdown try: pip install 'xaesthetic[drive]'.") from refused
    try:
        gdown.download(id=_identity(url)[0], output=str(part))
    except Exception as error:  # gdown lets nearly anything through
        raise DataError(f"{refused} (gdown: {str(error).strip().partition(chr(10))[0]})") from error
    if not part.is_file():  # older ones say it on the screen only
        raise refused
    with part.open("rb") as file:
        start = file.read(512).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        part.unlink()
        raise refused


def drive_folder(
    url: str,
    folder: Path,
    endings: Sequence[str],
    track: Track = silent,
    sleep: Sleep = time.sleep,
    accept: Callable[[str, str, Path], None] = lambda _url, _name, _part: None,
) -> None:
    """Download those files of a Drive folder whose names end so, whole or not at all; zip files among them are unpacked.

    `accept` gets address, name and file of everything that comes, and raises where it is not what was meant.

    Raises
    ------
    DataError
        If Drive does not show the folder, none of its files ends so, or one cannot be had.
    """
    wanted = [item for item in _listed(url) if item.name.lower().endswith(tuple(endings))]
    if not wanted:
        raise DataError(
            f"{url}: shows no file that ends in {', '.join(endings)}; open it in a browser and put the files into {folder}."
        )
    with atomic_write(folder) as temporary:
        temporary.mkdir(parents=True)
        for item in wanted:
            place = temporary / re.sub(r"[^\w.\-]", "_", item.name)
            transfer_any(item.url, place, track, sleep)
            accept(item.url, item.name, place)
            if place.suffix == ".zip":
                unpack(place, temporary / place.stem, Unpack(place.stem))
                place.unlink()


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    url: str


class _Links(HTMLParser):
    """Every link of a page with its text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember where a link leads."""
        if tag == "a":
            self.found.append((dict(attrs).get("href") or "", ""))
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        """Remember where it ends."""
        self.open = self.open and tag != "a"

    def handle_data(self, data: str) -> None:
        """Take a link's text."""
        if self.open:
            href, text = self.found[-1]
            self.found[-1] = (href, text + data)


def _listed(url: str) -> list[_Entry]:
    identity, key = _identity(url)
    query = {"id": identity} | ({"resourcekey": key} if key else {})
    requests = need("requests", extra="fetch", purpose="data fetch")
    try:
        response = requests.get(f"{VIEW}?{urlencode(query)}", headers=HEADERS, timeout=(15, 60))
    except requests.RequestException as error:
        raise DataError(f"{url}: cannot be reached ({type(error).__name__}); try again later.") from error
    if not response.ok:
        raise DataError(f"{url}: status {response.status_code}; the folder is not there any more, or not for everybody.")
    links = _Links()
    links.feed(response.text)
    return [_Entry(text.strip(), _file(href)) for href, text in links.found if "/file/d/" in href]


def _file(href: str) -> str:
    identity, key = _identity(href)
    query = {"export": "download", "confirm": "t", "id": identity} | ({"resourcekey": key} if key else {})
    return f"{FILE}?{urlencode(query)}"


def _identity(url: str) -> tuple[str, str]:
    """The id and the resource key in an address of Drive; empty where there is none."""
    split = urlsplit(url)
    query = parse_qs(split.query)
    result = re.search(r"/(?:folders|d)/([\w-]+)", split.path)
    identity = result[1] if result else query.get("id", [""])[0]
    return identity, query.get("resourcekey", [""])[0]
