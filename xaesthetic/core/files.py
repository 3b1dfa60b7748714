"""Files are written whole or not at all, and known by their sha256."""

import hashlib
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

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
    found = sha256(path)
    if found != expected:
        raise ModelError(
            f"{path}: sha256 is {found[:12]}… but {expected[:12]}… was wanted; the file is damaged or another version: "
            "delete it and install or train it again."
        )


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; what is written there takes the place of `path` once it is complete.

    The temporary path is a file or a folder, as the caller makes it.

    Raises
    ------
    DataError
        If the disk is full, read-only or otherwise unwilling; nothing is left behind then.
    """
    temporary = _beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _replace(temporary, path)
    except OSError as error:
        _remove(temporary)
        raise DataError(
            f"{path}: cannot be written ({error.strerror or error}); make room or choose another folder with --out."
        ) from error
    except BaseException:
        _remove(temporary)
        raise


def _replace(temporary: Path, path: Path) -> None:
    if temporary.is_file():
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
    if temporary.is_dir() and path.is_dir():  # a folder cannot take the place of a full one: move that aside first
        aside = _beside(path)
        path.rename(aside)
        temporary.rename(path)
        _remove(aside)
    else:
        temporary.replace(path)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")


def _remove(path: Path) -> None:
    with suppress(OSError):  # below a file, or with too long a name, there is nothing to remove
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process left half-written in a folder and the folders below it."""
    for left in list(folder.rglob(f".*.{'[0-9a-f]' * 8}.tmp")):
        _remove(left)


def write_json(path: Path, value: Any) -> None:  # whatever json takes
    """Write a value as indented JSON with sorted keys, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text in UTF-8, whole or not at all."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: Path) -> Any:  # whatever json holds
    """Read a JSON file.

    Raises
    ------
    DataError
        If it is missing or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path}: cannot be read as JSON ({error}); it is missing, damaged or another file.") from error


def write_npz(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as an uncompressed ``.npz``, whole or not at all; equal arrays give equal bytes."""
    with whole(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name in sorted(arrays):
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(arrays[name], order="C"), allow_pickle=False)


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read a ``.npz`` that holds arrays of numbers or text; pickles in it are refused.

    Raises
    ------
    DataError
        If it is missing or damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            return {name: _array(archive[name]) for name in archive.files}
    except (OSError, ValueError, EOFError, AttributeError, TypeError, RuntimeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: cannot be read as .npz ({error}); it is missing, damaged or another file.") from error


def _array(value: object) -> np.ndarray:
    if not isinstance(value, np.ndarray):  # numpy hands out the bytes of members that are no arrays
        raise ValueError("a member is no array")  # noqa: TRY004  # said as a DataError by the caller
    return value


@dataclass(frozen=True, slots=True)
class Parts:
    """The finished pieces of a long computation, so that a stopped one goes on where it was."""

    folder: Path

    def _file(self, index: int) -> Path:
        return self.folder / f"{index:06d}.npz"

    def missing(self, count: int) -> list[int]:
        """Which of `count` pieces are still to be computed."""
        return [index for index in range(count) if not self._file(index).is_file()]

    def write(self, index: int, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep one piece."""
        write_npz(self._file(index), arrays)

    def read(self, count: int) -> Iterator[dict[str, np.ndarray]]:
        """All pieces in order."""
        for index in range(count):
            yield read_npz(self._file(index))

    def clear(self) -> None:
        """Throw the pieces away, once what they make is written."""
        shutil.rmtree(self.folder, ignore_errors=True)
