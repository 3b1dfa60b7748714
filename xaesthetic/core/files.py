"""Files are written whole or not at all, kept by the disk before anything relies on them, and known by their sha256."""

import errno
import hashlib
import json
import math
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path, PurePath
from typing import Any

from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.places import Place
from xaesthetic.core.unfinished import unfinished

_SYNCED = os.O_RDWR if os.name == "nt" else os.O_RDONLY  # Windows wants to be able to write
TEMPORARY = f".*.{'[0-9a-f]' * 8}.tmp"  # half-written
_FULL = (errno.ENOSPC, errno.EDQUOT)
_GONE = (errno.ENOENT, errno.ENODEV, errno.ENOTCONN, errno.ESTALE, errno.EIO)  # a mount


def printable(path: Place | PurePath | str) -> str:
    """The path as text that every table and terminal takes; bytes of a name that are not UTF-8 become escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading; a pipe, socket, device or folder is refused at once, never waited for.

    Raises
    ------
    DataError
        If it is no regular file, nor a link to one.
    OSError
        If it cannot be opened.
    """
    _validate_regular(path, path.stat().st_mode)  # first: the far end of a pipe would notice that it is opened
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        _validate_regular(path, os.fstat(number).st_mode)  # again: another may have taken its place
    except DataError:
        os.close(number)
        raise
    return os.fdopen(number, "rb")


def _validate_regular(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        kind = "a directory" if stat.S_ISDIR(mode) else "a pipe, socket or device"
        raise DataError(f"{printable(path)}: not a regular file but {kind}; give the path of a file.")


def sha256(path: Path) -> str:
    """The file's sha256, in hexadecimal.

    Raises
    ------
    DataError
        If it is no regular file.
    """
    with open_regular(path) as file:
        return sha256_of(file)


def sha256_of(file: BufferedReader) -> str:
    """The sha256 of what an open file holds from here on, in hexadecimal."""
    return hashlib.file_digest(file, "sha256").hexdigest()


def verify(path: Path, expected: str) -> None:
    """Make sure that a weight file is the one that was meant.

    Raises
    ------
    ModelError
        If the file is missing or its sha256 is another.
    """
    if not path.is_file():
        raise ModelError(f"{path}: there is no such weight file; install it again or give its folder.")
    result = sha256(path)
    if result != expected:
        raise ModelError(
            f"{path}: sha256 is {result[:12]}… but {expected[:12]}… was wanted; the file is damaged or another version: "
            "delete it and install or train it again."
        )


@contextmanager
def atomic_write(path: Path, mixed: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `path`; what is written there takes the place of `path` once it is complete.

    It may be a file or a folder, as the caller makes it; `mixed` says that `path` may be of the other kind, as tables may.

    Raises
    ------
    DataError
        If the disk is full, read-only or otherwise unwilling; nothing is left behind then.
    """
    temporary = _beside(path)
    try:
        with writing(path), unfinished(lambda: remove(temporary)):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            sync(temporary)
            swap(temporary, path, mixed)
    except BaseException:
        remove(temporary)
        raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say in one line that something cannot be written, where the disk is full, read-only or otherwise unwilling.

    Raises
    ------
    DataError
        In place of an `OSError`.
    """
    try:
        yield
    except OSError as error:
        arrow = error.errno and "[errno" in str(error.strerror)  # it says much
        reason = os.strerror(error.errno or 0) if arrow else error.strerror or error
        cure = "see that the folder is mounted" if error.errno in _GONE else "make room or choose another folder with --out"
        cure += "; the same command goes on where it was" * (error.errno in (*_GONE, *_FULL))
        raise DataError(f"{path}: cannot be written ({reason}); {cure}.") from error


def sync(path: Path) -> None:
    """Wait until the disk keeps a file, or a folder with everything in it, whatever happens to the machine then."""
    if path.is_dir() and not path.is_symlink():
        for entry in path.iterdir():
            sync(entry)
    if not path.is_symlink():
        sync_names(path)


def sync_names(path: Path) -> None:
    """Wait until the disk keeps a file, or which names a folder holds; a file system that cannot be told to is not."""
    try:
        descriptor = os.open(path, _SYNCED)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(descriptor)


def swap(temporary: Path, path: Path, mixed: bool = False) -> None:
    """Put a file or folder in the place of another, which goes; returns when the disk keeps that it has.

    A file takes the place of a folder, or a folder that of a file, only where `mixed` says so: it may be somebody's.
    """
    folders = temporary.is_dir() + path.is_dir()
    if folders == 2 or (mixed and folders and path.exists()):  # nothing replaces a full folder: move that aside first
        aside = _beside(path)
        path.rename(aside)
        temporary.rename(path)
        remove(aside)
    else:
        temporary.replace(path)
    for folder in {temporary.parent, path.parent}:
        sync_names(folder)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def remove(path: Path) -> None:
    """Remove a file or a folder; nothing happens where there is none."""
    with suppress(OSError):  # below a file, or with too long a name, there is nothing to remove
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def remove_unfinished(folder: Path, besides: Collection[str] = ()) -> None:
    """Remove what a killed process left half-written in a folder and the folders below it, but for some of those."""
    for left in list(folder.rglob(TEMPORARY)):
        if left.relative_to(folder).parts[0] not in besides:
            remove(left)


def to_json(value: Any) -> str:  # whatever json takes
    """Return a value as indented JSON with sorted keys; nan and infinity, which JSON lacks, are null."""
    return json.dumps(_finite(value), indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_json(path: Path, value: Any) -> None:  # whatever json takes
    """Write a value as indented JSON with sorted keys, whole or not at all."""
    write_text(path, to_json(value))


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all."""
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_sum(path: Path, *more: str) -> None:
    """Write the sha256 of a file beside it, as ``sha256sum`` does: FILE.sha256.

    Parameters
    ----------
    path
        A file.
    more
        Further sums that pass, while the file is being replaced.
    """
    sums = [*([sha256(path)] if path.is_file() else []), *more]
    write_text(_sum_file(path), "".join(f"{item}  {path.name}\n" for item in dict.fromkeys(sums)))


def create_summed(path: Path, write: Callable[[Path], object]) -> bool:
    """Write a file and its sha256 beside it where no file is; return whether this call did, of several processes one.

    Parameters
    ----------
    path
        The file.
    write
        Writes the content to the path that it is given.
    """
    temporary = _beside(path)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(temporary)
            sync(temporary)
            write_sum(path, sha256(temporary))
            created = _link(temporary, path)
            sync_names(path.parent)
        write_sum(path)  # another one may have written its own in the meantime
    finally:
        remove(temporary)
    return created


def _link(temporary: Path, path: Path) -> bool:
    """Give a file its name, unless the name is taken."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        return False
    except OSError:  # a file system without links: nearly as good
        if path.exists():
            return False
        temporary.replace(path)
    return True


def replace_summed(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file and its sha256 beside it; a process killed at any moment leaves the old or the new pair.

    Parameters
    ----------
    path
        The file.
    write
        Writes the new content to the path that it is given.
    """
    with atomic_write(path) as temporary:
        write(temporary)
        write_sum(path, sha256(temporary))  # old and new pass until the new one is in place
    write_sum(path)


def find_sums(path: Path) -> list[str] | None:
    """Return the sha256 that stand beside a file; None where none do."""
    try:
        with open_regular(_sum_file(path)) as file:  # a pipe would be waited for
            return [line.split(" ")[0] for line in file.read().decode().splitlines()]
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{_sum_file(path)}: cannot be read ({error}).") from error


def _sum_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
