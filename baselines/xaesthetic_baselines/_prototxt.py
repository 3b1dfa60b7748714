"""Protobuf's text format, in which Caffe describes networks; neither Caffe nor a protobuf compiler is needed."""

import ast
import re
from pathlib import Path
from typing import Any

from xaesthetic.core.documents import read_text
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable

Message = dict[str, list[Any]]
"""Every field may come several times; a field's values are texts or messages."""

MOST = 1 << 20
"""Bytes of a file; networks of hundreds of layers have a tenth of them. Reading takes at most 200 times as much memory."""
DEEPEST = 20
"""Messages within messages; Caffe's have five."""

_TOKEN = re.compile(
    r"""(?P<blank>[\s;,]+|\#[^\n]*)|(?P<sign>[{}:<>\[\]])|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
    r"""|(?P<word>[^\s{}:<>\[\];,"'\#]+)"""
)
_CLOSING = {"{": "}", "<": ">"}


def read_prototxt(path: Path) -> Message:
    """Read a file in protobuf's text format.

    Raises
    ------
    DataError
        If it is none, is too large or nested too deeply.
    """
    try:
        return _Reader(read_text(path, MOST)).message(None, 0)
    except ValueError as error:
        raise DataError(
            f"{printable(path)}: cannot be read as a prototxt ({error}); it is damaged or another file."
        ) from error


def _tokens(text: str) -> list[tuple[str, str]]:
    """The kind of every token, and what it says."""
    result, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"character {at} fits nowhere")
        at = match.end()
        if match.lastgroup != "blank":
            result.append((str(match.lastgroup), match.group()))
    return result


class _Reader:
    """The tokens of a text, and how far they have been read."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0

    def message(self, closing: str | None, depth: int) -> Message:
        """The fields up to the closing bracket."""
        if depth > DEEPEST:
            raise ValueError(f"messages within more than {DEEPEST} others")
        message: Message = {}
        while self.at < len(self.tokens):
            kind, word = self._next()
            if kind == "sign" and word == closing:
                return message
            if kind != "word":
                raise ValueError(f"an unexpected {word[:20]}")
            message.setdefault(word, []).extend(self._values(depth))
        if closing:
            raise ValueError("a bracket is missing")
        return message

    def _values(self, depth: int) -> list[Any]:
        """One value, or several in square brackets."""
        if self._peek() == ("sign", ":"):
            self.at += 1
        if self._peek() != ("sign", "["):
            return [self._value(depth)]
        self.at += 1
        values = []
        while self._peek() != ("sign", "]"):
            values.append(self._value(depth))
        self.at += 1
        return values

    def _value(self, depth: int) -> Any:
        kind, word = self._next()
        if kind == "word":
            return word
        if kind == "text":
            parts = [_unquoted(word)]
            while self._peek()[0] == "text":  # texts behind each other are one
                parts.append(_unquoted(self._next()[1]))
            return "".join(parts)
        if word in _CLOSING:
            return self.message(_CLOSING[word], depth + 1)
        raise ValueError(f"an unexpected {word}")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token[0] == "end":
            raise ValueError("it ends too early")
        self.at += 1
        return token

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")


def _unquoted(text: str) -> str:
    if "\\" not in text:
        return text[1:-1]
    try:
        return str(ast.literal_eval(text))  # protobuf's escapes are those of C, and so are Python's
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"{text[:40]} has an escape that nobody knows") from error
