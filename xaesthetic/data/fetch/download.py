"""Downloads that are there once, verified before they are moved into place."""

import re
import time
from collections.abc import Callable
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import need
from xaesthetic.core.files import printable, remove_unfinished, sha256
from xaesthetic.core.progress import Track, silent
from xaesthetic.data.fetch.archive import ArchiveError, unpack
from xaesthetic.data.fetch.drive import drive_folder, transfer_any
from xaesthetic.data.fetch.registry import Download, File, cached, find_download
from xaesthetic.data.fetch.sums import Say, accept, forget, recorded, silence, verify

Sleep = Callable[[float], None]


def fetch_files(
    name: str,
    source: str | None = None,
    again: bool = False,
    track: Track = silent,
    sleep: Sleep = time.sleep,
    say: Say = silence,
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
    say
        Gets a line for every file whose sha256 is not known.

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
    return [_fetch(cached(name), file, again, track, sleep, say) for file in files_of(name, download, source)]


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


def _fetch(folder: Path, file: File, again: bool, track: Track, sleep: Sleep, say: Say) -> Path:
    place, archive = folder / (file.unpack.folder if file.unpack else file.name), folder / file.name
    _clear(folder)
    if place.exists() and not again:
        if file.unpack:
            archive.unlink(missing_ok=True)  # of a process that was killed once it was unpacked
        elif place.is_file():
            _validate(file, place)
        return place
    if file.unpack and "/folders/" in file.url:
        drive_folder(
            file.url,
            place,
            file.unpack.keep,
            track,
            sleep,
            lambda url, name, part: accept(url, name, None, part, again, say),
        )
        return place
    _retrieve(folder, file, again, track, sleep, say)
    if file.unpack:
        try:
            unpack(archive, place, file.unpack)
        except ArchiveError:
            archive.unlink()
            forget(file.url)
            raise
        archive.unlink()
    return place


def _clear(folder: Path) -> None:
    """Remove what a killed process left behind, but for what can be gone on with (`.part`)."""
    remove_unfinished(folder)
    for left in folder.glob("tmp*"):
        if re.fullmatch(r"tmp[a-z0-9_]{8}", left.name) and left.is_file():  # pooch's
            left.unlink(missing_ok=True)


def _validate(file: File, place: Path) -> None:
    """Make sure that a file that is there is still what came."""
    if file.sha256:
        verify(file.url, file.sha256, place)
        return
    known = recorded().get(file.url)
    if known and sha256(place) != known:
        raise DataError(
            f"{printable(place)}: sha256 is not {known[:12]}…, that of the first download; delete it, or use --again."
        )


def _retrieve(folder: Path, file: File, again: bool, track: Track, sleep: Sleep, say: Say) -> None:
    pooch = need("pooch", extra="fetch", purpose="data fetch")
    pooch.get_logger().setLevel("WARNING")
    part = folder / f".{file.name}.part"

    def downloader(url: str, output: str, _pooch: object) -> None:
        transfer_any(url, part, track, sleep)
        accept(url, file.name, file.sha256, part, again, say)
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
