"""The page's script and style without what only their authors read: comments, and space that means nothing.

Names stay. The script must end its statements with semicolons; lines stay where leaving their end out could change it.
"""

import re
from collections.abc import Sequence

_REGEX_AFTER = set("(,=:[!&|?{;+-*%<>~^\n")
"""After these a slash begins a regular expression; else it divides."""
_WORDS_BEFORE_REGEX = {"return", "typeof", "case", "of", "in", "await", "yield"}
_OPENS, _CLOSES = set("{([,;=?:&|"), set(")]},.?:&|")
"""A line's end means nothing after the ones and before the others."""
_TOKEN = re.compile(r"""(?P<space>(?:\s|//[^\n]*|/\*.*?\*/)+)|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[\w$]+|.""", re.DOTALL)
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[\n])+/\w*")
_WORD = re.compile(r"[\w$]")


def smaller_script(code: str) -> str:
    """Return a script that does the same in fewer bytes."""
    return _code(code, 0, "")[0].strip()


def smaller_style(text: str) -> str:
    """Return a style sheet that says the same in fewer bytes, a rule a line."""
    text = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    text = re.sub(r"(?<=[\w-]): ", ":", re.sub(r" ?([{};,]) ?", r"\1", text))
    return text.replace(";}", "}").replace("}", "}\n").strip()


def _code(text: str, at: int, until: str) -> tuple[str, int]:
    """The code from a place on, to its end or to the brace that closes what a template holds; and where that is."""
    written, depth = [""], 0
    while matched := _TOKEN.match(text, at):
        part, at = matched[0], matched.end()
        if part == "`":
            part, at = _template(text, at)
        elif matched["space"]:
            part = _between(written[-1][-1:], part, text[at : at + 1])
        elif part == "/" and _expects_value(written):
            part, at = _regex(text, at - 1)
        depth += (part == "{") - (part == "}")
        if until and depth < 0:
            return "".join(written), at
        if part:
            written.append(part)
    return "".join(written), at


def _expects_value(written: Sequence[str]) -> bool:
    """Whether a slash begins a regular expression behind these tokens."""
    last = written[-2] if written[-1] == " " else written[-1]
    return not last or last[-1] in _REGEX_AFTER or last in _WORDS_BEFORE_REGEX


def _regex(text: str, at: int) -> tuple[str, int]:
    matched = _REGEX.match(text, at)
    return (matched[0], matched.end()) if matched else (text[at], at + 1)


def _template(text: str, at: int) -> tuple[str, int]:
    """A template from behind its first mark, with the code in it made smaller; and where it ends."""
    written = "`"
    while text[at] != "`":
        if text.startswith("${", at):
            code, at = _code(text, at + 2, "}")
            written += f"${{{code.strip()}}}"
            continue
        if text[at] == "\\":
            written, at = written + text[at], at + 1
        written, at = written + text[at], at + 1
    return written + "`", at + 1


def _between(before: str, space: str, after: str) -> str:
    """What must stay of the space between two characters."""
    if "\n" in space:
        return "" if not before or before in _OPENS or after in _CLOSES else "\n"
    words = _WORD.match(before) and (_WORD.match(after) or after == ".")
    signs = before == after and before in "+-"
    return " " if words or signs or "/" in (before, after) else ""
