"""The first stage: which photographs there are, and which of them can be used."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import NoneType
from typing import Any

from xaesthetic.core import files, plugins
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError, XaestheticError, unknown
from xaesthetic.core.places import Address, Place, redact, to_place
from xaesthetic.core.seen import pack, unpack
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.opening import file_sum as file_sum
from xaesthetic.data.opening import file_sums
from xaesthetic.data.sources import Item as Item
from xaesthetic.data.sources import is_source, load_source


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
    """Collect the photographs of a data set, by its name, or of a folder, a list, shards or an address; and what is none.

    Parameters
    ----------
    data
        A name; `name:split` for one of its published lists, in that list's order; a folder's path; or what
        `xaesthetic.data.sources.load_source` reads.
    root
        Where the data set's files lie; what paths in a list are relative to.

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
    return _collection(_load(data, root), f"data set {redact(data)!r}")


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
        if is_source(data):
            yield from load_source(data, root)
            return
        if not (Path(data).exists() or "/" in data or "\\" in data):
            raise DataError(f"{unknown('data set', data, plugins.names('datasets'))} Nor is there a folder of that name.")
        data, root = "folder", Path(data)
    yield from plugins.load("datasets", data)(root)


def given_records(paths: Sequence[str | Place]) -> list[Record]:
    """Return the records of photographs and folders named one by one, as `collect_paths` does."""
    return list(collect_paths(paths).records)


def collect_paths(paths: Sequence[str | Place], short: bool = False) -> Collection:
    """Collect photographs and folders named one by one; lists, shards and addresses too.

    A path that is not there, or that comes twice, is a record with a problem, so that the others are used.

    Parameters
    ----------
    paths
        Files and folders, and what `xaesthetic.data.sources.load_source` reads.
    short
        Whether ids are paths below the folder that holds them all, and not the paths as they were written.

    Raises
    ------
    DataError
        If not one of the paths is there, or none holds a photograph.
    """
    places = [_named(path) for path in paths]
    here = [place for place in places if isinstance(place, Path)]
    missing = [path for path in here if not os.path.exists(path)]  # noqa: PTH110  # Path.exists may raise
    if missing and len(missing) == len(places):
        raise DataError(_missing(missing[0]))
    above = _above(here) if short and here else None
    return _collection((item for place in places for item in _load_place(place, len(places) == 1, above)), "the list")


def _named(path: str | Place) -> str | Place:
    """A list or shards as the text that names them, all else as a place."""
    if isinstance(path, Address):
        return path
    return str(path) if is_source(str(path)) else to_place(path)


def _above(paths: Sequence[Path]) -> str:
    """The innermost folder that holds all of these."""
    folders = [path if os.path.isdir(path) else path.parent for path in paths]  # noqa: PTH112
    return os.path.commonpath([os.path.abspath(folder) for folder in folders])  # noqa: PTH100  # links stay as they are


def _identity_of(path: Place, above: str | None) -> str:
    return files.printable(path if above is None else Path(os.path.relpath(str(path), above)))


def _load_place(place: str | Place, alone: bool, above: str | None) -> Iterator[Item]:
    if isinstance(place, str):
        yield from _source(place, alone)
    elif isinstance(place, Address):
        yield Record(files.printable(place), place, original=files.printable(place))
    else:
        yield from _load_path(place, alone, above)


def _source(text: str, alone: bool) -> Iterator[Item]:
    """What a list or shards hold; one among others that cannot be read is a record with that problem."""
    try:
        yield from load_source(text)
    except XaestheticError as error:
        if alone:
            raise
        place = to_place(text)
        yield Record(files.printable(place), place, original=files.printable(place), problem=str(error))


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
    seen: dict[str, Place] = {}
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


def fingerprint(records: Sequence[Record], known: Mapping[Place, str] | None = None) -> str:
    """Return what tells one list of photographs from another: how many, and a sha256 over all that is known of them.

    Parameters
    ----------
    records
        The photographs.
    known
        The sha256 of files that need not be read.
    """
    digest = hashlib.sha256()
    held = dict(known or {})
    sums = {**held, **file_sums(record.path for record in records if not held.get(record.path))}
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
    packed = pack(file_sums(record.path for record in records).values())
    return {"photographs": len(unpack(packed, "the photographs")), "sums": packed}
