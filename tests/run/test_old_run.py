"""A run of commit b1f167c is read as it is: its digest holds, it is gone on with, summarised and drawn."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import zarr
from support.old_run import FOLDER, SUMMARIES, at_hand

from xaesthetic.core.types import Experiment
from xaesthetic.data.records import find_records
from xaesthetic.evaluation.judge import summarise
from xaesthetic.pipeline import compare, measure
from xaesthetic.reporting import draw_reports
from xaesthetic.run import schemas
from xaesthetic.run.store import Run
from xaesthetic.run.versions import fingerprint_v1

ASSUMED = "; a null of 0 is assumed"  # verdicts say it now where a model has no null of its own
IMAGES = ("p0", "p1", "p2", "p3", "p4", "p5", "p0-drain")


def same(ours, theirs):
    """Whether two tables hold the same values in the same order, whatever their columns are called."""
    assert ours.shape == theirs.shape
    for left, right in zip(ours.columns, theirs.columns, strict=True):
        if pd.api.types.is_numeric_dtype(theirs[right]):
            np.testing.assert_allclose(ours[left].astype(float), theirs[right], rtol=1e-5, atol=1e-6, err_msg=right)
        else:
            texts = [str(text).replace(ASSUMED, "") for text in ours[left].fillna("")]
            assert texts == [str(text) for text in theirs[right].fillna("")]


def old_summary(name):
    return pd.read_csv(SUMMARIES / f"{name}.csv")


# -- what is in it -----------------------------------------------------------------------------------------------------


def test_it_is_small_and_names_no_place():
    files = [file for folder in (FOLDER, SUMMARIES) for file in folder.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 200_000
    paths = pd.read_parquet(FOLDER / "records.parquet")["path"]
    assert set(paths.map(lambda path: str(Path(path).parent))) == {"/photographs"}


def test_it_opens_with_its_question(old_run):
    run = Run.open(old_run)
    assert run.experiment == Experiment(
        data="six_photos",
        root="photographs",
        models=("calm_net", "wild_net"),
        methods=("cam", "activation_energy", "grad_cam"),
        attributes=("all",),
        pick=None,
        batch=4,
        inputs={"photographs": "8 photographs, sha256 0188b0bceb02f0af"},
    )
    assert run.is_complete()
    assert run.trained() == {"calm_net": "not trained", "wild_net": "not trained"}


def test_its_tables_are_read(old_run):
    run = Run.open(old_run)
    records = run.records()
    assert tuple(record.id for record in records) == IMAGES
    assert all(record.path.is_file() for record in records)
    assert (records[6].original, records[6].edit.name, records[6].edit.amount) == ("p0", "drain", 1.0)
    assert records[3].ratings == {"light": 0.25, "depth_of_field": 2 / 7}
    assert records[3].splits == {"test": 2}
    reasons = run.read(schemas.RECORDS).set_index("id")["reason"]
    assert "not an image" in reasons["broken"]
    assert run.read(schemas.ANNOTATIONS)["annotator"].tolist().count("cid") == 2
    assert len(run.read(schemas.PREDICTIONS)) == 7 * (3 + 2)
    assert not run.has(schemas.PASSED_OVER)  # this version had none
    later = {schemas.PASSED_OVER, schemas.LEFT_OUT, schemas.SAME_MAPS, schemas.PRECISION, schemas.BASELINE_OUTPUTS}
    later |= {schemas.ZEROS, schemas.EDIT_CONTROLS, schemas.VOTES, schemas.CATEGORIES}
    later |= {schemas.SLIDER, schemas.SLIDER_MAPS, schemas.SLIDER_PICTURES}
    for table in set(schemas.TABLES) - later:
        assert len(run.read(table)), table.name


def test_its_maps_are_read(old_run):
    stack = Run.open(old_run).maps("wild_net", "cam")
    assert (stack.images, stack.attributes, stack.adds_up) == (IMAGES, ("light", "color_harmony"), "mean")
    raw = Run.open(old_run).read(schemas.PREDICTIONS).set_index(["model", "image", "attribute"])["raw"]
    means = np.stack([stack.of(image) for image in IMAGES]).mean((2, 3))
    biases = [raw["wild_net", image, "light"] - mean for image, mean in zip(IMAGES, means[:, 0], strict=True)]
    assert np.ptp(biases) < 1e-6


# -- going on ----------------------------------------------------------------------------------------------------------


def test_its_digest_holds(old_run):
    asked = Run.open(old_run).experiment
    assert fingerprint_v1(find_records(asked.data, Path(asked.root))) == asked.inputs["photographs"]


@pytest.mark.torch
@pytest.mark.parametrize(("model", "method"), [("wild_net", "grad_cam"), ("calm_net", "cam")])
def test_maps_that_are_missing_are_made_again(old_run, model, method):
    run = Run.open(old_run)
    before, question = zarr.open_array(_maps(old_run, model, method))[:], (old_run / "experiment.json").read_bytes()
    shutil.rmtree(_maps(old_run, model, method))
    result = compare(run.experiment, old_run, draw=False)
    assert set(result.left_out) == {"broken"}
    np.testing.assert_allclose(zarr.open_array(_maps(old_run, model, method))[:], before, rtol=0, atol=1e-6)
    assert (old_run / "experiment.json").read_bytes() == question


def _maps(run, model, method):
    return run / "maps" / model / f"{method}.zarr"


@pytest.mark.torch
def test_the_command_goes_on_with_it(old_run, command):
    shutil.rmtree(old_run / "maps" / "calm_net")
    (old_run / "predictions.parquet").unlink()
    status, out, _ = command("explain", old_run, "--quiet")
    assert (status, out.splitlines()[0]) == (1, str(old_run / "maps"))  # 1: a photograph was left out
    same(pd.read_parquet(old_run / "predictions.parquet"), pd.read_parquet(FOLDER / "predictions.parquet"))


@pytest.mark.torch
def test_it_is_finished_without_its_models(old_run, monkeypatch):
    monkeypatch.setattr("xaesthetic.models.loading.load_model", None)
    assert len(measure(Run.open(old_run), "blocks")) == 2
    assert compare(Run.open(old_run).experiment, old_run, draw=False).run.is_complete()


# -- reading -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judgement(tmp_path_factory):
    with at_hand(tmp_path_factory.mktemp("judged")) as run:
        return summarise(Run.open(run))


def test_it_is_judged_as_it_was(judgement):
    assert set(judgement.missing) <= {"baselines", "precision", "edit_moves", "edit_verdicts"}  # of later versions
    for name, table in judgement.tables.items():
        if name.startswith("stability"):
            assert table.empty  # there were no refits then
            continue
        if name in ("findings", "opening"):
            assert len(table)  # of later versions, made of what is there
            continue
        golden = old_summary(OLD_NAMES.get(name, name)).drop(columns="trained", errors="ignore")
        same(*comparable(name, table[list(golden.columns)] if set(golden.columns) <= set(table.columns) else table, golden))


def comparable(name, *tables):
    """Without what was wrong: photographs that people looked at and marked too counted twice in the leaderboard."""
    return [table[table["attribute"] != "light"] if name == "leaderboard" else table for table in tables]


def test_a_photograph_that_was_looked_at_and_marked_counts_once(judgement):
    table = judgement.tables["leaderboard"]
    assert set(table[(table["attribute"] == "light") & (table["kind"] == "map")]["photographs"]) <= set(range(7))
    assert old_summary("leaderboard")["photographs"].max() == 8  # of seven


OLD_NAMES = {"completeness": "additivity", "edit_response": "edits", "randomisation": "randomised"}
REPORTS = {"leaderboard": ("leaderboard", "ranks")}


CSVS = [*sorted({file.stem for file in SUMMARIES.glob("*.csv")} - {"ranks", "additivity"}), "completeness"]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The old run's report folder, and the names of the files that all reports write."""
    with at_hand(tmp_path_factory.mktemp("drawn")) as run:
        written = draw_reports(Run.open(run))
        return run / "report", {file.name for file in written}


@pytest.mark.slow
@pytest.mark.parametrize("report", CSVS)
def test_reports_have_the_same_tables(drawn, report):
    folder, _ = drawn
    for name in REPORTS.get(report, (report,)):
        golden = old_summary("additivity" if name == "completeness" else name)
        same(*comparable(name, pd.read_csv(folder / f"{name}.csv")[list(golden.columns)], golden))


@pytest.mark.slow
def test_all_reports_are_drawn(drawn):
    _, written = drawn
    assert {"leaderboard.csv", "specificity.csv", "report.html", "edits.csv"} <= written
