"""Files are written whole or not at all, and known by their sha256."""

import hashlib
import json
import math
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from xaesthetic.core.errors import DataError, ModelError


def printable(path: Path) -> str:
    """The path as text that every table and terminal takes; bytes of a name that are not UTF-8 become escapes."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def sha256(path: Path) -> str:
    """The file's sha256, in hexadecimal."""
    with path.open("rb") as file:
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
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; what is written there takes the place of `path` once it is complete.

    The temporary path is a file or a folder, as the caller makes it.

    Raises
    ------
    DataError
        If the disk is full, read-only or otherwise unwilling; nothing is left behind then.
    """
    temporary = _beside(path)
    try:
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            swap(temporary, path)
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
        raise DataError(
            f"{path}: cannot be written ({error.strerror or error}); make room or choose another folder with --out."
        ) from error


def swap(temporary: Path, path: Path) -> None:
    """Put a file or folder in the place of another, which goes."""
    if temporary.is_file():
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
    if temporary.is_dir() and path.is_dir():  # a folder cannot take the place of a full one: move that aside first
        aside = _beside(path)
        path.rename(aside)
        temporary.rename(path)
        remove(aside)
    else:
        temporary.replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def remove(path: Path) -> None:
    """Remove a file or a folder; nothing happens where there is none."""
    with suppress(OSError):  # below a file, or with too long a name, there is nothing to remove
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process left half-written in a folder and the folders below it."""
    for left in list(folder.rglob(f".*.{'[0-9a-f]' * 8}.tmp")):
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
        return [line.split(" ")[0] for line in _sum_file(path).read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{_sum_file(path)}: cannot be read ({error}).") from error


def _sum_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")
