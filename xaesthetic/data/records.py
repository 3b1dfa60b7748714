"""The first stage: which photographs there are, and which of them can be used."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import NoneType

from xaesthetic.core import files, plugins
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.core.types import Record


def find_records(data: str | Path, root: str | Path | None = None) -> list[Record]:
    """The records of a data set, by its name, or of a folder of photographs, by its path.

    Parameters
    ----------
    data
        A name; `name:split` for one of its published lists, in that list's order; or a folder's path.
    root
        Where the data set's files lie.

    Raises
    ------
    DataError
        If `data` is none of these, the data set's files are not there, or two records have one id.
    """
    if not isinstance(data, (str, Path)) or not isinstance(root, (str, Path, NoneType)):
        wrong = data if isinstance(root, (str, Path, NoneType)) else root
        raise DataError(f"{type(wrong).__name__} is no data set or folder; pass a data set's name or a folder's path.")
    data, root = str(data), None if root is None else Path(root)
    name, _, split = data.partition(":")
    if split and name in plugins.names("datasets"):
        return _split(find_records(name, root), name, split)
    return _unique(_load(data, root), f"data set {data!r}")


def _split(records: Sequence[Record], name: str, split: str) -> list[Record]:
    splits = {item: None for record in records for item in record.splits}
    if split not in splits:
        raise DataError(unknown(f"list of {name}", split, splits, label="It has"))
    return sorted((record for record in records if split in record.splits), key=lambda record: record.splits[split])


def _load(data: str, root: Path | None) -> Iterator[Record]:
    if data not in plugins.names("datasets"):
        if not (Path(data).exists() or "/" in data or "\\" in data):
            raise DataError(f"{unknown('data set', data, plugins.names('datasets'))} Nor is there a folder of that name.")
        data, root = "folder", Path(data)
    yield from plugins.load("datasets", data)(root)


def given_records(paths: Sequence[Path]) -> list[Record]:
    """The records of photographs and folders named one by one.

    Raises
    ------
    DataError
        If a path is not there or comes twice.
    """
    return _unique((record for path in paths for record in _load_path(path)), "the list")


def _load_path(path: Path) -> Iterator[Record]:
    if path.is_dir():
        for record in plugins.load("datasets", "folder")(path):
            yield replace(record, id=files.printable(record.path), original=files.printable(record.path))
    elif path.is_file():
        yield Record(files.printable(path), path, original=files.printable(path))
    else:
        raise DataError(f"{path}: there is no such photograph or folder.")


def _unique(loaded: Iterable[Record], where: str) -> list[Record]:
    try:
        records = list(loaded)
    except OSError as error:  # a folder that may not be entered, a name that is too long
        raise DataError(f"{error.filename or where}: cannot be read ({error.strerror}).") from error
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise DataError(f"{where}: two photographs are called {record.id!r}.")
        seen.add(record.id)
    return records


def fingerprint(records: Sequence[Record]) -> str:
    """Return what tells one list of photographs from another: how many, and a sha256 over all that is known of them."""
    digest = hashlib.sha256()
    sums = {path: file_sum(path) for path in dict.fromkeys(record.path for record in records)}
    for record in records:
        digest.update(json.dumps(_identity(record, sums[record.path]), sort_keys=True).encode())
    return f"{len(records)} photographs, sha256 {digest.hexdigest()[:16]}"


def _identity(record: Record, content: str) -> dict[str, object]:
    """Name every field that makes a photograph another one; a field that is renamed in the code keeps its name here."""
    return {
        "id": record.id,
        "sha256": content,
        "edit": [record.edit.name, record.edit.amount] if record.edit else None,
        "subject": record.subject,
        "ratings": dict(record.ratings),
        "splits": dict(record.splits),
        "annotations": [
            [item.annotator, item.attribute, item.fixations, hashlib.sha256(item.region).hexdigest(), item.problem]
            for item in record.annotations
        ],
    }


def file_sum(path: Path) -> str:
    """The file's sha256; empty where it cannot be read."""
    try:
        return files.sha256(path)
    except OSError:
        return ""
