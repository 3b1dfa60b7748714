"""Where photographs come from besides folders and data sets: lists of them, tar shards, addresses."""

import glob
import itertools
import re
from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError, XaestheticError
from xaesthetic.core.files import printable
from xaesthetic.core.places import Address, is_remote, redact, redact_part, to_place
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.formats import SUFFIXES
from xaesthetic.data.lists import STDIN, Base, read_text_list
from xaesthetic.data.parquet_lists import read_parquet_list
from xaesthetic.data.rating_scales import named_ratings
from xaesthetic.data.remote import SHARD, fetch, find
from xaesthetic.data.shards import read_records
from xaesthetic.data.walk import name_problem

Item = Record | PassedOver | Attribute
TEXTS, PARQUET, TAR = (".txt", ".list", ".lst"), ".parquet", ".tar"
_BRACES = re.compile(r"\{(\d+)\.\.(\d+)\}|\{([^{}/]*,[^{}/]*)\}")
_MOST = 100_000
"""Shards that a pattern may name."""


def is_source(text: str) -> bool:
    """Whether a text names a list, shards or an address, and no data set, folder or single photograph.

    Examples
    --------
    >>> is_source("photos.txt"), is_source("s3://photos/a/"), is_source("p-{00..31}.tar"), is_source("photos/a.jpg")
    (True, True, True, False)
    """
    if text == STDIN:
        return True
    place = to_place(text)
    if is_remote(text):
        return not (isinstance(place, Address) and (place.member or place.suffix.lower() in SUFFIXES))
    return isinstance(place, Path) and place.suffix.lower() in (*TEXTS, PARQUET, TAR) and not place.is_dir()


def load_source(text: str, root: Path | None = None) -> Iterator[Item]:
    """Give what a list, shards or an address hold: `photos.txt`, `-`, `photos.parquet`, `p-{000..031}.tar`, `s3://…`.

    Parameters
    ----------
    text
        As the user wrote it.
    root
        What paths in a list are relative to; the list's folder where it is None.

    Raises
    ------
    DataError
        If it cannot be read at all. What cannot be used of it is a record with a problem, or passed over.
    PluginError
        If a package is missing that such addresses need.
    """
    if text == STDIN:
        yield from read_text_list(None, "standard input", Base(str(root or "."), trusted=True))
        return
    place = to_place(text)
    suffix = place.suffix.lower()
    if suffix == TAR:
        yield from named_ratings(_shards(text), redact(text))
    elif suffix in (*TEXTS, PARQUET):
        file = _fetched(place)
        above = str(root) if root else str(place).rpartition("/")[0] if isinstance(place, Path) else _above(place)
        read = read_parquet_list if suffix == PARQUET else read_text_list
        base = Base(above or ".", trusted=isinstance(place, Path))
        yield from named_ratings(read(file, redact(text), base), redact(text))
    elif isinstance(place, Address) and suffix in SUFFIXES:
        yield Record(str(place), place, original=str(place))
    else:
        yield from _remote_folder(text)


def _fetched(place: Path | Address) -> Path:
    if isinstance(place, Path):
        return place
    try:
        return fetch(place.container, SHARD)
    except DataError as error:
        raise DataError(f"{place}: {error}.") from error


def _above(address: Address) -> str:
    """The folder of an address; its query is the list's alone."""
    return address.container.partition("?")[0].rpartition("/")[0]


def _remote_folder(text: str) -> Iterator[Record | PassedOver]:
    photographs = 0
    for address in find(text):
        place = to_place(address)
        name = redact_part(str(place).removeprefix(f"{redact(text.rstrip('/'))}/"))
        if reason := name_problem(name.partition("?")[0]):
            yield PassedOver(name, reason)
        else:
            photographs += 1
            yield Record(name, place, original=name)
    if not photographs:
        raise DataError(f"{redact(text)}: holds no photograph, or is none; files that end as photographs do are read.")


def _shards(text: str) -> Iterator[Record | PassedOver]:
    names = expand(text)
    folder = text[: re.search(r"[*?\[{]|$", text).start()].rpartition("/")[0]  # type: ignore[union-attr]  # $ is always there
    problems = 0
    for name in names:
        place = to_place(name)
        shown = str(place).partition("?")[0] if is_remote(name) else name
        title = shown.removeprefix(f"{redact(folder)}/") if folder and len(names) > 1 else Path(shown).name
        try:
            yield from read_records(_fetched(place), title, name)
        except XaestheticError as error:
            problems += 1
            if problems == len(names):
                raise
            reason = str(error) if str(place) in str(error) else f"{place}: {error}"
            yield Record(printable(Path(title)), place, original=printable(Path(title)), problem=reason)


def expand(text: str) -> list[str]:
    """Return the shards that a pattern names: of `{000..031}` and `{a,b}` all, of stars those that are there.

    Raises
    ------
    DataError
        If there is none, or more than a hundred thousand.

    Examples
    --------
    >>> expand("a-{08..10}.tar")
    ['a-08.tar', 'a-09.tar', 'a-10.tar']
    """
    if not is_remote(text) and Path(text).is_file():
        return [text]
    names = list(itertools.islice(_braces(text), _MOST + 1))
    if len(names) > _MOST:
        raise DataError(f"{redact(text)}: names more than {_MOST:,} shards.")
    starred = [name for name in names if "*" in name or (not is_remote(name) and glob.has_magic(name))]
    for name in starred:
        at = names.index(name)
        names[at : at + 1] = sorted(find(name) if is_remote(name) else glob.glob(name, recursive=True))  # noqa: PTH207
    if not names:
        raise DataError(f"{redact(text)}: there is no such shard.")
    return names


def _braces(text: str) -> Iterator[str]:
    match = _BRACES.search(text)
    if not match:
        yield text
        return
    before, after = text[: match.start()], text[match.end() :]
    if match[3] is not None:
        inner: Iterator[str] = iter(match[3].split(","))
    else:
        first, last = int(match[1]), int(match[2])
        inner = (f"{number:0{len(match[1])}d}" for number in range(first, last + 1))
    for middle in inner:
        yield from _braces(before + middle + after)
