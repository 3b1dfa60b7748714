"""What README and docs say: links that lead somewhere, words that are never used, numbers that the code has too."""

import re
import sys

import pytest
from support.documents import NOTEBOOKS, PAGES, anchors, blocks, links, name, prose, target
from support.places import ROOT

import xaesthetic as xa
from xaesthetic.core import plugins

NEVER = (
    r"models? (looks?|gazes?|sees|saw) ?(at)?\b", r"\bbecause of\b",
    r"\bcan be trusted\b", r"\bproves\b", r"\bcorrect map\b",
    r"explains? why people", r"ground truth", r"human-level", r"independent of\b", r"\b(good|bad) photograph\b",
)  # fmt: skip
"""What no reader is told; «better» is looked at below."""
OURS = [page for page in PAGES if page.name not in ("CONTRIBUTING.md", "run-folder.md")]
"""What readers of results read."""
sys.path.insert(0, str(ROOT / "docs" / "make"))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    for link in links(page):
        if re.match(r"https?://", link):
            assert re.fullmatch(r"https://[\w.-]+\.[a-z]+(/[\w./#?=&%~+-]*)?", link), link
            continue
        file, anchor = target(page, link)
        assert file.exists(), f"{name(page)} links to {link}"
        assert file.is_relative_to(ROOT)
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file) or f'id="{anchor}"' in file.read_text(encoding="utf-8"), f"{name(page)}: {link}"


def test_readme_links_every_page():
    linked = {target(ROOT / "README.md", link)[0] for link in links(ROOT / "README.md")}
    index = {target(ROOT / "docs" / "index.md", link)[0] for link in links(ROOT / "docs" / "index.md")}
    known = linked | index | {ROOT / "docs" / file for file in ("index.md", "api.md", "newcomers.md")}
    assert set((ROOT / "docs").glob("*.md")) <= known


def test_readme_is_a_page_and_a_half():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 90


@pytest.mark.parametrize("page", [*OURS, *NOTEBOOKS], ids=name)
def test_words_that_are_never_used(page):
    text = prose(page) if page.suffix == ".md" else page.read_text(encoding="utf-8")
    text = " ".join(text.split())
    assert [found[0] for word in NEVER for found in re.finditer(rf".{{30}}{word}", text, re.IGNORECASE)] == []


@pytest.mark.parametrize("page", OURS, ids=name)
def test_better_comes_with_an_interval(page):
    for paragraph in re.split(r"\n\n", prose(page)):
        if re.search(r"\bbetter\b", paragraph):
            assert re.search(r"\[-?[\d.]+, ", paragraph), paragraph


@pytest.mark.torch
def test_the_page_of_methods_is_what_methods_say():
    import methods_page

    assert (ROOT / "docs" / "methods.md").read_text(encoding="utf-8") == methods_page.page()


def test_the_page_of_python_has_every_public_name():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    wanted = {f"::: {getattr(xa, name).__module__}.{name}" for name in xa.__all__}
    assert wanted <= set(text.splitlines())


def test_counts_are_what_is_installed():
    comparison = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    assert f"| {len(plugins.names('methods'))}, listed in" in comparison
    assert f"| {len(plugins.names('metrics'))} against people" in comparison
    assert len(plugins.names("metrics")) == 19
    assert "Nineteen metrics" in (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")


def test_readme_repeats_the_guide():
    guide = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    halves = [
        float(value)
        for value in re.findall(
            r"^\| multigap_lite0 \w+ \| (0\.\d\d) \[", guide.split("<!-- stability")[1].split("<!-- end")[0], re.M
        )
    ]
    assert len(halves) == 8
    said = re.search(
        r"correlate (\.\d\d) to (\.\d\d) on the sample", (ROOT / "README.md").read_text(encoding="utf-8")
    ).groups()
    assert [float(value) for value in said] == [min(halves), max(halves)]


def test_the_gallery_is_small():
    pictures = sorted((ROOT / "docs" / "gallery").glob("*.jpg"))
    assert {f"gallery/{file.name}" for file in pictures} <= set(links(ROOT / "docs" / "gallery.md"))
    assert len(pictures) == 4
    assert sum(file.stat().st_size for file in pictures) < 900_000


def test_python_on_pages_can_be_read():
    for page in PAGES:
        for block in blocks(page, "python"):
            if "--8<--" not in block and "…" not in block:
                compile(block, str(page), "exec")


def test_newcomers_find_what_they_type():
    """The words to be read are counted again: the pages have changed where this is red."""
    import newcomers

    text = (ROOT / "docs" / "newcomers.md").read_text(encoding="utf-8")
    for task in newcomers.TASKS:
        cells = re.search(rf"^\| {task.title} \|(.*)\|$", text, re.MULTILINE)[1].split("|")
        assert int(cells[3]) == pytest.approx(newcomers.words_before(task), rel=0.25), task.title
        assert int(cells[1].split()[0]) == len(task.typed)
