"""Text that a terminal only shows: names may hold what would move its cursor, turn a line around or end it."""

import codecs
import re

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control characters (C0, C1), marks that turn the direction of text, ends of lines, halves of characters."""
_IN_JSON = re.compile(_UNSAFE.pattern.replace(r"\x00-\x1f", ""))
ESCAPES = "xaesthetic.escapes"
"""The name of what streams do with characters that they cannot encode (`register_escapes`)."""


def visible(text: str) -> str:
    r"""Return the text in one line, with escapes such as ``\x1b`` in the place of what is not to be shown as it is."""
    return _UNSAFE.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def visible_json(text: str) -> str:
    """Return a JSON text that holds the same, with escapes in the place of what a terminal would act on."""
    return _IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def register_escapes() -> None:
    r"""Make `ESCAPES` known to streams: a character becomes ``\uXXXX``, as in JSON, so that JSON stays JSON."""
    codecs.register_error(ESCAPES, _escape)


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4)), error.end
