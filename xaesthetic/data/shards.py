"""Tar shards in webdataset's layout: members of one stem are one record, a photograph with what is known of it."""

import math
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xaesthetic.core.attributes import canonical
from xaesthetic.core.attributes import name_problem as attribute_problem
from xaesthetic.core.documents import parse_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.places import SEPARATOR, Address
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.tar import Shard, open_member, read_shard
from xaesthetic.data.walk import name_problem

_MOST = 1 << 20
"""Bytes of a member that says something of a photograph."""
_ABOUT = (".json", ".cls", ".txt", ".id")
"""What webdataset puts beside a photograph; the first two are read."""


@dataclass(frozen=True, slots=True)
class _About:
    """What a record's other members say."""

    ratings: Mapping[str, float]
    category: str = ""
    credit: str = ""


def read_records(file: Path, title: str, container: str) -> Iterator[Record | PassedOver]:
    """Give a shard's photographs in its order, and what else it holds.

    Parameters
    ----------
    file
        The tar, on this machine.
    title
        What to call it: ids are the title, `::` and the member's name.
    container
        The path or address that the user names it by.

    Raises
    ------
    DataError
        If it cannot be read at all. One that ends too early is a record with that problem, after those before that place.
    """
    shard = read_shard(file)
    others: dict[str, list[str]] = {}
    photographs: dict[str, list[str]] = {}
    for name in shard.members:
        kind = others if name_problem(name) else photographs
        kind.setdefault(_stem(name), []).append(name)
    for stem, names in photographs.items():
        plain = [name for name in names if "." not in posixpath.splitext(name)[0][len(stem) :]]
        for name in plain or names:
            yield from _record(file, title, Address(container, name), others.get(stem, ()), shard)
        for name in names if plain else ():
            if name not in plain:
                yield PassedOver(_identity(title, name), "a picture beside the photograph of its stem")
    for name in (name for stem, names in others.items() for name in names):
        if _stem(name) not in photographs or not name.lower().endswith(_ABOUT):
            yield PassedOver(_identity(title, name), name_problem(name))
    yield from (PassedOver(f"{title}{SEPARATOR}{item.name}", item.reason) for item in shard.passed_over)
    if shard.problem:
        what = f"{title}: the shard is damaged or cut off ({shard.problem}); {len(shard.members)} members before are read."
        yield Record(title, Address(container), original=title, problem=what)


def _stem(name: str) -> str:
    """As webdataset has it: the folder, and the name up to its first dot."""
    folder, _, base = name.rpartition("/")
    return f"{folder}/{base.partition('.')[0]}" if folder else base.partition(".")[0]


def _identity(title: str, name: str) -> str:
    return printable(Path(f"{title}{SEPARATOR}{name}"))


def _record(
    file: Path, title: str, place: Address, others: "list[str] | tuple[()]", shard: Shard
) -> Iterator[Record | PassedOver]:
    identity = _identity(title, place.member)
    about = _About({})
    for name in others:
        suffix = name[len(_stem(name)) :].lower()
        if suffix not in (".json", ".cls"):
            continue
        try:
            text = _read(file, name, shard)
            about = _with_class(about, text) if suffix == ".cls" else _with_json(about, text, _identity(title, name))
        except (DataError, UnicodeDecodeError, ValueError) as error:
            yield PassedOver(_identity(title, name), f"not to be read ({' '.join(str(error).split())})")
    yield Record(identity, place, original=identity, ratings=about.ratings, category=about.category, credit=about.credit)


def _read(file: Path, name: str, shard: Shard) -> str:
    if shard.members[name][1] > _MOST:
        raise DataError(f"{shard.members[name][1]:,} bytes, at most {_MOST:,} are read")
    with open_member(file, name) as opened:
        return opened.read().decode("utf-8-sig")


def _with_class(about: _About, text: str) -> _About:
    return _About(about.ratings, about.category or text.strip()[:200], about.credit)


def _with_json(about: _About, text: str, where: str) -> _About:
    values: Mapping[str, Any] = parse_json(text, where, dict[str, Any])
    inner = values.get("ratings")
    rated = inner if isinstance(inner, dict) else values
    ratings = {key: float(value) for key, value in rated.items() if _is_rating(key, value)}
    category, credit = (value if isinstance(value := values.get(key), str) else "" for key in ("category", "credit"))
    return _About(ratings, category[:200] or about.category, credit[:1000])


def _is_rating(key: str, value: object) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return number and not attribute_problem(canonical(key))
