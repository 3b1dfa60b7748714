"""Checksums of what a run holds, verified when it is read: each file once a process, and again when it has changed.

Beside a table or JSON file stands FILE.sha256; beside an array of maps METHOD.zarr.sha256, with a line for its zarr.json and
every shard. All are as `sha256sum` writes them.
"""

import time
from functools import lru_cache
from pathlib import Path

from xaesthetic.core import files
from xaesthetic.core.documents import read_text
from xaesthetic.core.errors import DataError

_FRESH = 2_000_000_000
"""Nanoseconds: a file that was changed less long ago may change again without another time, and is read anew."""


def content_sum(path: Path) -> str:
    """Return a file's sha256; a file that is as it was is not read again.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    status = path.stat()
    if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < _FRESH:
        return files.sha256(path)
    return _sum(path, status.st_ino, status.st_dev, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(maxsize=1 << 17)
def _sum(path: Path, *state: int) -> str:
    del state  # tells one state of the file from another
    return files.sha256(path)


def sums_file(path: Path) -> Path:
    """Return where the sums of a file or an array stand."""
    return path.with_name(f"{path.name}.sha256")


def write_array_sums(array: Path, target: Path) -> None:
    """Write the sums of an array's files beside the place where the array will lie.

    Parameters
    ----------
    array
        The folder, finished.
    target
        Its place.
    """
    names = sorted(file.relative_to(array).as_posix() for file in array.rglob("*") if file.is_file())
    files.write_text(sums_file(target), "".join(f"{files.sha256(array / name)}  {target.name}/{name}\n" for name in names))


def read_array_sums(array: Path) -> dict[str, str]:
    """Return the sha256 of an array's files by their names in it; nothing where no sums stand beside it.

    Raises
    ------
    DataError
        If they cannot be read.
    """
    file = sums_file(array)
    if not file.is_file():
        return {}
    sums = {}
    for number, line in enumerate(read_text(file).splitlines(), 1):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name.startswith(f"{array.name}/"):
            raise DataError(f"{file}, line {number}: is no sum of a file of {array.name}; it is damaged.")
        sums[name.removeprefix(f"{array.name}/")] = digest
    return sums


def verify_file(file: Path, schema: int) -> None:
    """Make sure that a table or JSON file has the sha256 that stands beside it; a run of version 1 may have none.

    Raises
    ------
    DataError
        If it has not.
    """
    sums = files.find_sums(file)
    if sums is None and schema == 1:
        return
    if sums is None:
        raise damaged(file, FileNotFoundError(f"{sums_file(file).name}, which should stand beside it, is missing"))
    try:
        same = content_sum(file) in sums
    except OSError as error:
        raise damaged(file, error) from error
    if not same:
        raise damaged(file, ValueError("its sha256 is not the one that stands beside it"))


def damaged(path: Path, error: Exception) -> DataError:
    """Say that something of a run cannot be read, and what to do."""
    reason = (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
    return DataError(f"{path}: cannot be read ({reason}); delete it and start 'xaesthetic compare' again to make it anew.")
