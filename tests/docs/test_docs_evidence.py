"""The guide «How much does this map show?»: its commands run, and give the numbers that are on the page."""

import re
import sys

import pytest
from support.documents import commands
from support.places import ROOT, SHARED

sys.path.insert(0, str(ROOT / "docs" / "make"))
import evidence

PAGE = ROOT / "docs" / "evidence.md"
NUMBER = re.compile(r"-?\d+\.\d+|\d+%|\de-\d\d")
OFF = 0.02
"""By which processors of another kind may differ."""


def test_every_command_of_the_page_is_run_here_or_needs_osie():
    words = [" ".join(words) for words in commands(PAGE)]
    assert len(evidence.commands()) >= 6
    assert {line for line in words if line not in evidence.commands() and "osie" not in line} == set()


def test_every_table_has_its_place():
    text = PAGE.read_text(encoding="utf-8")
    for name in {**evidence.TABLES, **evidence.OSIE}:
        assert re.search(rf"<!-- {name} -->\n\n\|.*?\|\n\n<!-- end -->", text, re.DOTALL), name
    rows = {"people": [["a", "b"], ["1", "2"]]}
    assert "| 1 | 2 |" in evidence.filled("<!-- people -->\nold\n<!-- end -->", rows)
    assert "old" not in evidence.filled("<!-- people -->\nold\n<!-- end -->", rows)


def test_a_number_that_is_not_known_is_a_dash():
    assert evidence.number(float("nan"), (0.0, 1.0)) == "–"
    assert evidence.number(0.456, (0.41, 0.49)) == "0.46 [0.41, 0.49]"


@pytest.mark.slow
@pytest.mark.torch
def test_the_numbers_are_what_the_commands_give(tmp_path, monkeypatch):
    pytest.importorskip("captum", reason="score --faithfulness needs the extra captum")
    paths = [str(ROOT), str(ROOT / "baselines"), str(ROOT / "reports")]
    monkeypatch.setenv("PYTHONPATH", ":".join(paths))
    evidence.measure(tmp_path)
    fresh = evidence.filled(PAGE.read_text(encoding="utf-8"), evidence.tables(tmp_path))
    for page, new in zip(PAGE.read_text(encoding="utf-8").splitlines(), fresh.splitlines(), strict=True):
        assert NUMBER.sub("#", page) == NUMBER.sub("#", new)
        for one, other in zip(NUMBER.findall(page), NUMBER.findall(new), strict=True):
            assert value(one) == pytest.approx(value(other), abs=OFF), new


def value(text):
    """A number as the page writes it."""
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.skipif(not (SHARED / "osie").exists(), reason="OSIE is not beside the checkout")
def test_what_needs_osie_can_begin(command, monkeypatch):
    """The larger findings take half an hour; here one photograph in a shard shows that their command is one."""
    lines = [words for words in commands(PAGE) if words[:3] == ["explain", "--data", "osie"]]
    assert len(lines) == 2
    assert all("--root" in line for line in evidence.commands(SHARED / "osie") if "--data osie" in line)
    for number, line in enumerate(lines):
        words = [word for word in line if word not in ("--shard", "1/6")]
        status, _, said = command(*words, "--root", SHARED / "osie", "--shard", "1/44", "--out", f"part{number}")
        assert status == 0, said
