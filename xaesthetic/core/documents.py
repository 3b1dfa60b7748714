"""Documents from outside: read within bounds and parsed once, into typed values; after that nobody checks again.

The types are msgspec's: dataclasses, `Struct`, and `Annotated[int, Meta(ge=1)]` for ranges. Chosen because it is strict, its
errors name the place (`$.question.batch`), it has no dependencies of its own, and importing it takes milliseconds.
"""

import json
import math
import re
import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from pathlib import Path
from typing import Any, TypeVar, overload

import msgspec

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable

T = TypeVar("T")
_DIGITS = 4300
_ENDLESS = re.compile(rf"\d{{{_DIGITS},}}")
"""Numbers of more digits than Python reads as whole ones."""
MOST = 1 << 30
"""Bytes of a document; a larger one is refused before it is read."""


def read_bytes(path: Path, most: int = MOST) -> bytes:
    """Read a regular file of a bounded size; a pipe or a device is never waited for.

    Raises
    ------
    DataError
        If it is missing, no regular file, too large or unreadable.
    """
    name = printable(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{name}: is no regular file.")
        if status.st_size > most:
            raise DataError(f"{name}: has {status.st_size:,} bytes; at most {most:,} are read.")
        with path.open("rb") as file:
            data = file.read(min(status.st_size, most) + 1)  # the room for it is taken at once
    except (OSError, ValueError) as error:  # ValueError: a name with a null in it
        raise DataError(f"{name}: cannot be read ({getattr(error, 'strerror', None) or error}).") from error
    if len(data) > most:
        raise DataError(f"{name}: has more than {most:,} bytes.")
    return data


def read_text(path: Path, most: int = MOST) -> str:
    """Read a text in UTF-8, or in UTF-16 where it begins with that mark; the mark is passed over.

    Raises
    ------
    DataError
        If it cannot be read, or is in another encoding; says where.
    """
    data = read_bytes(path, most)
    encoding = "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{printable(path)}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8."
        ) from error


@overload
def read_json(path: Path) -> Any: ...
@overload
def read_json(path: Path, kind: type[T], most: int = MOST, strict: bool = True) -> T: ...
def read_json(path: Path, kind: Any = Any, most: int = MOST, strict: bool = True) -> Any:
    """Read a JSON file into a value of a type.

    Parameters
    ----------
    path
        The file.
    kind
        What it must hold; anything where none is named.
    most
        Bytes that are read at most.
    strict
        Whether NaN, Infinity, numbers beyond a float and halves of letters are refused; without, numbers become
        nan and inf and such letters stay, for exports of which one bad item must not cost the rest.

    Raises
    ------
    DataError
        If it is missing, too large, not JSON in UTF-8, nested too deeply, names a key twice, holds a number that is not
        finite (`strict`), or is not of that type; names the file and the place.
    """
    return parse_json(read_text(path, most), printable(path), kind, strict)


def parse_json(text: str | bytes, where: str, kind: Any = Any, strict: bool = True) -> Any:
    """Parse JSON into a value of a type; `where` names it in errors, which are those of `read_json`."""
    hooks: dict[str, Any] = {"parse_constant": _refuse, "parse_float": _finite} if strict else {}
    try:
        if not strict and _ENDLESS.search(text if isinstance(text, str) else text.decode()):
            hooks["parse_int"] = _whole  # only then: it makes long lists of numbers slow
        value = json.loads(text, object_pairs_hook=_unique, **hooks)
        if strict and "\\u" in (text if isinstance(text, str) else text.decode()):
            json.dumps(value, ensure_ascii=False).encode()  # halves of letters, which no file could hold
    except RecursionError as error:
        raise DataError(f"{where}: is nested too deeply.") from error
    except ValueError as error:  # json's, UTF-8's, and that of a number of more than 4,300 digits
        raise DataError(f"{where}: is not JSON ({error}); it is damaged or another file.") from error
    return convert(value, where, kind)


def convert(value: Any, where: str, kind: Any) -> Any:
    """Turn plain values (dictionaries, lists, text, numbers) into a typed one.

    Parameters
    ----------
    value
        As JSON or TOML has it.
    where
        What to call it in an error.
    kind
        The type.

    Raises
    ------
    DataError
        If it is not of that type; names the place.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        raise DataError(f"{where}{', ' * bool(place)}{place.strip('`')}: {message[:1].lower()}{message[1:]}.") from error
    except UnicodeEncodeError as error:
        raise DataError(f"{where}: holds half a letter, which no text does.") from error
    except RecursionError as error:
        raise DataError(f"{where}: is nested too deeply.") from error


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= _DIGITS else float(text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice!r} comes twice in one object")
    return value
