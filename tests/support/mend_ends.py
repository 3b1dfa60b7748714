"""A hook of pre-commit: takes blanks from the ends of lines and gives every file one last new line.

python mend_ends.py FILE…: ends with exit status 1 where it changed something, as pre-commit wants it.
"""

import re
import sys
from pathlib import Path


def mended(text: str) -> str:
    """Return the text without blanks before line ends, and with one new line at its end."""
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE).rstrip("\n")
    return f"{text}\n" if text else ""


def main(names: list[str]) -> int:
    changed = 0
    for file in map(Path, names):
        text = file.read_text(encoding="utf-8")
        if file.suffix != ".md" and mended(text) != text:  # two blanks are a line break in Markdown
            file.write_text(mended(text), encoding="utf-8")
            changed = 1
    return changed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
