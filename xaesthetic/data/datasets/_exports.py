"""What annotation tools export, parsed item by item, so that a bad one costs only itself."""

from pathlib import Path
from typing import Any, TypeVar

from xaesthetic.core.documents import convert, parse_json, read_text
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.types import PassedOver

T = TypeVar("T")
_LONGEST = 120  # letters of a name out of an export, in a sentence or an id


def read_export(root: Path | None, name: str) -> Any:
    """Return what an export holds: a JSON document, or one a line (JSONL), of which lines that are none are None.

    Raises
    ------
    DataError
        If there is no such file, or it is no JSON.
    """
    if root is None or not root.exists():
        raise DataError(f"data set {name!r} needs the export{f', and {root} is none' * bool(root)}: --root my/export.json.")
    if root.is_dir():
        raise DataError(f"{printable(root)}: is a folder; name the export's file in it with --root.")
    where, text = printable(root), read_text(root)
    try:
        return parse_json(text, where, strict=False)
    except DataError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2 or not isinstance(_line(lines[0]), dict):
            raise
        return [_line(line) for line in lines]


def _line(text: str) -> Any:
    try:
        return parse_json(text, "", strict=False)
    except DataError:
        return None


def typed(value: Any, where: str, kind: type[T]) -> T | PassedOver:
    """Return an item as a typed value; or what is wrong with it."""
    try:
        result: T = convert(value, where, kind)
    except DataError as error:
        return PassedOver(where, reason(error, where))
    return result


def listed(value: Any, where: str, passed_over: list[PassedOver]) -> list[Any]:
    """Return a list, empty where there is none; what is something else is added to what is passed over."""
    if value is not None and not isinstance(value, list):
        passed_over.append(PassedOver(where, "not a list"))
    return value if isinstance(value, list) else []


def reason(error: Exception, where: str = "") -> str:
    """Return an error's words without the name of its place and the full stop."""
    return str(error).removeprefix(where).lstrip(":, ").rstrip(".")


def short(value: object) -> str:
    """Return a name out of an export as a part of one line."""
    text = plain(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def plain(value: object) -> str:
    """Return a name out of an export as printable text in one line."""
    text = str(value)
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())


def identify(value: object, otherwise: object = "") -> str:
    """Return what an item is numbered with as text, the same for 7, 7.0 and "7"; `otherwise` where it is not numbered."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return str(otherwise)
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)
