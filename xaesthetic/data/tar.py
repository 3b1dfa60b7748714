"""Tar shards, read in place: an index says where members lie, and nothing is ever unpacked."""

import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import open_regular, printable
from xaesthetic.core.types import PassedOver

_INDEXES = 16  # shards whose index is kept: runs go through them in order
_BLOCK = 512
_BUFFER = 1 << 16


@dataclass(frozen=True, slots=True)
class Shard:
    """What a tar holds."""

    members: Mapping[str, tuple[int, int]]
    """Of every file, by its name: where its content begins and how long it is, in the tar's order."""
    passed_over: tuple[PassedOver, ...]
    """Members that are no files, or whose names lead out of the tar."""
    problem: str = ""
    """Why it could not be read to its end; members before that place are good."""


def read_shard(path: Path) -> Shard:
    """Return the index of a tar; a tar that is as it was is not read again.

    Raises
    ------
    DataError
        If it is missing, no regular file, no tar, or compressed.
    """
    try:
        state = path.stat()
        return _shard(path, state.st_ino, state.st_dev, state.st_size, state.st_mtime_ns)
    except (OSError, ValueError) as error:  # ValueError: a name with a null in it
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{printable(path)}: cannot be read ({reason}); give the path of a tar.") from error


def open_member(path: Path, name: str) -> io.BufferedReader:
    """Open a member of a tar for reading, by its place there.

    Raises
    ------
    DataError
        If the tar cannot be read, has no such file, or ends within it.
    """
    shard = read_shard(path)
    if name not in shard.members:
        raise DataError(f"the shard holds no such member{f' and is damaged ({shard.problem})' if shard.problem else ''}")
    start, size = shard.members[name]
    file = open_regular(path)
    length = file.seek(0, io.SEEK_END)
    if start + size > length:
        file.close()
        raise DataError(f"the shard is cut off: it ends {start + size - length:,} bytes before this member does")
    return io.BufferedReader(_Part(file, start, size), _BUFFER)


class _Part(io.RawIOBase):
    """A stretch of a file, as a file."""

    name, mode = "a member of a tar", "rb"

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether one can move in it."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a place in it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"negative place {base + offset}")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override]
        """Read what fits."""
        count = max(0, min(len(buffer), self._size - self._at))
        self._file.seek(self._start + self._at)
        read = self._file.readinto(memoryview(buffer)[:count])  # type: ignore[attr-defined]
        self._at += read
        return int(read)

    def close(self) -> None:
        """Close the file itself."""
        self._file.close()
        super().close()


@lru_cache(maxsize=_INDEXES)
def _shard(path: Path, *state: int) -> Shard:
    del state  # tells one state of the tar from another
    members: dict[str, tuple[int, int]] = {}
    passed: list[PassedOver] = []
    problem = ""
    with open_regular(path) as file:
        try:
            for member in _headers(file):
                name, reason = _name(member.name), _reason(member)
                if reason:
                    passed.append(PassedOver(printable(PurePosixPath(member.name[:200])), reason))
                elif name in members:
                    passed.append(
                        PassedOver(printable(PurePosixPath(name)), "a name that comes twice in its shard; the first counts")
                    )
                elif not member.isdir():
                    members[name] = member.offset_data, member.size
        except (tarfile.TarError, ValueError, OverflowError, OSError) as error:
            problem = " ".join(str(error).split()) or type(error).__name__
            if not members:
                raise DataError(f"{printable(path)}: {_no_tar(file, problem)}.") from error
    return Shard(members, tuple(passed), problem)


def _no_tar(file: BinaryIO, problem: str) -> str:
    file.seek(0)
    head = file.read(6)
    if head.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")):
        return "is a compressed tar, in which no member can be reached by itself; uncompress it first"
    return f"is no tar, or a damaged one ({problem}); make it again" if head else "is empty; make it again"


def _headers(file: BinaryIO) -> Iterator[tarfile.TarInfo]:
    """Give a tar's headers; says when they end before the tar does."""
    tar = tarfile.TarFile(fileobj=file, mode="r", encoding="utf-8")
    before = -1
    while (member := tar.next()) is not None:
        if tar.offset <= before or member.size < 0:  # a header may lie about sizes so that the same is read forever
            raise tarfile.ReadError("a member of a negative size")
        before = tar.offset
        yield member
        tar.members = []  # type: ignore[attr-defined]  # it would keep them all
    file.seek(tar.offset)
    end = file.read(_BLOCK)
    if any(end):
        raise tarfile.ReadError(f"a damaged header at byte {tar.offset:,}")
    if not end:
        raise tarfile.ReadError("it has no end mark: it was cut off, or never finished")


def _name(written: str) -> str:
    return str(PurePosixPath(written))


def _reason(member: tarfile.TarInfo) -> str:
    parts = PurePosixPath(member.name).parts
    if member.name.startswith("/") or ".." in parts or "\0" in member.name or not (parts or member.isdir()):
        return "a name that leads out of its shard"
    if member.issym() or member.islnk():
        return "a link, which is not followed"
    if member.issparse():
        return "stored in pieces, with holes; make the shard without --sparse"
    return "" if member.isreg() or member.isdir() else "a device or pipe"
