"""The paper's figures and tables from a data set with votes and attributes of its own, as a user makes them."""

import csv
import json

import numpy as np
import pytest
from support.plugin_package import plugged  # noqa: F401
from support.small_para import write_para

import xaesthetic as xa
from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import spearman
from xaesthetic.core.votes import reliability
from xaesthetic.data.records import find_records
from xaesthetic.run.schemas import VOTES

_NEAR = '''
from dataclasses import replace

from tiny_nets._net import build

from xaesthetic.core.attributes import Attribute


def near_net():
    """A tiny random network that rates what is related to an attribute of the paper."""
    dof = Attribute("dof", "Depth of Field (mine)", 1, 5, related=("depth_of_field",))
    return replace(build(("dof", "content"), 3, "not trained", {}), described=(dof,))
'''


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def para(tmp_path):
    return write_para(tmp_path / "para")


@pytest.mark.slow
def test_everything_is_drawn_that_can_be_and_the_rest_is_said(command, para, plugged, tmp_path):
    (plugged / "tiny_nets" / "near_net.py").write_text(_NEAR)
    words = ("reproduce", "--data", "para:test", "--root", para, "--pick", "2", "--out", tmp_path / "out", "--json")
    shown = ("1", "2", "5", "7", "8", "9", "10", "11", "more maps", "table 1", "table 2")
    status, said, errors = command(*words, "--model", "near_net", *(part for name in shown for part in ("--figure", name)))
    assert status == 0, errors
    told = {item["exhibit"]["number"]: item for item in json.loads(said)["exhibits"]}
    drawn = {number for number, item in told.items() if item["files"]}
    assert drawn == {"1", "2", "5", "7", "8", "table 1", "table 2"}
    assert "rated for vivid color" in told["9"]["missing"]
    assert not [item["missing"] for item in told.values() if "failed" in item["missing"]]
    assert "attribute_grid_dof.png" in told["8"]["files"]
    assert "related to depth_of_field, not the same" in told["8"]["exhibit"]["title"]
    assert "related to depth_of_field, not the same" in told["8"]["caption"]
    assert "more maps" not in told
    assert "Depth of Field (PARA): related to depth_of_field, not the same." in told["1"]["caption"]
    assert "that the data set declares" in told["5"]["caption"]
    assert "people's ratings in para:test" in told["2"]["caption"]
    report = tmp_path / "out" / "report"
    people = {row["attribute"]: row for row in rows(report / "table_1_people.csv")}
    records = find_records("para:test", para)
    expected = reliability([r.ratings["dof"] for r in records], [r.votes["dof"] for r in records])
    assert float(people["dof"]["raters"]) == 8
    assert float(people["dof"]["reliability"]) == pytest.approx(expected)
    assert {row["category"] for row in rows(report / "table_1_categories.csv")} == {"animal", "food"}
    assert told["table 2"]["caption"].startswith("Reliability of the mean ratings, from counts of votes")
    assert "counts do not say who gave which vote" in (report / "table_2.html").read_text()
    run = xa.Run.open(tmp_path / "out")
    kept = {record.id: record for record in run.records()}
    assert {record.id: record.category for record in records} == {name: item.category for name, item in kept.items()}
    assert all(item.votes["dof"].n == 8 for item in kept.values())
    run.write(VOTES, run.read(VOTES).assign(raters=-1))
    with pytest.raises(DataError, match="-1 people are none"):
        run.records()


@pytest.mark.slow
def test_sets_of_features_stand_in_table_1(command, para, plugged, tmp_path):
    words = ("table", "1", "--data", "para:test", "--root", para, "--model", "tiny_net", "--resamples", "100", "--ablations")
    more = ("--metric", "krcc", "--primary", "last block,scene category", "--out", tmp_path / "o")
    status, said, errors = command(*words, *more)
    assert status == 0, errors
    table = {(row["model"], row["attribute"]): row for row in rows(tmp_path / "o" / "table_1.csv")}
    assert {model for model, _ in table} == {"pixel statistics", "scene category", "last block", "tiny_net"}
    assert float(table["pixel statistics", "overall"]["rho"]) > 0.7  # ratings follow the brightness
    assert float(table["pixel statistics", "content"]["rho"]) > 0.7  # which falls with it
    first = rows(tmp_path / "o" / "table_1_mean_differences.csv")[0]
    assert (first["model"], first["other"], first["primary"]) == ("last block", "scene category", "True")
    assert "Declared beforehand: the mean ρ of last block against scene category" in said
    assert {row["metric"] for row in rows(tmp_path / "o" / "table_1_metrics.csv")} == {"krcc"}
    lines = said.splitlines()
    names = [line.split("  ")[0] for line in lines[: lines.index(next(x for x in lines if x.startswith("In brackets")))]]
    assert names.index("last block") < names.index("tiny_net") < names.index("ceiling, √reliability")
    kept = next((tmp_path / "runs").glob("features-tiny_net-*"))
    before = {file: file.stat().st_mtime_ns for file in kept.rglob("c/*")}
    assert before
    assert command(*words)[0] == 0
    assert {file: file.stat().st_mtime_ns for file in kept.rglob("c/*")} == before  # computed once


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--metric", "tau"), "'tau' is none of krcc, plcc, pairwise"),
        (("--primary", "one"), "is not ROW,ROW"),
        (("--primary", "a,a"), "two different rows were wanted"),
    ],
)
def test_a_wrong_choice_is_refused_before_anything_is_read(command, words, said):
    status, _, errors = command("table", "1", "--data", "para:test", "--root", "nowhere", *words)
    assert status == 2
    assert said in errors


@pytest.mark.torch
def test_sets_of_features_need_both_lists(command, para, tmp_path):
    (para / "annotation" / "PARA-GiaaTrain.csv").unlink()
    status, _, errors = command("table", "1", "--data", "para:test", "--root", para, "--ablations")
    assert status == 2
    assert "para: 0 rated photographs are in a list 'train'" in errors


def test_table_2_from_counts_of_votes_has_its_own_title(command, para, tmp_path):
    status, said, errors = command("table", "2", "--data", "para", "--root", para, "--out", tmp_path / "o")
    assert status == 0, errors
    assert "Reliability of the mean ratings, from counts of votes: para" in said
    assert "images rated" not in said  # none of the paper's columns
    assert "0.6738" not in said
    found = {row["attribute"]: row for row in rows(tmp_path / "o" / "table_2.csv")}
    assert float(found["overall"]["ceiling"]) == pytest.approx(float(found["overall"]["reliability"]) ** 0.5)


def test_table_2_from_paras_single_votes(command, tmp_path):
    para = write_para(tmp_path / "para", single=True)
    status, said, errors = command("table", "2", "--data", "para", "--root", para, "--out", tmp_path / "o")
    assert status == 0, errors
    assert "120 votes for 24 images" in said
    assert "0.6738" in said
    first = rows(tmp_path / "o" / "table_2.csv")[0]
    assert first["raters"] == "5"
    lines = [line.split(",") for line in (para / "annotation" / "PARA-Images.csv").read_text().splitlines()[1:]]
    scores = np.array([[float(line[3]) for line in lines if line[2] == f"A{rater}"] for rater in range(5)])
    rho = np.mean([spearman(one, scores.mean(0)) for one in scores])
    assert float(first["rho"]) == pytest.approx(rho)
    status, _, errors = command("table", "2", "--data", "sample")
    assert status == 2
    assert "needs the raters' single votes" in errors


def test_table_2_wants_one_of_two(command):
    assert "one of --ratings and --data was wanted" in command("table", "2")[2]
