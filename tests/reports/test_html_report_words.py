"""What the page says: why it opens where it does, a sentence a map with what it rests on, and every word's meaning."""

import json
import re
from urllib.parse import unquote

import pandas as pd
import pytest
from support.browser import serious
from support.hand_run import hand_run
from support.report_page import file, page, run, told  # noqa: F401
from xaesthetic_reports._findings import SECTION_TITLES, SECTIONS, findings, opening, together
from xaesthetic_reports._glossary import WORDS, glossary
from xaesthetic_reports._payload import payload
from xaesthetic_reports._signs import promises_sign

from xaesthetic.core import plugins
from xaesthetic.evaluation.findings import FINDINGS
from xaesthetic.reporting import draw_reports


def html(file):
    return re.sub(r"<(script|style)\b.*?</\1>", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_page_says_why_it_opens_where_it_does(page, file):
    values = told(file)["opening"]
    assert values["attribute"] in ("light", "vivid_color")
    shown = page.text_content("#opening")
    assert values["why"] in shown
    assert values["worst"]["title"] in shown
    assert page.get_attribute("#opening a", "href") == f"#attribute={values['worst']['attribute']}"


def test_a_sentence_for_every_map_and_links_to_what_it_rests_on(page, file, run):
    table = run.read(FINDINGS)
    assert page.locator("table.sentences tbody tr").count() == len(table) == 3
    assert page.locator("table.sentences .sentence").first.text_content() == table["sentence"].iloc[0]
    links = page.locator("table.sentences tbody tr").first.locator(".links a")
    assert links.all_text_contents() == ["other attributes", "people"]
    links.first.click()
    assert page.url.endswith("#specific")
    assert findings(run)[0]["links"] == ["specific", "leaders"]
    assert table["sentence"].iloc[0] not in json.dumps(told(file))  # it is written once


def test_what_failed_is_marked(run, tmp_path):
    rows = run.read(FINDINGS)
    rows.loc[0, ["failed", "holds", "sentence", "besides"]] = [1, False, "Not to be relied on: x.", "It adds up."]
    run.write(FINDINGS, rows)
    first = findings(run)[0]
    assert (first["holds"], first["failed"], first["sentence"], first["besides"]) == (
        False, 1, "Not to be relied on: x.", "It adds up.",
    )  # fmt: skip


def test_rows_that_say_the_same_of_several_attributes_are_one():
    rows = [{"model": model, "attribute": name, "said": said} for model, name, said in ("aly", "bly", "amy", "alz", "amx")]
    known = [(row["model"], row["attributes"], row["said"]) for row in together(rows)]
    assert known == [("a", ["l", "m"], "y"), ("b", ["l"], "y"), ("a", ["l"], "z"), ("a", ["m"], "x")]


def test_every_table_of_a_finding_has_its_section():
    assert set(SECTIONS.values()) == set(SECTION_TITLES)


def test_every_link_inside_the_page_leads_somewhere(file):
    text = html(file)
    links = {unquote(link) for link in re.findall(r'href="#([^"]*)"', text) if not link.startswith("attribute=")}
    assert links - set(re.findall(r'\bid="([^"]*)"', text)) == set()
    assert {"found", "words", "term-interval", "term-methods-cam"} <= links


def test_every_word_has_its_meaning_and_plugins_speak_for_themselves(page, file):
    shown = dict(
        zip(page.locator(".glossary dt").all_text_contents(), page.locator(".glossary dd").all_text_contents(), strict=True)
    )
    assert len(shown) == page.locator(".glossary > div").count()
    for kind, name in (("methods", "cam"), ("methods", "activation_energy"), ("metrics", "nss"), ("metrics", "cc")):
        assert shown[name] == plugins.summary(kind, name)
    assert {term for _, term, _ in WORDS} <= set(shown)
    page.click("header a[href='#term-raw-output']")
    assert page.locator(".glossary > div:target dt").text_content() == "raw output"


def test_a_method_that_is_not_installed_is_said_to_be_so(run):
    values = payload(run)
    values["columns"][0]["method"] = "theirs"
    words = {item["term"]: item["meaning"] for item in glossary(values)}
    assert "not installed where this page was made" in words["theirs"]


def test_which_maps_promise_a_sign(file):
    assert {(item["method"], item["promises_sign"]) for item in told(file)["columns"]} == {
        ("cam", True), ("activation_energy", False),
    }  # fmt: skip
    assert promises_sign("malu_cam", []) is False
    assert promises_sign("theirs", [{"low": [0.0, None]}]) is False
    assert promises_sign("theirs", [{"low": [0.0, -1.0]}]) is True


def test_a_run_that_says_nothing_is_drawn_all_the_same(tmp_path, open_page):
    silent = hand_run(tmp_path / "run", 3, scored=False)
    (silent.root / "summaries" / "findings.parquet").write_bytes(b"no table")
    page = open_page(draw_reports(silent, ["html_report"])[0])  # made anew
    rows = page.locator("table.sentences tbody tr")
    assert rows.count() == 2  # one has the same sentence for both of its attributes
    assert rows.locator("th", has_text=",").all_text_contents() == ["Light, Vivid Color"]
    silent.write(FINDINGS, pd.DataFrame(columns=list(FINDINGS.names)).astype(silent.read(FINDINGS).dtypes))
    assert findings(silent) == []
    silent.discard(FINDINGS)
    assert findings(silent) == []


def test_no_opening_where_nothing_says_which(tmp_path):
    silent = hand_run(tmp_path / "run", 3, scored=False)
    from xaesthetic.evaluation.opening import OPENING

    silent.discard(OPENING)
    assert opening(silent, silent.described()) is None


@pytest.mark.parametrize("width", [390, 1440])
def test_it_can_be_read_by_all(chromium, file, width):
    assert serious(chromium, file, lambda page: page.set_viewport_size({"width": width, "height": 900})) == []


def test_sentences_are_in_sight_on_a_telephone_and_bear_their_mark(open_page, file, tmp_path):
    narrow = tmp_path / "warns.html"
    narrow.write_text(
        file.read_text(encoding="utf-8").replace('<tr><th scope="row"><a', '<tr class="warns"><th scope="row"><a', 1)
    )
    page = open_page(narrow, viewport={"width": 390, "height": 844})
    for box in (
        page.locator(f"table.sentences tr:first-child {part}").first.bounding_box() for part in (".sentence", ".links a")
    ):
        assert 0 <= box["x"] < box["x"] + box["width"] <= 390
    mark = "cell => getComputedStyle(cell, '::before').content"
    assert page.locator("table.sentences .sentence").first.evaluate(mark) == '"⚠ "'
    assert page.locator("table.sentences .links").first.evaluate(mark) == "none"
