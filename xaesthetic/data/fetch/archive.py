"""Archives from outside: nothing of them lands anywhere but in the folder meant for it."""

import gzip
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write
from xaesthetic.data.fetch.registry import Unpack


def unpack(archive: Path, folder: Path, wanted: Unpack) -> int:
    """Unpack what is wanted of a zip or tar file into `folder`, whole or not at all.

    Returns
    -------
    How many files.

    Raises
    ------
    DataError
        If it is neither, is damaged, names a place outside the folder, holds a link, or nothing that is wanted.
    """
    try:
        return _extract(archive, folder, wanted)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(archive, error) from error
    except DataError as error:
        if isinstance(error.__cause__, gzip.BadGzipFile):  # an OSError, and so taken for the disk's
            raise _damaged(archive, error.__cause__) from error
        raise


def _extract(archive: Path, folder: Path, wanted: Unpack) -> int:
    members = _of_tar if tarfile.is_tarfile(archive) else _of_zip
    count = 0
    with members(archive) as files, atomic_write(folder) as temporary:
        for name, source in files:
            target = _target(archive, name, wanted)
            if target is None:
                continue
            place = temporary / target
            place.parent.mkdir(parents=True, exist_ok=True)
            with source, place.open("wb") as file:
                shutil.copyfileobj(source, file, 2**20)
            count += 1
        if not count:
            raise DataError(f"{archive}: holds nothing of what was expected; it is another file.")
    return count


Files = Iterator[tuple[str, IO[bytes]]]


@contextmanager
def _of_zip(archive: Path) -> Iterator[Files]:
    with zipfile.ZipFile(archive) as opened:

        def files() -> Files:
            for member in opened.infolist():
                if stat.S_ISLNK(member.external_attr >> 16):
                    raise _link(archive, member.filename)
                if not member.is_dir():
                    yield member.filename, opened.open(member)

        yield files()


@contextmanager
def _of_tar(archive: Path) -> Iterator[Files]:
    with tarfile.open(archive) as opened:

        def files() -> Files:
            for member in opened:
                if not (member.isfile() or member.isdir()):
                    raise _link(archive, member.name)
                source = opened.extractfile(member)
                if source is not None:
                    yield member.name, source
            while opened.fileobj is not None and opened.fileobj.read(2**20):
                pass  # the checksum of a compressed one stands at its end

        yield files()


def _damaged(archive: Path, error: BaseException) -> DataError:
    return DataError(f"{archive}: cannot be unpacked ({error}); delete it and fetch it again.")


def _link(archive: Path, name: str) -> DataError:
    return DataError(f"{archive}: holds the link {name!r}, or no plain file; it is not to be trusted.")


def _target(archive: Path, name: str, wanted: Unpack) -> PurePosixPath | None:
    """Where a member goes, or None if it is not wanted."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts):
        raise DataError(f"{archive}: names {name!r}, a place outside its folder; it is not to be trusted.")
    rest = PurePosixPath(*path.parts[wanted.strip :])
    if len(path.parts) <= wanted.strip or not str(rest).startswith(wanted.keep):
        return None
    return rest
