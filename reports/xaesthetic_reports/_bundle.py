"""ES modules made into one script, so that a page needs no other file: each keeps a scope of its own, and nothing is global.

What is understood is little, and everything else is an error: ``import { a, b } from "./other.js";`` on one line, and
``export`` before ``function``, ``async function`` or ``const NAME =`` at the beginning of a line. A module becomes a
function that is called at once and returns what it exports; modules stand after those that they import. Comments on lines
of their own, empty lines and the space before a line stay behind.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.errors import DataError

_IMPORT = re.compile(r'import \{ ([\w$]+(?:, [\w$]+)*) \} from "\./(\w+)\.js";')
_EXPORT = re.compile(r"export (?=(?:(?:async )?function |const )([\w$]+)(?: =|\())")
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*(?:(?!\*/).)*\*/[ \t]*)$", re.DOTALL | re.MULTILINE)
_REFUSED = {
    r"\s*(import|export)\b": "a form of import or export that the page's modules do not use",
    r".*\bimport\s*[(.]": "an import while the page runs",
    r"(?=\S).*\bawait\b": "`await` outside the lines of a function",
    r".*\$\w": "a name that begins with `$`, as modules do in the script",
    r"[^`]*`[^`]*(`[^`]*`[^`]*)*$": "a template that goes on over several lines",
    r"(?i).*(</script|<!--)": "what ends a script in a page",
}
"""How a line may not begin, and what it would be."""


def bundle(*entries: Path) -> str:
    """One script out of modules and all that they import, each once.

    Parameters
    ----------
    entries
        The modules that begin the page, in their order; those that they import lie beside them.

    Returns
    -------
    The script; it runs as ``<script type="module">``.

    Raises
    ------
    DataError
        If a file is not there, modules import each other in a circle, a name that is imported is not exported, or a line
        is not understood.
    """
    scripts: dict[str, str] = {}
    exports: dict[str, list[str]] = {}
    for entry in entries:
        _add(entry, scripts, exports, ())
    return "\n".join(scripts.values())


def _add(file: Path, scripts: dict[str, str], exports: dict[str, list[str]], before: tuple[str, ...]) -> None:
    """Put a module behind those that it imports; `before` are those that wait for it."""
    name = file.stem
    if name in before:
        circle = " → ".join((*before, name))
        raise DataError(f"{file.name}: a circle of imports ({circle}); move what both need to a third module")
    if name in exports:
        return
    if not file.is_file():
        raise DataError(f"{file}: no such file, but {before[-1] if before else 'the page'} imports it; correct the name")
    lines, names = [], []
    for number, line in _lines(file.read_text(encoding="utf-8")):
        place = f"{file.name}, line {number}"
        if matched := _IMPORT.fullmatch(line):
            wanted, other = matched.groups()
            _add(file.with_name(f"{other}.js"), scripts, exports, (*before, name))
            if missing := set(wanted.split(", ")) - set(exports[other]):
                raise DataError(f"{place}: {other}.js exports no {', '.join(sorted(missing))}; export it there")
            lines.append(f"const {{ {wanted} }} = ${other};")
            continue
        if matched := _EXPORT.match(line):
            names.append(matched[1])
        lines.append(_validated(_EXPORT.sub("", line, count=1) if matched else line, place).lstrip())
    exports[name] = names
    lines.append(f"return {{ {', '.join(names)} }};")
    scripts[name] = "\n".join([f"const ${name} = (() => {{", *lines, "})();"])


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without comments on lines of their own and without empty ones."""
    code = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    return ((number, line) for number, line in enumerate(code.splitlines(), 1) if line.strip())


def _validated(line: str, place: str) -> str:
    for pattern, what in _REFUSED.items():
        if re.match(pattern, line):
            raise DataError(f"{place}: {line.strip()[:80]!r} is {what}; write it in another way (see _bundle.py)")
    return line
