"""What the documents hold: pages, their commands in order, their Python, and their commands within sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LISTED = ("text", "toml", "yaml")
"""Languages of blocks in which there is nothing to run."""


@dataclass(frozen=True)
class Piece:
    """Something on a page that a reader runs: a line of a shell, a script, or Python."""

    page: str
    text: str
    language: str = "line"

    @property
    def title(self) -> str:
        """Return its first line, or for a line what it says without its remark."""
        return re.split(r"   +#", self.text.strip().splitlines()[0])[0].strip()


def name(page: Path) -> str:
    """Name a page as tables do."""
    return page.relative_to(ROOT).as_posix()


def pieces(page: Path) -> list[Piece]:
    """Return everything that a page has its reader run, in order. What is indented by four spaces is a command a line."""
    return [
        piece for language, text in blocks(page.read_text(encoding="utf-8")) for piece in split(name(page), language, text)
    ]


def split(page: str, language: str, text: str) -> Iterator[Piece]:
    """Take a block apart: of lines one each, and all others whole."""
    if language == "line":
        yield from (Piece(page, line) for line in text.splitlines())
    elif language not in LISTED:
        yield Piece(page, text, language)


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Give a page's blocks of code in order, with their languages; `line` for those that are indented."""
    place = 0
    for fence in FENCE.finditer(text):
        yield from (("line", block) for block in indented(text[place : fence.start()]))
        yield fence[1], fence[2]
        place = fence.end()
    yield from (("line", block) for block in indented(text[place:]))


def indented(text: str) -> list[str]:
    """Return the blocks that are indented by four spaces behind an empty line."""
    found = re.findall(r"(?:\A|\n\n)((?:    .+\n?)+)", text)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in found]


def within_sentences(page: Path) -> list[str]:
    """Return the commands between backticks."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return [" ".join(line.split()) for line in re.findall(r"`(xaesthetic [^`]+)`", text)]
