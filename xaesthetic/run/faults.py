"""What is wrong with one file or array of a run, told from the checksums beside it: the file, or the sum itself.

A sum that has a flipped bit or lost its end still agrees with the file's in most places; the sum of another content does
not. So both can be told apart, and a whole file is never made again for the sake of its sum.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import zarr

from xaesthetic.core import files
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.progress import counted
from xaesthetic.run.arrays import METADATA, shard_rows
from xaesthetic.run.sums import sums_file

Kind = Literal["damaged", "missing", "sum"]
_ALIKE = 48
"""Of the 64 digits of a sha256: by chance two agree in four."""
_BEGINNING = 16
"""Digits that tell a sum that was cut off."""
_CHUNK = re.compile(r"  .*\.zarr/c/(\d+)/0/0/0\n")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of a run that is damaged or missing."""

    path: str
    """In the run folder."""
    kind: Kind
    """`sum` where only the sum is damaged, and the file whole."""
    reason: str
    """As the end of a sentence."""

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.path}: {self.reason}"


def file_fault(root: Path, name: str, trusted: Callable[[Path], object] | None = None) -> Fault | None:
    """Hold a table or JSON file against the sum beside it.

    Parameters
    ----------
    root
        The run folder.
    name
        The file's path in it.
    trusted
        Reads the file where its sum is gone; one that can be read is whole then. Without, it counts as damaged.

    Returns
    -------
    What is wrong; None where nothing is.
    """
    file = root / name
    if not file.is_file():
        return Fault(name, "missing", "is missing")
    try:
        digest = files.sha256(file)
    except (OSError, DataError) as error:
        return Fault(name, "damaged", f"cannot be read ({_reason(error)})")
    lines = _lines(sums_file(file))
    whole = re.compile(rf"[0-9a-f]{{64}}  {re.escape(file.name)}\n")
    if digest in {line[:64] for line in lines} and all(map(whole.fullmatch, lines)):
        return None
    if any(_resembles(line, digest) for line in lines):
        return Fault(f"{name}.sha256", "sum", "is damaged; the file beside it is whole")
    if any(len(line) >= _BEGINNING for line in lines):
        return Fault(name, "damaged", "its sha256 is not the one that stands beside it")
    return _without_sum(file, name, trusted)


def table_fault(root: Path, name: str) -> Fault | None:
    """Hold a table against the sums beside it; the files of a long one are held one after the other.

    Parameters
    ----------
    root
        The run folder.
    name
        The table's path in it.
    """
    folder = root / name
    if not folder.is_dir():
        return file_fault(root, name)
    lines = _lines(sums_file(folder))
    try:
        digests = [(file.name, files.sha256(file)) for file in sorted(folder.iterdir())]
    except (OSError, DataError) as error:
        return Fault(name, "damaged", f"cannot be read ({_reason(error)})")
    wanted = [f"{digest}  {name.rpartition('/')[2]}/{file}\n" for file, digest in digests]
    if lines == wanted:
        return None
    if len(lines) == len(wanted) and all(_resembles(line, item[1]) for line, item in zip(lines, digests, strict=True)):
        return Fault(f"{name}.sha256", "sum", "is damaged; the table beside it is whole")
    strange = next((file for (file, _), line in zip(digests, wanted, strict=True) if line not in lines), "a file")
    return Fault(name, "damaged", f"{strange} is missing, or its sha256 is not the one that stands beside the table")


def _without_sum(file: Path, name: str, trusted: Callable[[Path], object] | None) -> Fault:
    if trusted is None:
        return Fault(name, "damaged", "has no sha256 beside it, so nothing says that it is whole")
    try:
        trusted(file)
    except DataError as error:
        return Fault(name, "damaged", f"has no sha256 beside it, and cannot be read ({error})")
    return Fault(f"{name}.sha256", "sum", "is missing; the file beside it can be read")


def array_faults(root: Path, name: str) -> Iterator[Fault]:
    """Hold the files of an array of maps against the sums beside it, one after the other.

    A shard whose sum is gone is whole where the crc32c of its chunks hold.

    Parameters
    ----------
    root
        The run folder.
    name
        The array's path in it.
    """
    array = root / name
    if not array.is_dir():
        yield Fault(name, "missing", "is missing")
        return
    sums = _Sums.beside(array)
    names = _names(array, sums)
    wanted = []
    whole = True
    for place, file in enumerate(counted(names, name, len(names))):
        line, fault = _member_fault(array, file, sums, place)
        wanted.append(line)
        if fault:
            whole = False
            yield Fault(f"{name}/{file}", *fault)
    if whole and tuple(wanted) != sums.lines:
        yield Fault(f"{name}.sha256", "sum", "is damaged; the array beside it is whole")


@dataclass(frozen=True, slots=True)
class _Sums:
    """The sums beside an array, as they are."""

    lines: tuple[str, ...]
    digests: Mapping[str, str]
    """By the rest of their lines."""

    @staticmethod
    def beside(array: Path) -> "_Sums":
        lines = _lines(sums_file(array))
        return _Sums(tuple(lines), {line[64:]: line[:64] for line in lines})


def _member_fault(array: Path, file: str, sums: _Sums, place: int) -> tuple[str, tuple[Kind, str] | None]:
    """Return the line of sums that a file of an array should have, and what is wrong with the file."""
    try:
        digest = files.sha256(array / file)
    except FileNotFoundError:
        return "", ("missing", "is missing")
    except (OSError, DataError) as error:
        return "", ("damaged", f"cannot be read ({_reason(error)})")
    rest = f"  {array.name}/{file}\n"
    line, listed = f"{digest}{rest}", sums.digests.get(rest, "")
    if listed == digest or _resembles(listed, digest):
        return line, None
    if place < len(sums.lines) and _resembles(sums.lines[place], digest):
        return line, None
    if listed:
        return line, ("damaged", "its sha256 is not the one that stands beside the array")
    if file != METADATA and _decodes(array, file):
        return line, None
    return line, ("damaged", "has no sha256 beside the array, so nothing says that it is whole")


def _names(array: Path, sums: _Sums) -> list[str]:
    """The files that an array should have, in the order of their sums."""
    present = [file.parents[2].name for file in array.glob("c/*/0/0/0")]
    numbers = {int(name) for name in present if name.isdigit()}
    numbers |= {int(match[1]) for rest in sums.digests if (match := _CHUNK.fullmatch(rest))}
    try:
        metadata = read_json(array / METADATA, dict)
        length, size = metadata["shape"][0], metadata["chunk_grid"]["configuration"]["chunk_shape"][0]
        count = -(-length // size)
        damaged = _member_fault(array, METADATA, sums, len(sums.lines) - 1)[1]
    except (DataError, LookupError, TypeError, ArithmeticError):
        return [*sorted(f"c/{number}/0/0/0" for number in numbers), METADATA]
    wanted = range(count) if not damaged else numbers
    return [*sorted(f"c/{number}/0/0/0" for number in wanted), METADATA]


def _decodes(array: Path, file: str) -> bool:
    """Whether a shard can be read, which the crc32c of its chunks say."""
    number = int(file.split("/")[1])
    try:
        opened = zarr.open_array(array, mode="r", zarr_format=3)
        size = shard_rows(opened)
        opened[number * size : (number + 1) * size]
    except Exception:  # damaged metadata and chunks make zarr raise nearly anything
        return False
    return True


def _lines(file: Path) -> list[str]:
    try:
        return re.findall(r"[^\n]*\n|[^\n]+", file.read_bytes().decode("utf-8", "replace")) if file.is_file() else []
    except OSError:
        return []


def _resembles(line: str, digest: str) -> bool:
    """Whether a line is the sum of this content, in which something was flipped or cut off."""
    kept = line[:64]
    if _BEGINNING <= len(line) < len(digest) and digest.startswith(kept):
        return True
    return sum(one == other for one, other in zip(kept, digest, strict=False)) >= _ALIKE


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
