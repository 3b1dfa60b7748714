"""Downloads that are there once, verified before they are moved into place."""

import time
from collections.abc import Callable
from pathlib import Path

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import need
from xaesthetic.core.files import sha256, write_json
from xaesthetic.core.progress import Track, silent
from xaesthetic.data.fetch.archive import unpack
from xaesthetic.data.fetch.drive import drive_folder, transfer_any
from xaesthetic.data.fetch.registry import Download, File, cache_folder, cached, find_download

Sleep = Callable[[float], None]


def fetch_files(
    name: str, source: str | None = None, again: bool = False, track: Track = silent, sleep: Sleep = time.sleep
) -> list[Path]:
    """Download everything of one name that is not there yet.

    Parameters
    ----------
    name
        An entry of the registry.
    source
        Where from, if there is a choice; None for the first.
    again
        Whether files whose contents have changed at their address are accepted, and fetched again.
    track
        Tells the progress.
    sleep
        Waits between attempts.

    Returns
    -------
    The files and folders, all of them there now.

    Raises
    ------
    DataError
        If the name or source is unknown, something cannot be fetched, or its sha256 is not the one that is wanted. What
        was there stays.
    """
    download = find_download(name)
    return [_fetch(cached(name), file, again, track, sleep) for file in files_of(name, download, source)]


def files_of(name: str, download: Download, source: str | None) -> tuple[File, ...]:
    """The files of an entry from one of its sources.

    Raises
    ------
    DataError
        If it has no such source.
    """
    if source is None:
        return download.files + next(iter(download.sources.values()), ())
    if source not in download.sources:
        present = f"there are {', '.join(download.sources)}" if download.sources else "there is but one"
        raise DataError(f"{name}: no source {source!r}; {present}.")
    return download.files + download.sources[source]


def place_of(name: str, file: File) -> Path:
    """Where a file, or the folder that it is unpacked into, is or will be."""
    return cached(name) / (file.unpack.folder if file.unpack else file.name)


def _fetch(folder: Path, file: File, again: bool, track: Track, sleep: Sleep) -> Path:
    place = folder / (file.unpack.folder if file.unpack else file.name)
    if place.exists() and not again:
        if file.sha256 and place.is_file():
            _verify(file, place)
        return place
    if file.unpack and "/folders/" in file.url:
        drive_folder(file.url, place, file.unpack.keep, track, sleep)
        return place
    _retrieve(folder, file, again, track, sleep)
    if file.unpack:
        unpack(folder / file.name, place, file.unpack)
        (folder / file.name).unlink()
    return place


def _retrieve(folder: Path, file: File, again: bool, track: Track, sleep: Sleep) -> None:
    pooch = need("pooch", extra="fetch", purpose="data fetch")
    pooch.get_logger().setLevel("WARNING")
    part = folder / f".{file.name}.part"

    def downloader(url: str, output: str, _pooch: object) -> None:
        transfer_any(url, part, track, sleep)
        _accept(file, part, again)
        part.replace(output)

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if again:
            (folder / file.name).unlink(missing_ok=True)
        pooch.retrieve(file.url, known_hash=None, fname=file.name, path=folder, downloader=downloader)
        (folder / file.name).chmod(0o644)  # pooch's temporary file is its owner's only
    except OSError as error:
        raise DataError(
            f"{folder}: cannot be written ({error.strerror or error}); make room, or set XAESTHETIC_CACHE to another folder."
        ) from error


def _accept(file: File, part: Path, again: bool) -> None:
    """Make sure that what has come is what was meant; record its sha256 where none was known."""
    if file.sha256:
        _verify(file, part)
        return
    recorded = cache_folder() / "hashes.json"
    hashes = read_json(recorded) if recorded.is_file() else {}
    result, known = sha256(part), hashes.get(file.url)
    if known and known != result and not again:
        part.unlink()
        raise DataError(
            f"{file.url}: sha256 is {result[:12]}… but that of the first download was {known[:12]}…; if the file may have "
            "changed, accept it with --again."
        )
    write_json(recorded, hashes | {file.url: result})


def _verify(file: File, path: Path) -> None:
    result = sha256(path)
    if not result.startswith(str(file.sha256)):
        path.unlink()
        raise DataError(f"{file.url}: sha256 is {result[:12]}… but {str(file.sha256)[:12]}… was wanted; it was deleted.")
