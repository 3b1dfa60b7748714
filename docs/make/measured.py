"""Numbers that look measured, in the documents' sentences and tables: where they stand, and what they are held to.

    python docs/make/measured.py [PAGE…]

prints every paragraph that holds one. `measured.toml`, beside this file, says of each where it comes from; a test holds both
to each other, so that a number that is changed, new or gone must be accounted for.
"""

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pages import FENCE, PAGES, name

TABLE = Path(__file__).with_name("measured.toml")
REGION = re.compile(r"<!-- (\w+) -->.*?<!-- end -->", re.DOTALL)
NOT_NUMBERS = re.compile(
    r"\b95 %|Python(?:[ ,]|and|3\.\d+)+|`[^`]*`|\]\([^)]*\)|^#+ .*$|\b[Ff]ormat \d|\d{1,2} [A-Z][a-z]+ 20\d\d|"
    r"\b(?:Python|torch|torchvision|timm|captum|torchcam|grad-cam|Keras|TensorBoard|MLflow|Biases|SDK|FiftyOne|version|release|v)"
    r"(?: \(pytorch-grad-cam\))?\s*\d*\.[\d.]+|\d+\.\d+\.\d+(?:\.\d+)?|\bBY \d\.\d|Apache-2\.0",
    re.MULTILINE,
)
"""Code, links, versions, licences, dates and headings."""
NUMBER = re.compile(
    r"[-−]?\d*\.\d+(?:e-?\d+)?|\de-\d+|\d[\d,]*(?= ?%)|\d[\d,]*(?=(?: |-)(?:[kMGT]i?B|seconds?|s|ms|minutes?|hours?|core-seconds)\b)|\d+(?= ?×)"
)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph or table of a page, and its numbers that look measured."""

    page: str
    text: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Account:
    """Where the numbers of a paragraph come from: a maker, a test, a command on the page, the code, or a source."""

    page: str
    words: str
    numbers: tuple[str, ...]
    made: str = ""
    test: str = ""
    command: str = ""
    code: str = ""
    source: str = ""

    @property
    def origins(self) -> dict[str, str]:
        """Return what is named of these."""
        named = {kind: getattr(self, kind) for kind in ("made", "test", "command", "code", "source")}
        return {kind: value for kind, value in named.items() if value}


def paragraphs(page: Path) -> list[Paragraph]:
    """Return the paragraphs of a page that hold numbers, without code and without what a script writes."""
    return found_in(page, page.read_text(encoding="utf-8"))


def found_in(page: Path, text: str) -> list[Paragraph]:
    """Return the paragraphs of a page's text that hold numbers."""
    text = REGION.sub("", FENCE.sub("", text))
    split = (part for part in re.split(r"\n\s*\n", text) if not part.startswith("    "))
    found = ((part, tuple(NUMBER.findall(NOT_NUMBERS.sub(" ", part)))) for part in split)
    return [Paragraph(name(page), " ".join(part.split()), numbers) for part, numbers in found if numbers]


def accounts() -> tuple[dict[str, str], list[Account]]:
    """Read the table: whole pages that are made by a command, and paragraphs."""
    held = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    rows = [Account(**{**row, "numbers": tuple(row["numbers"].split())}) for row in held["paragraph"]]
    return held["made"], rows


def main() -> None:
    """Print the paragraphs with numbers, as rows of the table to fill in."""
    for page in PAGES:
        if not sys.argv[1:] or name(page) in sys.argv[1:]:
            for item in paragraphs(page):
                print(
                    f'[[paragraph]]\npage = "{item.page}"\nwords = "{item.text[:60]}"\nnumbers = "{" ".join(item.numbers)}"\n'
                )


if __name__ == "__main__":
    main()
