"""What was fetched from other machines, by its sha256: files come whole or not at all, the oldest go when it is full."""

import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import remove, sha256, to_json
from xaesthetic.core.unfinished import unfinished
from xaesthetic.data.fetch.registry import cache_folder

VARIABLE = "XAESTHETIC_CACHE_SIZE"
"""The environment variable that holds the largest size of the cache."""
USUAL = "20GB"
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) *([kmgt]?)b?")
_SHARE = 256  # the whole is looked through once in so many files, and whenever one comes that is larger than that share


@dataclass(frozen=True, slots=True)
class Entry:
    """What an address held when it was last fetched."""

    sha256: str
    size: int
    mark: str = ""
    """What the server says that changes with the content (its ETag, or size and date); empty where it says nothing."""


@dataclass(frozen=True, slots=True)
class Freed:
    """A file that was removed from the cache, or would be."""

    path: Path
    size: int


def largest() -> int:
    """Return how many bytes the cache may hold.

    Raises
    ------
    DataError
        If the environment variable is no size.
    """
    return parse_size(os.environ.get(VARIABLE) or USUAL)


def parse_size(text: str) -> int:
    """Return a number of bytes.

    Raises
    ------
    DataError
        If the text is none.

    Examples
    --------
    >>> parse_size("1.5GB")
    1500000000
    """
    match = _SIZE.fullmatch(text.strip().lower())
    if not match:
        raise DataError(f"{text!r} is no size of a cache; a number with KB, MB, GB or TB was wanted, as {USUAL}.")
    return int(float(match[1]) * _UNITS[match[2]])


def content_file(digest: str) -> Path:
    """Return where content of that sha256 lies, or would."""
    return _folder() / "files" / digest[:2] / digest


def find_entry(text: str) -> Entry | None:
    """Return what is known of an address, by its text without secrets; None where nothing is, or its content is gone."""
    file = _entry_file(text)
    if not file.is_file():
        return None
    try:
        entry = read_json(file, Entry)
        whole = content_file(entry.sha256).stat().st_size == entry.size
    except (DataError, OSError):  # damaged, or freed: it is fetched again
        return None
    return entry if whole and re.fullmatch("[0-9a-f]{64}", entry.sha256) else None


def is_whole(entry: Entry) -> bool:
    """Whether content is still what its name says; damaged content is removed."""
    file = content_file(entry.sha256)
    try:
        if sha256(file) == entry.sha256:
            return True
    except (OSError, DataError):
        pass
    remove(file)
    return False


def keep(text: str, chunks: Iterable[bytes], mark: str) -> Entry:
    """Keep what an address holds.

    Parameters
    ----------
    text
        The address, without secrets.
    chunks
        Its content.
    mark
        What changes with it, as the server says.

    Raises
    ------
    DataError
        If the disk is full or otherwise unwilling; nothing is left behind then.
    """
    digest, size = hashlib.sha256(), 0
    with _placed() as temporary:
        with temporary.open("wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
        entry = Entry(digest.hexdigest(), size, mark)
        _move(temporary, content_file(entry.sha256))
    with _placed() as temporary:
        temporary.write_text(to_json(asdict(entry)), encoding="utf-8")
        _move(temporary, _entry_file(text))
    if size * _SHARE > largest() or int(entry.sha256[:2], 16) == 0:
        list(free(largest(), besides=entry.sha256))
    return entry


@contextmanager
def _placed() -> Iterator[Path]:
    """Give a file to write, which is gone afterwards unless it was moved. Nothing is synced: what is damaged is noticed."""
    temporary = _folder() / f".{secrets.token_hex(8)}.tmp"
    try:
        with unfinished(lambda: remove(temporary)):
            _folder().mkdir(parents=True, exist_ok=True)
            yield temporary
    except OSError as error:
        raise DataError(
            f"the cache {_folder()} cannot be written ({error.strerror or error}); make room, or set XAESTHETIC_CACHE"
        ) from error
    finally:
        remove(temporary)


def _move(temporary: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(target)


def free(most: int = 0, besides: str = "", dry: bool = False) -> Iterator[Freed]:
    """Remove the files that were not used for longest, until the cache holds at most so many bytes.

    Parameters
    ----------
    most
        Bytes that may stay; 0 removes all.
    besides
        The sha256 of content that stays in any case.
    dry
        Whether nothing is removed.

    Yields
    ------
    What is removed; the oldest first.
    """
    held = []
    for file in (_folder() / "files").glob("*/*"):
        with suppress(OSError):  # another process may free it too
            status = file.stat()
            held.append((max(status.st_atime_ns, status.st_mtime_ns), status.st_size, file))
    over = sum(size for _, size, _ in held) - most
    for _, size, file in sorted(held):
        if over <= 0:
            return
        if file.name != besides:
            if not dry:
                remove(file)
            over -= size
            yield Freed(file, size)


def _entry_file(text: str) -> Path:
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return _folder() / "addresses" / name[:2] / f"{name}.json"


def _folder() -> Path:
    return cache_folder() / "remote"
