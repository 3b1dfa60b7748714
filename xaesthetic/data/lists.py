"""Lists of photographs: a path or address a line, and how far a list of another machine may point."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import open_regular, printable
from xaesthetic.core.places import Place, is_remote, redact_part, to_place
from xaesthetic.core.types import PassedOver, Record

STDIN = "-"
LONGEST = 1 << 14
"""Bytes of a line."""
_HERE = ("file", "local")
_SCHEMED = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!:)")  # a drive as well; two colons stand before a tar's member


@dataclass(frozen=True, slots=True)
class Base:
    """What the lines of a list are relative to, and how far it may point."""

    above: str
    """A folder or address."""
    trusted: bool
    """Whether it is a list of this machine: others name nothing here."""

    def record(self, text: str, where: str) -> Record:
        """Return the photograph that a line names; with a problem, where it may not name that."""
        place, problem = self._place(text)
        identity = printable(text) if isinstance(place, Path) else redact_part(text)
        return Record(identity, place, original=identity, problem=f"{where}: {problem}." if problem else "")

    def _place(self, text: str) -> tuple[Place, str]:
        """Where a line points to, and why that is not followed."""
        here = text.partition(":/")[0].lower() in _HERE
        if is_remote(text) and not here:
            return to_place(text), ""
        if here and self.trusted:
            return Path(url2pathname(urlsplit(text).path)), ""
        if self.trusted:
            return to_place(os.path.join(self.above, text)), ""  # noqa: PTH118  # of a million lines
        parts = text.replace("\\", "/").split("/")
        if text.startswith(("/", "\\", "~")) or ".." in parts or _SCHEMED.match(text):
            return Path(text), "names a file of this machine, or one out of the list's folder, in a list of another one"
        return to_place(f"{self.above}/{text}"), ""


def read_text_list(file: Path | None, title: str, base: Base) -> Iterator[Record | PassedOver]:
    """Give the photographs of a list, a line each; a line that begins with # is passed over.

    Parameters
    ----------
    file
        The list; None for what comes on standard input.
    title
        What to call it.
    base
        What its lines are relative to.

    Raises
    ------
    DataError
        If it cannot be read.
    """
    for number, line in enumerate(_lines(file, title), 1):
        text = line.strip()
        if text.startswith("#"):
            yield PassedOver(f"{title}, line {number}", "a remark")
        elif len(text) > LONGEST or "\0" in text:
            yield PassedOver(f"{title}, line {number}", "no path: too long, or with a null")
        elif text:
            yield base.record(text, f"{title}, line {number}")


def _lines(file: Path | None, title: str) -> Iterable[str]:
    if file is None:
        if sys.stdin.isatty():
            raise DataError(f"{title}: is a terminal; send a list, as in: ls *.jpg | xaesthetic show -.")
        return _standard_input(sys.stdin)
    return _file_lines(file, title)


def _file_lines(file: Path, title: str) -> Iterator[str]:
    try:
        with open_regular(file) as opened:
            while line := opened.readline(4 * LONGEST):
                yield line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    except OSError as error:
        raise DataError(f"{title}: cannot be read ({error.strerror or error}); give the path of a list.") from error


@lru_cache(maxsize=1)
def _standard_input(stream: Any) -> tuple[str, ...]:
    """What has come, which can be read once only."""
    return tuple(stream)
