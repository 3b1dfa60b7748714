"""Archives from outside: nothing of them lands anywhere but in the folder meant for it, and never more than is stated."""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write, printable
from xaesthetic.data.fetch.registry import Unpack

UNPACKED = 1 << 36
"""Bytes that an archive may unpack to (64 GiB), and `RATIO` times its own size but for the first `FREE`, counted while
they come: what headers say is not believed."""
RATIO = 100
FREE = 1 << 26
ENTRIES = 200_000
"""Files and folders in an archive."""
NAME = 1000
"""Bytes of a name, of which at most 255 lie between two slashes."""
_PIECE = 1 << 20
_WHOLE = 1 << 22  # bytes that are read at once, such as a long name of a tar file
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError)


class ArchiveError(DataError):
    """An archive that cannot be unpacked, or is not to be trusted; it is of no use."""


class _TornError(Exception):
    """A stream that cannot be read."""


def unpack(archive: Path, folder: Path, wanted: Unpack) -> int:
    """Unpack what is wanted of a zip or tar file into `folder`, whole or not at all; archives in it are left as they are.

    Returns
    -------
    How many files.

    Raises
    ------
    ArchiveError
        If it is neither, is damaged, names a place outside the folder or one twice, holds a link, or nothing that is
        wanted, or unpacks to more than is stated above.
    DataError
        If the folder cannot be written.
    """
    try:
        return _extract(archive, folder, wanted)
    except (*_BROKEN, _TornError, MemoryError, ValueError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise ArchiveError(f"{printable(archive)}: cannot be unpacked ({reason}); delete it and fetch it again.") from error


def _extract(archive: Path, folder: Path, wanted: Unpack) -> int:
    budget = _Budget(min(UNPACKED, FREE + RATIO * archive.stat().st_size))
    written, seen = _Budget(budget.most), set[PurePosixPath]()  # a sparse file of a tar is written, but never comes
    with _members(archive, budget) as files, atomic_write(folder) as temporary:
        for name, source in files:
            with source:
                target = _target(archive, name, wanted)
                if target is None:
                    continue
                if target in seen:
                    raise _distrusted(archive, f"names {name[:80]!r} twice")
                seen.add(target)
                _write(source, temporary / target, written)
        if not seen:
            raise ArchiveError(f"{printable(archive)}: holds nothing of what was expected; it is another file.")
    return len(seen)


def _write(source: "_Bounded | IO[bytes]", place: Path, written: "_Budget") -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        while data := source.read(_PIECE):
            written.spend(len(data))
            file.write(data)


class _Budget:
    """How many bytes may still come."""

    def __init__(self, most: int) -> None:
        self.most = self.left = most

    def spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise _TornError(f"it unpacks to more than {self.most:,} bytes")


class _Bounded:
    """A stream that is read in pieces, counts them, and says in its own way that it is damaged."""

    def __init__(self, stream: Any, budget: _Budget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _WHOLE:
            raise _TornError(f"it names something in more than {_WHOLE:,} bytes")
        try:
            data: bytes = self._stream.read(size)
        except OSError as error:  # of gzip and bz2; it must not be taken for the disk's
            raise _TornError(str(error)) from error
        self._budget.spend(len(data))
        return data

    def tell(self) -> int:
        return int(self._stream.tell())

    def seek(self, to: int) -> int:
        while self.tell() < to and self.read(min(_PIECE, to - self.tell())):  # forwards only by reading, and counting
            pass
        return int(self._stream.seek(to)) if self.tell() > to else self.tell()

    def __enter__(self) -> "_Bounded":
        return self

    def __exit__(self, *_error: object) -> None:
        self._stream.close()


Files = Iterator[tuple[str, "_Bounded | IO[bytes]"]]


@contextmanager
def _members(archive: Path, budget: _Budget) -> Iterator[Files]:
    with archive.open("rb") as file:
        start = file.read(6)
    packed: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
    opener = next((opener for magic, opener in packed.items() if start.startswith(magic)), None)
    if opener is None and zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            yield _of_zip(archive, opened, budget)
        return
    with (opener or open)(archive, "rb") as stream:
        bounded = _Bounded(stream, budget)
        with tarfile.open(fileobj=bounded, mode="r:") as tar:  # type: ignore[call-overload]  # all that it calls is there
            yield _of_tar(archive, tar, bounded)


def _of_zip(archive: Path, opened: zipfile.ZipFile, budget: _Budget) -> Files:
    members = opened.infolist()
    if len(members) > ENTRIES:
        raise _distrusted(archive, f"has more than {ENTRIES:,} entries")
    if sum(member.compress_size for member in members) > archive.stat().st_size:
        raise _distrusted(archive, "has entries that overlap")
    for member in members:
        if stat.S_ISLNK(member.external_attr >> 16):
            raise _link(archive, member.filename)
        if not member.is_dir():
            yield member.filename, _Bounded(opened.open(member), budget)


def _of_tar(archive: Path, opened: tarfile.TarFile, stream: _Bounded) -> Files:
    for number, member in enumerate(opened):
        if number >= ENTRIES:
            raise _distrusted(archive, f"has more than {ENTRIES:,} entries")
        if not (member.isfile() or member.isdir()):
            raise _link(archive, member.name)
        source = opened.extractfile(member)
        if source is not None:
            yield member.name, source
    while stream.read(_PIECE):
        pass  # the checksum of a compressed one stands at its end


def _distrusted(archive: Path, what: str) -> ArchiveError:
    return ArchiveError(f"{printable(archive)}: {what}; it is not to be trusted.")


def _link(archive: Path, name: str) -> ArchiveError:
    return _distrusted(archive, f"holds the link {name[:80]!r}, or no plain file")


def _target(archive: Path, name: str, wanted: Unpack) -> PurePosixPath | None:
    """Where a member goes, or None if it is not wanted."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts):
        raise _distrusted(archive, f"names {name[:80]!r}, a place outside its folder")
    lengths = [len(part.encode("utf-8", "surrogateescape")) for part in path.parts]
    if sum(lengths) + len(lengths) > NAME or max(lengths, default=0) > 255 or "\0" in name:
        raise _distrusted(archive, f"has a name of more than {NAME} bytes, or one that no disk takes ({name[:80]!r}…)")
    rest = PurePosixPath(*path.parts[wanted.strip :])
    if len(path.parts) <= wanted.strip or not str(rest).startswith(wanted.keep):
        return None
    return rest
