"""README and documentation: their commands, code and links."""

import re
import shlex
from pathlib import Path

from support.places import ROOT

PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.py"))
BEFORE = re.compile(r"^(torchrun .* |OMP_NUM_THREADS=\d+ |find .* \| )?xaesthetic ")


def name(page):
    return str(page.relative_to(ROOT))


def commands(page):
    """The words of every command of the page, without the program's name, remarks and what stands before it."""
    lines = [
        line[4:].split("   #")[0].strip() for line in page.read_text(encoding="utf-8").splitlines() if line[:4] == "    "
    ]
    return [shlex.split(BEFORE.sub("", line).split(" # ")[0]) for line in lines if BEFORE.match(line)]


def blocks(page, language):
    """The text of every fenced block in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def prose(page):
    """The text without code."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return "\n".join(line for line in text.splitlines() if not line.startswith("    "))


def links(page):
    """Where the page's links lead, pictures too."""
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", prose(page)))


def anchors(page):
    """The anchors of a page's headings, as both the repository's pages and the site make them."""
    heads = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower().replace("`", "")).strip().replace(" ", "-") for head in heads}


def target(page: Path, link: str) -> tuple[Path, str]:
    """The file that a local link leads to, and its anchor."""
    file, _, anchor = link.partition("#")
    return (page.parent / file).resolve() if file else page, anchor
