"""Options that take several values, each alone or with commas between them: `--attr light,content`."""

import os
import re
from collections.abc import Iterable, Iterator

_COMMA = re.compile(r"(?<!\\),")


def split_commas(texts: Iterable[str] | None) -> list[str]:
    r"""Divide values at their commas; `\,` is a comma of a name, and what is the path of a file or folder stays whole.

    Parameters
    ----------
    texts
        As they were given; None where none was.

    Returns
    -------
    Every value once divided, without blanks around it; an empty part stays, so that it is refused by name. An empty
    list where none was: older versions of typer count its values.

    Examples
    --------
    >>> split_commas(["light, content", r"a\,b"])
    ['light', 'content', 'a,b']
    """
    return [part for text in texts or () for part in _parts(text)]


def _parts(text: str) -> Iterator[str]:
    for part in _joined(_COMMA.split(text)) if "," in text else [text]:
        yield part.strip().replace("\\,", ",") if "," in text else part


def _joined(parts: list[str]) -> Iterator[str]:
    """Put together again what is a path that holds commas, alone or behind `NAME=`."""
    start = 0
    while start < len(parts):
        ends = range(len(parts), start + 1, -1)
        end = next((end for end in ends if _is_path(",".join(parts[start:end]))), start + 1)
        yield ",".join(parts[start:end])
        start = end


def _is_path(text: str) -> bool:
    text = text.strip()
    return any(path and os.path.exists(path) for path in (text, text.partition("=")[2]))  # noqa: PTH110
