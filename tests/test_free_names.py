"""Attributes of any name, from end to end: a plug-in's model, a table of ratings, marks, reports, tables, the page."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.named_nets import named_nets  # noqa: F401  # a fixture
from support.plugin_package import make_photos

from xaesthetic import pipeline
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.types import Experiment
from xaesthetic.evaluation.leaderboard import LEADERBOARD
from xaesthetic.evaluation.specificity import SPECIFICITY
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import select
from xaesthetic.reporting import draw_available
from xaesthetic.run.store import Run
from xaesthetic.stages.answering import are_same
from xaesthetic.stages.pick import pick_records

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore:no font here has Chinese")]

DECLARED = """
[beauty]
title = "Schönheit"
low = 0
high = 5

["技術"]
title = "技術点"
"""


def ratings_of(photos):
    return "image;Beauty;技術;photographer\n" + "".join(
        f"{file.name};{number};{number / 8};anna\n" for number, file in enumerate(sorted(photos.glob("*.png")))
    )


@pytest.fixture
def photos(tmp_path):
    """Seven photographs with ratings, a table of them and what is declared of them; one rating is out of range."""
    folder = make_photos(tmp_path / "photos", 7)
    (folder / "ratings.csv").write_text(ratings_of(folder), encoding="utf-8")
    (folder / "attributes.toml").write_text(DECLARED, encoding="utf-8")
    return folder


@pytest.fixture
def run(named_nets, photos, tmp_path):
    question = Experiment(str(photos), None, ("beauty_net", "memory_net"), ("cam",), ("beauty", "grain"), 2)
    models = [load_model(name) for name in question.models]
    assert [model.attributes for model in models] == [("beauty", "技術", "noise"), ("memorability", "beauty")]
    with pytest.raises(DataError, match="beauty_net has no attribute 'grain'; it has beauty, 技術, noise"):
        pipeline.compare(question, tmp_path / "run")
    return pipeline.compare(
        Experiment(str(photos), None, question.models, ("cam",), ("all",), 2), tmp_path / "run", draw=False
    ).run


def test_what_one_model_lacks_is_answered_by_those_that_have_it(named_nets, photos, tmp_path):
    wanted = ("beauty", "技術", "memorability")
    question = Experiment(str(photos), None, ("beauty_net", "memory_net"), ("cam",), wanted, 2)
    run = pipeline.compare(question, tmp_path / "some", draw=False).run
    answered = run.answered_by().models
    assert answered["beauty_net"].attributes == ("beauty", "技術")
    assert answered["memory_net"].attributes == ("beauty", "memorability")
    assert {pick.attribute for pick in pick_records(run)} == set(wanted)


def test_what_is_declared_is_in_the_run_and_not_guessed(run):
    described = Run.open(run.root).described()
    assert described.of_model("beauty_net", "beauty") == Attribute("beauty", "Beauty of all", 1, 10)
    assert described.of_people("beauty") == Attribute("beauty", "Schönheit", 0, 5)
    of_other = described.of_model("memory_net", "beauty")  # it declares no range, and others' is not its
    assert (of_other.title, of_other.range) == ("Beauty of all", "")
    assert described.of_model("beauty_net", "技術") == Attribute("技術", "技術点")
    assert described.of_model("beauty_net", "noise").about == "0 to 1, lower is better"
    assert described.of_model("memory_net", "memorability").range == "0 to 1"


def test_an_experiment_without_declarations_still_opens(run):
    file = run.root / "experiment.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    del document["answered_by"]["described"]
    for model in document["answered_by"]["models"].values():
        model.pop("described", None)
    (run.root / "experiment.json.sha256").unlink()
    document["schema"] = 1
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.warns(UserWarning, match="an older run folder"):
        assert Run.open(run.root).described().any("beauty") == Attribute("beauty")


def test_a_declaration_that_makes_no_sense_is_refused_with_its_place(run):
    file = run.root / "experiment.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    document["answered_by"]["models"]["beauty_net"]["described"][0]["low"] = 11
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DataError, match=r"experiment.json: .*'beauty': its range is 11 to 10"):
        Run.open(run.root)


def test_what_is_declared_may_change_and_the_model_is_the_same(run):
    answers = dict(run.answered_by().models)
    answers["beauty_net"] = replace(answers["beauty_net"], described=(Attribute("beauty", "Other"),))
    answers["beauty_net"] = replace(answers["beauty_net"], specificity_null={"": 0.8})
    assert are_same(run, answers)
    answers["beauty_net"] = replace(answers["beauty_net"], files={"w": "other"})
    assert not are_same(run, answers)


def test_picks_ratings_and_maps_are_of_all_names(run):
    assert [pick.attribute for pick in pick_records(run)] == ["beauty", "技術", "noise", "memorability"]
    records = run.records()
    assert [record.ratings["beauty"] for record in records] == list(range(7))
    assert records[3].ratings["技術"] == pytest.approx(3 / 8)
    assert run.maps("beauty_net", "cam").attributes == ("beauty", "技術", "noise")


@pytest.mark.slow
def test_every_report_draws_them(run, photos):
    pipeline.compare(run.experiment, run.root)
    drawn = draw_available(run, ["samples", "label_distributions", "table_1"])
    assert not drawn.failed
    report = {file.name for file in run.report.iterdir()}
    assert {"attribute_grid_技術.png", "attribute_grid_beauty.pdf", "samples.png", "label_distributions.csv"} <= report
    assert set(pd.read_csv(run.report / "label_distributions.csv")["attribute"]) == {"beauty", "技術"}
    caption = (run.report / "attribute_grid_beauty.txt").read_text(encoding="utf-8")
    assert "Range of the ratings: beauty_net, 1 to 10; ! marks those outside of it." in caption
    assert "Beauty of all" in (run.report / "table_1.html").read_text(encoding="utf-8")
    assert run.has(SPECIFICITY)
    page = (run.report / "report.html").read_text(encoding="utf-8")
    shown = {item["name"]: item for item in payload_of(page)["attributes"]}
    ranges = {name: item for item in shown["beauty"]["ranges"] for name in item.pop("of")}
    assert ranges["beauty_net"] == {"low": 1, "high": 10, "about": "1 to 10"}
    assert ranges[""] == {"low": 0, "high": 5, "about": "0 to 5"}
    assert shown["技術"] == {"name": "技術", "title": "技術点", "ranges": []}


def payload_of(page):
    text = re.search(r'<script[^>]*id="told"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    return json.loads(text)


@pytest.mark.slow
def test_what_people_marked_for_a_declared_name_counts_for_that(named_nets, tmp_path):
    photos = make_photos(tmp_path / "marked" / "images", 3)
    (tmp_path / "marked" / "attributes.toml").write_text(DECLARED, encoding="utf-8")
    for number, file in enumerate(sorted(photos.glob("*.png"))):
        mask = np.zeros((40, 50), np.uint8)
        mask[number * 5 : number * 5 + 15, 10:30] = 255
        for name in ("技術点", "Beauty"):
            (tmp_path / "marked" / "masks" / name / "anna").mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(tmp_path / "marked" / "masks" / name / "anna" / file.name)
    question = Experiment("masks", str(tmp_path / "marked"), ("beauty_net",), ("cam",), ("all",), 2)
    run = pipeline.compare(question, tmp_path / "run", reports=["leaderboard"]).run
    assert set(run.read(LEADERBOARD)["attribute"]) == {"beauty", "技術"}
    assert (run.report / "leaderboard_技術.png").is_file()


def test_the_command_takes_and_shows_them(named_nets, photos, command):
    status, out, err = command("predict", photos, "--model", "beauty_net", "--attr", "技術", "--attr", "beauty", "--quiet")
    assert (status, "1 outside of 0 to 5, its range; it counts" in err) == (0, True), err
    status, out, _ = command("predict", photos, "--model", "beauty_net")
    lines = out.splitlines()
    assert lines[0].split() == ["beauty_net", "beauty", "技術", "noise"]
    assert "range: 1 to 10 (beauty); 0 to 1, lower is better (noise)" in lines
    assert "! outside of the range" in lines
    assert re.search(r"\d\.\d\d!", out)
    status, _, err = command("predict", photos, "--model", "multigap_lite0", "--attr", "技術")
    assert status == 2
    assert "multigap_lite0 has no attribute '技術'; it has overall" in err
    assert "Installed models that have it: beauty_net." in err
    status, _, err = command("predict", photos, "--model", "beauty_net", "--attr", "beuaty")
    assert (status, "Did you mean 'beauty'?" in err) == (2, True)


@pytest.mark.slow
def test_the_papers_tables_take_them(named_nets, photos, command, tmp_path):
    rows = "".join(f"{number:02}.png,{7 - number},x\n" for number in range(7))
    (tmp_path / "mine.csv").write_text("image,beauty,comment\n" + rows)
    chosen = ("table", "1", "--data", photos, "--predictions", f"mine={tmp_path / 'mine.csv'}", "--resamples", "100")
    status, out, err = command(*chosen, "--attr", "beauty")
    assert status == 0, err
    assert re.search(r"Schönheit +-1\.000", out)
    assert "columns passed over: comment" in out
    status, _, err = command(*chosen, "--attr", "beuaty")
    assert (status, "no rated attribute 'beuaty'. Did you mean 'beauty'?" in err) == (2, True)
    status, out, err = command(*chosen)
    assert ("Schönheit" in out, "技術点" in out) == (True, True), err


def test_a_model_that_declares_what_it_has_not_is_refused(named_nets):
    with pytest.raises(ModelError, match="wrong_net: declares the attributes quality, light, but rates quality; mend its"):
        load_model("wrong_net")


def test_what_is_declared_stays_with_what_is_selected(named_nets):
    model = load_model("beauty_net", ["noise", "技術"])
    assert [item.name for item in model.described] == ["noise"]
    assert [item.range for item in model.descriptions] == ["0 to 1", ""]
    assert select(model, ["技術"]).described == ()


def test_names_that_only_a_language_knows_are_names(named_nets, photos, tmp_path):
    question = Experiment(str(photos), None, ("silent_net",), ("cam",), ("all",), 1)
    run = pipeline.compare(question, tmp_path / "out", reports=["html_report"]).run
    assert [pick.attribute for pick in pick_records(run)] == ["constructor", "__proto__"]
    shown = payload_of((run.report / "report.html").read_text(encoding="utf-8"))
    assert [item["name"] for item in shown["attributes"]] == ["constructor", "__proto__"]
    assert set(shown["columns"][0]["strips"]) == {"constructor", "__proto__"}
