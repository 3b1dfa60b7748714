"""One command for every figure and table of the paper."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
from support.browser import serious
from support.hand_run import hand_run
from support.plugin_package import installed, make_photos, plugged  # noqa: F401
from typer.testing import CliRunner

import xaesthetic as xa
from xaesthetic.cli import app
from xaesthetic.core.errors import DataError
from xaesthetic.paper import drawing
from xaesthetic.paper.items import EXHIBITS
from xaesthetic.paper.reproduce import paper_data
from xaesthetic.run.schemas import BLOCKS, PREDICTIONS

pytestmark = pytest.mark.slow


WORDS = ["reproduce", "--data", "p", "--model", "tiny_net", "--pick", "1", "--out", "out"]
"""Of three photographs, for a model whose head is linear."""


@pytest.fixture
def folder(tmp_path, plugged, monkeypatch):
    """Where three photographs are and nothing was done yet."""
    monkeypatch.chdir(tmp_path)
    make_photos(tmp_path / "p", 3)
    return tmp_path


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder in which the whole command was done once, and a copy of what it made."""
    place = tmp_path_factory.mktemp("reproduced")
    make_photos(place / "p", 3)
    with installed(place / "plugins"), pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        done = invoke(WORDS)
    assert done.exit_code == 0, done.output
    shutil.copytree(place / "out", place / "copy")
    return place


@pytest.fixture
def reproduced(finished, plugged, monkeypatch):
    """The same folder as the command has left it, whatever another test has done to it."""
    monkeypatch.chdir(finished)
    shutil.rmtree("out")
    shutil.copytree("copy", "out")
    return finished


def invoke(words):
    return CliRunner().invoke(app, words)


def test_it_draws_what_it_can_and_says_what_the_rest_needs(reproduced):
    report = reproduced / "out" / "report"
    told = json.loads((report / "manifest.json").read_text())["exhibits"]
    drawn = {number for number, entry in told.items() if entry.get("files")}
    assert {"1", "3", "4", "5", "8", "9", "10", "html_report", "completeness"} <= drawn
    assert {"2", "6", "7", "11", "table 1", "table 2"} == {exhibit.number for exhibit in EXHIBITS} - drawn
    assert "needs overall scores" in told["2"]["missing"]
    assert "rated for object emphasis" in told["6"]["missing"]
    assert "needs people's ratings" in told["table 1"]["missing"]
    for entry in told.values():
        for name, sha256 in entry.get("files", {}).items():
            assert drawing.files.sha256(report / name) == sha256
    text = (report / "index.html").read_text()
    for words in ("Figure 8: depth of field", "Not drawn.", "report.html", "attribute_grid_depth_of_field.pdf"):
        assert words in text
    assert str(reproduced) not in text.replace(str(report), "")
    assert {"samples.png", "samples.pdf", "samples.txt", "approach.pdf"} <= {file.name for file in report.iterdir()}


def test_the_second_time_only_what_changed_is_drawn_again(reproduced):
    report = reproduced / "out" / "report"
    before = {file.name: file.stat().st_mtime_ns for file in report.iterdir()}
    (report / "rating_form.png").write_bytes(b"spoilt")
    done = invoke([*WORDS, "--json"])
    told = {exhibit["exhibit"]["number"]: exhibit for exhibit in json.loads(done.stdout)["exhibits"]}
    assert [number for number, exhibit in told.items() if exhibit["drawn"]] == ["5"]
    after = {file.name: file.stat().st_mtime_ns for file in report.iterdir()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {*(f"rating_form.{kind}" for kind in ("png", "pdf", "csv", "txt")), "manifest.json", "index.html"}
    done = invoke([*WORDS, "--scale", "shared", "--json"])
    told = {exhibit["exhibit"]["number"]: exhibit for exhibit in json.loads(done.stdout)["exhibits"]}
    assert told["8"]["drawn"]


def test_what_was_deleted_is_no_longer_in_the_index(folder, tmp_path):
    invoke([*WORDS, "--figure", "5"])
    (tmp_path / "out" / "report" / "rating_form.txt").unlink()
    (tmp_path / "out" / "report" / "rating_form.pdf").unlink()
    assert invoke([*WORDS, "--figure", "8"]).exit_code == 0
    text = (tmp_path / "out" / "report" / "index.html").read_text()
    assert "rating_form.png" in text
    assert "rating_form.pdf" not in text


def test_a_damaged_manifest_is_drawn_anew(reproduced):
    (reproduced / "out" / "report" / "manifest.json").write_text("[]")
    assert "as it was" not in invoke(WORDS).output


def test_one_figure(folder, tmp_path):
    assert invoke([*WORDS, "--figure", "8"]).exit_code == 0
    names = {file.name for file in (tmp_path / "out" / "report").iterdir()}
    assert names == {
        "attribute_grid_depth_of_field.png", "attribute_grid_depth_of_field.pdf", "attribute_grid_depth_of_field.txt",
        "attribute_grid_depth_of_field.csv", "index.html", "manifest.json",
    }  # fmt: skip
    assert "report.html" not in (tmp_path / "out" / "report" / "index.html").read_text()


def test_no_such_figure(folder, tmp_path):
    run = hand_run(tmp_path / "run", 3)
    with pytest.raises(DataError, match="the paper has no figure '12'; it has 1, 2"):
        drawing.draw_exhibits(run, ["12"])


def test_a_misspelt_figure_is_told_before_anything_is_computed(folder, tmp_path):
    done = invoke([*WORDS, "--figure", "12"])
    assert "the paper has no figure '12'" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_blocks_sum_to_the_output(reproduced):
    run = xa.Run.open(reproduced / "out")
    blocks = run.read(BLOCKS)
    assert set(blocks["attribute"]) == {"depth_of_field"}
    raw = run.read(PREDICTIONS).set_index(["image", "attribute"])["raw"]
    first = blocks.iloc[0]
    means = sum(np.mean(values) for values in blocks["values"])
    assert means + first["bias"] == pytest.approx(float(raw[(first["image"], first["attribute"])]), rel=1e-4)
    best = raw.xs("depth_of_field", level="attribute").idxmax()
    assert first["image"] == best


@pytest.mark.parametrize("name", ["figure 8", "Figure_8", "8"])
def test_names_of_figures(name):
    assert drawing.parse_numbers([name, "Table_1", "samples", "html_report"]) == ["8", "table 1", "1", "html_report"]


def test_one_that_fails_does_not_keep_the_others(tmp_path, monkeypatch):
    from xaesthetic_reports import rating_form

    def fail(*_):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(rating_form, "rating_form", fail)
    outcomes = {each.exhibit.number: each for each in drawing.draw_exhibits(hand_run(tmp_path / "run", 3), ["5", "10"])}
    assert outcomes["5"].missing == "It failed (ZeroDivisionError: division by zero)."
    assert outcomes["10"].drawn


def test_names_are_no_formulas(tmp_path, write_photo, photo, plugged, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("US$_$.png", "a$x_1$b.png"):
        write_photo(tmp_path / "p" / name, photo)
    done = invoke(["reproduce", "--data", "p", "--model", "tiny_net", "--pick", "1", "--out", "out", "--json"])
    assert not [exhibit for exhibit in json.loads(done.stdout)["exhibits"] if "failed" in exhibit["missing"]]


def test_ratings_that_are_left_blank(tmp_path):
    import dataclasses

    run = hand_run(tmp_path / "run", 6, scored=False)
    records = run.records()
    told = [{"light": 0.2}, {"light": 0.4}, {"overall": 0.5}, {"overall": 0.6}, {}, {"content": 0.1}]
    few = [dataclasses.replace(record, ratings=each) for record, each in zip(records, told, strict=True)]
    monkey = pytest.MonkeyPatch()
    for name in ("records", "photographs"):
        monkey.setattr(type(run), name, lambda _: few)
    outcomes = {each.exhibit.number: each for each in drawing.draw_exhibits(run, ["1", "2", "4"])}
    monkey.undo()
    assert "1 highest" in outcomes["1"].caption or "The 1 photographs" in outcomes["1"].caption
    assert "needs overall scores of three" in outcomes["2"].missing
    assert outcomes["4"].drawn


def test_a_vote_stands_in_the_middle_of_its_bin(monkeypatch):
    from matplotlib.figure import Figure
    from xaesthetic_reports import label_distributions

    from xaesthetic.core.attributes import attribute

    axes = Figure().subplots()
    votes = np.round(np.arange(-1, 1.01, 0.2), 1)
    label_distributions._draw(axes, "Light", attribute("light"), pd.Series(votes))
    bars = [bar for bar in axes.patches if bar.get_height() and bar.get_zorder()]  # behind them is the mean's interval
    np.testing.assert_allclose([bar.get_x() + bar.get_width() / 2 for bar in bars], votes, atol=1e-9)


def test_the_page_is_made_again_when_what_it_holds_changes(tmp_path):
    run = hand_run(tmp_path / "run", 3)
    drawing.draw_exhibits(run, ["html_report"])
    assert not drawing.draw_exhibits(run, ["html_report"])[0].drawn
    drawing.draw_exhibits(run, ["10"])
    assert drawing.draw_exhibits(run, ["html_report"])[0].drawn


def test_peoples_ratings_are_preferred(tmp_path):
    from xaesthetic_reports._ratings import ratings_of

    told = ratings_of(hand_run(tmp_path / "run", 3))
    assert told.whose == "people's ratings in here"
    assert list(told.table["light"]) == pytest.approx([1, 1 / 3, -1 / 3])


def test_table_1_of_a_run(tmp_path):
    run = hand_run(tmp_path / "run", 5)
    xa.draw_reports(run, ["table_1"])
    table = pd.read_csv(run.report / "table_1.csv").set_index(["model", "attribute"])["rho"]
    assert table[("one", "light")] == pytest.approx(-1)
    assert table[("two", "light")] == pytest.approx(1)


def test_the_sample_stands_in_where_aadb_is_not_here(tmp_path, monkeypatch):
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path))
    assert paper_data() == "sample"


def test_the_index_can_be_read_by_all(reproduced, chromium):
    assert serious(chromium, reproduced / "out" / "report" / "index.html") == []
