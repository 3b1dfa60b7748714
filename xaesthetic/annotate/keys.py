"""The key file: who has which pseudonym and invitation. It lies apart; only its owner reads it, and no export has it."""

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from xaesthetic.core.documents import read_text
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write

FILE = "keys.csv"
_COLUMNS = ("pseudonym", "label", "link")
_LABEL = 200


@dataclass(frozen=True, slots=True)
class Key:
    """One line."""

    pseudonym: str
    label: str
    """What the administrator calls that person."""
    link: str
    """The invitation; empty once it was withdrawn."""


def read_keys(file: Path) -> list[Key]:
    """Read a key file; one that is not there holds nothing.

    Raises
    ------
    DataError
        If it is damaged.
    """
    if not file.exists():
        return []
    rows = list(csv.reader(io.StringIO(read_text(file))))
    if not rows or tuple(rows[0]) != _COLUMNS or any(len(row) != len(_COLUMNS) for row in rows):
        raise DataError(f"{file}: is no key file; its columns are {', '.join(_COLUMNS)}.")
    return [Key(*row) for row in rows[1:]]


def write_keys(file: Path, keys: Iterable[Key]) -> None:
    """Write a key file, whole or not at all, for its owner alone."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    table.writerows((key.pseudonym, key.label, key.link) for key in keys)
    with atomic_write(file) as temporary:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as written:
            written.write(text.getvalue())


def put_key(file: Path, key: Key) -> None:
    """Add a line, or replace that of the same pseudonym; its label stays where the new one has none."""
    keys = {item.pseudonym: item for item in read_keys(file)}
    before = keys.get(key.pseudonym)
    keys[key.pseudonym] = replace(key, label=key.label or (before.label if before else ""))
    write_keys(file, keys.values())


def move_links(keys: Iterable[Key], origin: str) -> list[Key]:
    """The same keys with links to the address that the server has now."""
    return [replace(key, link=link(origin, key.link.partition("#")[2]) if key.link else "") for key in keys]


def link(origin: str, token: str, page: str = "/") -> str:
    """An invitation's link: the token stands in the fragment, which no browser sends to a server."""
    return f"{origin}{page}#{token}"


def clean_label(label: str) -> str:
    """A label as one line that no spreadsheet takes for a formula.

    Examples
    --------
    >>> clean_label(" =1+1 "), clean_label("Ada")
    ("'=1+1", 'Ada')
    """
    line = "".join(letter if letter.isprintable() else " " for letter in label).strip()[:_LABEL]
    return f"'{line}" if line[:1] in "=+-@" and line else line
