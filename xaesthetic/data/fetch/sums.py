"""Whether a file that came is the one that was meant: by its sha256, by what the first download was, by its beginning."""

from collections.abc import Callable
from pathlib import Path

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import sha256, write_json
from xaesthetic.data.fetch.registry import cache_folder

Say = Callable[[str], None]

_MOST = 1 << 24
"""Bytes of the record of sums."""
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<?xml")
_BEGINNINGS = {
    (".zip",): b"PK",
    (".gz", ".tgz"): b"\x1f\x8b",
    (".hdf5", ".h5"): b"\x89HDF",
    (".jpg", ".jpeg"): b"\xff\xd8",
    (".png",): b"\x89PNG",
}
"""How files of these endings begin."""


def silence(_text: str) -> None:
    """Say nothing."""


def accept(url: str, name: str, expected: str | None, part: Path, again: bool, say: Say) -> None:
    """Make sure that what has come is what was meant, and remove it where it is not.

    Parameters
    ----------
    url
        Where it came from; its sha256 is recorded under that where none is known.
    name
        What it is called.
    expected
        Its sha256, or the first digits; None where that of the first download is recorded, and said.
    part
        The file.
    again
        Whether another one than at the first download is accepted.
    say
        Gets a line.

    Raises
    ------
    DataError
        If it is another file.
    """
    if expected:
        verify(url, expected, part)
        return
    if wrong := _wrong(name, part):
        part.unlink()
        raise DataError(f"{url}: {wrong} came instead of {name}: a quota, a login or a new address; open it in a browser.")
    result, known = sha256(part), recorded().get(url)
    if known and known != result and not again:
        part.unlink()
        raise DataError(
            f"{url}: sha256 is {result[:12]}… but that of the first download was {known[:12]}…; if the file may have "
            "changed, accept it with --again."
        )
    if known != result:
        say(f"{name}: its sha256 is not known to us; got {result}, which the next download is compared with")
        write_json(_record(), recorded() | {url: result})


def verify(url: str, expected: str, path: Path) -> None:
    """Make sure that a file has the sha256 that is known, and remove it where it has not.

    Raises
    ------
    DataError
        If it has not.
    """
    result = sha256(path)
    if not result.startswith(expected):
        path.unlink()
        raise DataError(f"{url}: sha256 is {result[:12]}… but {expected[:12]}… was wanted; it was deleted.")


def recorded() -> dict[str, str]:
    """The sha256 of first downloads, by address.

    Raises
    ------
    DataError
        If the record cannot be read.
    """
    return read_json(_record(), dict[str, str], _MOST) if _record().is_file() else {}


def forget(url: str) -> None:
    """Record no longer what came from an address, since it was of no use."""
    sums = recorded()
    if sums.pop(url, None):
        write_json(_record(), sums)


def _record() -> Path:
    return cache_folder() / "hashes.json"


def _wrong(name: str, part: Path) -> str:
    with part.open("rb") as file:
        start = file.read(512)
    suffix = Path(name).suffix.lower()
    beginning = next((begins for suffixes, begins in _BEGINNINGS.items() if suffix in suffixes), b"")
    if suffix not in (".html", ".xml") and start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_PAGES):
        return "a web page"
    return "" if start.startswith(beginning) else "something else"
