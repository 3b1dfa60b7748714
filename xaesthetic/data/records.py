"""The first stage: which photographs there are, and which of them can be used."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import NoneType
from typing import Any

from xaesthetic.core import files, plugins
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.core.seen import pack, unpack
from xaesthetic.core.types import PassedOver, Record

Item = Record | PassedOver | Attribute
"""What a data set gives: photographs, what is none, and what it declares of the attributes that it has ratings of."""


@dataclass(frozen=True, slots=True)
class Collection:
    """What a data set, or a list of photographs and folders, holds."""

    records: tuple[Record, ...]
    """No two with one id; some may have a `problem`."""
    passed_over: tuple[PassedOver, ...] = ()
    """What else it held."""
    described: tuple[Attribute, ...] = ()
    """What it declares of the attributes that people rated: titles, ranges, directions."""


def find_records(data: str | Path, root: str | Path | None = None) -> list[Record]:
    """Return the records of a data set, as `collect` does, without what was passed over."""
    return list(collect(data, root).records)


def collect(data: str | Path, root: str | Path | None = None) -> Collection:
    """Collect the photographs of a data set, by its name, or of a folder, by its path; and what it passes over.

    Parameters
    ----------
    data
        A name; `name:split` for one of its published lists, in that list's order; or a folder's path.
    root
        Where the data set's files lie.

    Raises
    ------
    DataError
        If `data` is none of these, the data set's files are not there, or it holds no photograph.
    """
    if not isinstance(data, (str, Path)) or not isinstance(root, (str, Path, NoneType)):
        wrong = data if isinstance(root, (str, Path, NoneType)) else root
        raise DataError(f"{type(wrong).__name__} is no data set or folder; pass a data set's name or a folder's path.")
    data, root = str(data), None if root is None else Path(root)
    name, _, split = data.partition(":")
    if split and name in plugins.names("datasets"):
        whole = collect(name, root)
        return replace(whole, records=tuple(_split(whole.records, name, split)))
    return _collection(_load(data, root), f"data set {data!r}")


def whole_name(data: str) -> str:
    """Return what to call all of a data set of which `data` may be one list.

    Examples
    --------
    >>> whole_name("aadb:test"), whole_name("my/photos:new")
    ('aadb', 'my/photos:new')
    """
    name = data.partition(":")[0]
    return name if name in plugins.names("datasets") else data


def _split(records: Sequence[Record], name: str, split: str) -> list[Record]:
    splits = {item: None for record in records for item in record.splits}
    if split not in splits:
        raise DataError(unknown(f"list of {name}", split, splits, label="It has"))
    return sorted((record for record in records if split in record.splits), key=lambda record: record.splits[split])


def _load(data: str, root: Path | None) -> Iterator[Item]:
    if data not in plugins.names("datasets"):
        if not (Path(data).exists() or "/" in data or "\\" in data):
            raise DataError(f"{unknown('data set', data, plugins.names('datasets'))} Nor is there a folder of that name.")
        data, root = "folder", Path(data)
    yield from plugins.load("datasets", data)(root)


def given_records(paths: Sequence[Path]) -> list[Record]:
    """Return the records of photographs and folders named one by one, as `collect_paths` does."""
    return list(collect_paths(paths).records)


def collect_paths(paths: Sequence[Path], short: bool = False) -> Collection:
    """Collect photographs and folders named one by one.

    A path that is not there, or that comes twice, is a record with a problem, so that the others are used.

    Parameters
    ----------
    paths
        Files and folders.
    short
        Whether ids are paths below the folder that holds them all, and not the paths as they were written.

    Raises
    ------
    DataError
        If not one of the paths is there, or none holds a photograph.
    """
    missing = [path for path in paths if not os.path.exists(path)]  # noqa: PTH110  # Path.exists may raise
    if missing and len(missing) == len(paths):
        raise DataError(_missing(missing[0]))
    above = _above(paths) if short else None
    return _collection((item for path in paths for item in _load_path(path, len(paths) == 1, above)), "the list")


def _above(paths: Sequence[Path]) -> str:
    """The innermost folder that holds all of these."""
    folders = [path if os.path.isdir(path) else path.parent for path in paths]  # noqa: PTH112
    return os.path.commonpath([os.path.abspath(folder) for folder in folders])  # noqa: PTH100  # links stay as they are


def _identity_of(path: Path, above: str | None) -> str:
    return files.printable(path if above is None else Path(os.path.relpath(path, above)))


def _load_path(path: Path, alone: bool, above: str | None) -> Iterator[Item]:
    name = _identity_of(path, above)
    if not os.path.isdir(path):  # noqa: PTH112
        yield Record(name, path, original=name, problem="" if os.path.exists(path) else _missing(path))  # noqa: PTH110
        return
    try:
        for item in plugins.load("datasets", "folder")(path):
            if isinstance(item, Attribute):
                yield item
            elif isinstance(item, PassedOver):
                yield replace(item, name=_identity_of(path / item.name, above))
            else:
                identity = _identity_of(item.path, above)
                yield replace(item, id=identity, original=identity)
    except DataError as error:  # an empty folder among others
        if alone:
            raise
        yield PassedOver(name, str(error).removeprefix(f"{files.printable(path)}: ").rstrip("."))


def _missing(path: Path) -> str:
    return f"{files.printable(path)}: there is no such photograph or folder."


def _collection(loaded: Iterable[Item], where: str) -> Collection:
    try:
        items = list(loaded)
    except OSError as error:  # a folder that may not be entered, a name that is too long
        raise DataError(f"{error.filename or where}: cannot be read ({error.strerror}).") from error
    passed = tuple(item for item in items if isinstance(item, PassedOver))
    records = tuple(_distinct(item for item in items if isinstance(item, Record)))
    if not records:
        first = f"; {len(passed)} passed over, the first: {passed[0].name}, {passed[0].reason}" if passed else ""
        raise DataError(f"{where}: holds no photograph{first}.")
    return Collection(records, passed, tuple(item for item in items if isinstance(item, Attribute)))


def _distinct(records: Iterable[Record]) -> Iterator[Record]:
    """Give every record an id of its own; one that is called like an earlier one is left out with that reason."""
    seen: dict[str, Path] = {}
    for record in records:
        identity, number = record.id, 1
        while identity in seen:
            number += 1
            identity = f"{record.id} ({number})"
        if number > 1:
            where = files.printable(record.path)
            twice = f"{where}: comes twice as {record.id!r}; the first counts."
            other = f"{where}: another photograph, {files.printable(seen[record.id])}, is called {record.id!r} too."
            problem = twice if seen[record.id] == record.path else other
            record = replace(record, id=identity, original=identity, edit=None, problem=record.problem or problem)
        seen[identity] = record.path
        yield record


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
            [
                *(item.annotator, item.attribute, item.fixations, hashlib.sha256(item.region).hexdigest(), item.problem),
                *([item.sign, item.extent] if item.sign or item.extent else []),
            ]
            for item in record.annotations
        ],
    }


def seen_entry(records: Iterable[Record]) -> dict[str, Any]:
    """Return what a manifest says of the photographs that were trained or selected on: how many files, and which."""
    packed = pack(file_sum(path) for path in dict.fromkeys(record.path for record in records))
    return {"photographs": len(unpack(packed, "the photographs")), "sums": packed}


def file_sum(path: Path) -> str:
    """The file's sha256; empty where it cannot be read, or is a pipe or a device, which nobody waits for."""
    try:
        return files.sha256(path) if path.is_file() else ""
    except (OSError, DataError, ValueError):  # ValueError: a name with a null in it
        return ""
