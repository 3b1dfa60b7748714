"""A folder of one's own photographs."""

from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.images import SUFFIXES
from xaesthetic.data.walk import walk


@dataset()
def folder(root: Path | None = None) -> Iterator[Record | PassedOver]:
    """Every photograph in a folder and the folders below it, in alphabetical order (name a folder with --data).

    Files whose names do not end like a photograph's, hidden ones, and folders that may not be entered are passed over and
    counted. A record's id is its path below the folder.

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
        raise DataError(f"{printable(root)}: {'a file, not a folder' if root.exists() else 'there is no such folder'}.")
    files = walk(root)
    if not files.photographs:
        passed = (
            f" {len(files.passed_over)} passed over, the first: {_first(files.passed_over)}." if files.passed_over else ""
        )
        raise DataError(
            f"{printable(root)}: no photograph in it; files that end in {', '.join(sorted(SUFFIXES))} are read.{passed}"
        )
    for name, problem in files.photographs.items():
        identity = printable(Path(name))
        yield Record(identity, root / name, original=identity, problem=problem)
    yield from files.passed_over


def _first(items: tuple[PassedOver, ...]) -> str:
    return f"{items[0].name}, {items[0].reason}"
