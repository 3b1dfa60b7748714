"""A folder of one's own photographs."""

import os
from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import Record
from xaesthetic.data.images import SUFFIXES


@dataset()
def folder(root: Path | None = None) -> Iterator[Record]:
    """Every photograph in a folder and the folders below it, in alphabetical order (name a folder with --data).

    Files whose names do not end like a photograph's, and hidden ones, are passed over. A record's id is its path below
    the folder.

    Parameters
    ----------
    root
        The folder.

    Raises
    ------
    DataError
        If it is not there, cannot be read or holds no photograph.
    """
    if root is None:
        raise DataError("data set 'folder' needs a folder: give its path, as in --data my/photos.")
    if not root.is_dir():
        raise DataError(f"{root}: {'a file, not a folder' if root.exists() else 'there is no such folder'}.")
    files = sorted(_photographs(root))
    if not files:
        raise DataError(f"{root}: no photograph in it; files that end in {', '.join(sorted(SUFFIXES))} are read.")
    for file in files:
        name = printable(file.relative_to(root)).replace(os.sep, "/")
        yield Record(name, file, original=name)


def _photographs(root: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise DataError(f"{error.filename}: cannot be read ({error.strerror}).") from error

    for place, folders, names in os.walk(root, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(place, name)
            if not name.startswith(".") and file.suffix.lower() in SUFFIXES:
                yield file
