"""A study from end to end: agreement with and without exclusions, exports with fused regions, and maps held against it."""

import io
import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.finished_study import LIGHT, answer_as_expected, photographs, rectangle, simulate
from support.plugin_package import plugged  # noqa: F401

import xaesthetic as xa
from xaesthetic.cli import main
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Record, ReportOptions
from xaesthetic.data.datasets.annotations import annotations
from xaesthetic.data.masks import read_mask
from xaesthetic.data.study_export import read_export_study
from xaesthetic.run.schemas import ANNOTATIONS
from xaesthetic.run.stale import stale_notes
from xaesthetic.studies import agreement as agreements
from xaesthetic.studies import exports
from xaesthetic.studies import models as compared_models


def careless(connection, study, number, task):
    """As everybody, but for a03, who marks a corner whatever is asked."""
    if number != 3:
        return answer_as_expected(connection, study, number, task)
    corner = np.zeros(task.size, bool)
    corner[:5, :5] = True
    return 1.0, {"raises": "region", "lowers": "region"}, {"raises": corner, "lowers": np.roll(corner, 10, 1)}


@pytest.fixture
def study(tmp_path, write_photo):
    """Four photographs, five people, of whom one is careless; the study, its open store, its folder."""
    folder = tmp_path / "study"
    records = photographs(tmp_path, write_photo, 4)
    made, store = simulate(folder, records, (LIGHT,), annotators=5, people=5, answer=careless, apart=2, catches=0.5)
    yield made, store, folder
    store.close()


def test_who_is_careless_is_excluded_and_results_come_with_and_without(study, tmp_path):
    made, store, folder = study
    measured = agreements.measure_agreement(store, made)
    assert measured.excluded == ("a03",)
    assert "catch trials" in agreements.exclusions(list(store.marks()), made)["a03"]
    dice = {
        which: results.agreement.summary.set_index(["attribute", "sign", "measure"])["value"]["light", "raises", "dice"]
        for which, results in (("all", measured.everybody), ("kept", measured.kept))
    }
    assert dice["kept"] > 0.75 > dice["all"] > 0.3
    regions = measured.everybody.agreement.regions
    assert set(regions.loc[regions["sign"] == "lowers", "nowhere"]) == {4}
    written = agreements.write_agreement(measured, store, made, folder, tmp_path / "agreement")
    assert {"regions.csv", "kept_summary.csv", "disagreement.png", "people.csv"} <= {file.name for file in written}
    assert all(file.stat().st_size for file in written)
    drawn = pd.read_csv(tmp_path / "agreement" / "disagreement.csv")
    assert (len(drawn), set(drawn["image"]) <= {item.id for item in made.photographs}) == (4, True)
    assert drawn["dice"].is_monotonic_increasing


def test_the_disagreement_is_drawn_as_wanted(study, tmp_path):
    made, store, folder = study
    look = ReportOptions(columns=1, formats=("svg", "png"), dpi=50, style="dark")
    written = agreements.write_agreement(
        agreements.measure_agreement(store, made), store, made, folder, tmp_path / "out", look
    )
    names = {file.name for file in written}
    assert {"disagreement.svg", "disagreement.png"} <= names
    assert "disagreement.pdf" not in names
    with Image.open(tmp_path / "out" / "disagreement.png") as image:
        assert image.width == int(3.35 * 50)
        assert max(image.convert("RGB").getpixel((0, 0))) < 40


def test_the_export_says_who_is_excluded_and_holds_fused_regions(study, tmp_path):
    made, store, folder = study
    out = exports.export(store, made, folder, tmp_path / "out")
    assert store.copies() == [("export", out)]
    records = [item for item in annotations(out) if isinstance(item, Record)]
    assert {marks.annotator for record in records for marks in record.annotations} == {"a01", "a02", "a04", "a05"}
    number = made.photographs[0].number
    masks = [
        m.masks["raises"] for m in store.marks() if m.kind == "task" and m.photograph == number and m.annotator != "a03"
    ]
    stem = out / "fused" / "light"
    soft = np.asarray(Image.open(stem / f"{number}.raises.soft_mean.png"))
    np.testing.assert_array_equal(soft, np.round(np.mean(masks, axis=0) * 255).astype(np.uint8))
    majority = read_mask((stem / f"{number}.raises.majority.png").read_bytes())
    np.testing.assert_array_equal(majority, np.mean(masks, axis=0) > 0.5)
    assert (stem / f"{number}.raises.staple.png").exists()
    assert "assumes one true region" in (out / "fused" / "README.txt").read_text()
    assert not list(stem.glob("*lowers*"))  # nobody but the excluded one drew one


@pytest.mark.torch
def test_the_circle_closes_and_whoever_is_forgotten_leaves_it(study, tmp_path, plugged):
    """Maps are held against the marks; when somebody is forgotten, fused regions change and the run is stale."""
    made, store, folder = study
    out = exports.export(store, made, folder, tmp_path / "out")
    asked = xa.Experiment("annotations", str(out), ("tiny_net",), ("cam",), ("light",), None)
    run = xa.compare(asked, tmp_path / "runs" / "mine").run
    table = run.read(ANNOTATIONS)
    assert set(table["sign"]) == {"raises", "lowers"}
    assert set(table.loc[table["sign"] == "lowers", "extent"]) == {"nowhere"}
    board = xa.judge(run).tables["leaderboard"]
    assert {"signed_cc", "iou@raises", "cc@raises"} <= set(board["metric"])
    people = board[(board["metric"] == "iou@raises") & (board["model"] == "ceiling")]["value"].iloc[0]
    assert people > board[(board["metric"] == "iou@raises") & (board["kind"] == "map")]["value"].max()
    held = compared_models.compare_with_people(store, made, run, "cc")["tiny_net cam"]
    assert held.person.value > 0.7
    assert held.difference.value == pytest.approx(held.model.value - held.person.value)
    pictures = compared_models.MapPictures(run, made, folder)
    number = made.photographs[0].number
    assert pictures.places(number, "light") == [("tiny_net", "cam")]
    assert pictures.places(number, "beauty") == pictures.places(99, "light") == []
    assert Image.open(io.BytesIO(pictures.picture(number, "light", 0))).size == (80, 60)
    with pytest.raises(DataError, match="two maps were wanted"):
        compared_models.compare_models(store, made, run, "cc", [("tiny_net", "cam")])
    fused = next((out / "fused").rglob("*.soft_mean.png"))
    before = fused.read_bytes()
    done = exports.forget(store, made, folder, "a01", runs=[tmp_path / "runs"])
    assert done.stale == (run.root,)
    assert fused.read_bytes() != before
    assert read_export_study(out).forgotten == 1
    assert any("stale" in line for line in xa.judge(run.root).warnings)
    assert stale_notes(run.root)


def test_from_the_command_line(study, tmp_path, capsys, monkeypatch):
    made, store, folder = study
    store.close()

    def command(*words):
        monkeypatch.setattr("sys.argv", ["xaesthetic", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    code, shown, _ = command("annotations", "agreement", folder)
    assert code == 0
    assert "without 1 excluded" in shown
    assert "ICC(2,1)" in shown
    assert (folder / "agreement" / "summary.csv").exists()
    code, shown, _ = command("annotations", "agreement", folder, "--json")
    assert json.loads(shown)["people"][0]["annotator"] == "a01"
    assert command("annotations", "export", folder, "--out", tmp_path / "out")[0] == 0
    assert command("annotations", "backup", folder, "--out", tmp_path / "all.zip")[0] == 0
    assert command("annotations", "restore", tmp_path / "all.zip", "--study", tmp_path / "again")[0] == 0
    code, shown, _ = command("annotations", "forget", tmp_path / "again", "a02", "--yes", "--runs", tmp_path)
    assert (code, "saves are gone" in shown) == (0, True)
    marked = tmp_path / "marked"
    Image.open(folder / made.photographs[0].path).save(_folder(marked / "images") / "photo 0.png")
    region = rectangle(type("T", (), {"size": (60, 80)}), np.random.default_rng(0))
    Image.fromarray(region).save(_folder(marked / "masks" / "Ada") / "photo 0.png")
    code, shown, _ = command("annotations", "import", tmp_path / "again", "--data", "masks", "--root", marked)
    assert (code, "a06: Ada" in shown) == (0, True)
    code, _, error = command("annotations", "export", tmp_path / "no", "--out", tmp_path / "x")
    assert code == 2
    assert "study.json" in error
    code, _, error = command("annotations", "forget", folder, "a99", "--yes")
    assert (code, "no annotator 'a99'" in error) == (2, True)


def _folder(path):
    path.mkdir(parents=True)
    return path


@pytest.mark.torch
@pytest.mark.slow
def test_heads_are_trained_on_ratings_and_never_judged_on_their_photographs(tmp_path, write_photo, capsys, monkeypatch):
    study, store = simulate(
        tmp_path / "study", photographs(tmp_path, write_photo, 40), (LIGHT,), annotators=2, people=2, repeats=0.0, practice=0
    )
    out = exports.export(store, study, tmp_path / "study", tmp_path / "out")
    store.close()
    words = (
        "train",
        "multigap_lite0",
        "--data",
        "annotations",
        "--root",
        out,
        "--recipe",
        "ridge",
        "--out",
        tmp_path / "heads",
    )
    monkeypatch.setattr("sys.argv", ["xaesthetic", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0, capsys.readouterr().err
    asked = xa.Experiment("annotations", str(out), (f"multigap_lite0={tmp_path / 'heads'}",), ("cam",), ("light",), None)
    run = xa.compare(asked, tmp_path / "run", draw=False).run
    judged = xa.judge(run)
    assert set(judged.tables["leaderboard"]["photographs"]) <= {0, 8}  # those that it was tested on
    assert any("32" in line for line in judged.warnings), judged.warnings


def test_before_anybody_has_finished_there_is_nothing_to_measure(tmp_path, write_photo):
    made, store = simulate(tmp_path / "study", photographs(tmp_path, write_photo, 2), (LIGHT,), 2, 2, active=0)
    with pytest.raises(DataError, match="nobody has finished a task yet"):
        agreements.measure_agreement(store, made)
    store.close()
