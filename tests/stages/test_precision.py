"""Reduced precision: where it is asked for, it is part of the experiment, and its error is in a table."""

import json
from dataclasses import replace

import numpy as np
import pytest
from support.plugin_package import make_photos, plugged  # noqa: F401  # a fixture

import xaesthetic as xa
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import write_sum
from xaesthetic.core.types import Experiment
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.run.schemas import PRECISION, PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic.stages.predict import rate

pytestmark = pytest.mark.usefixtures("plugged")


@pytest.fixture
def experiment(tmp_path):
    photos = make_photos(tmp_path / "photos", 3)
    return Experiment(str(photos), None, ("tiny_net",), ("cam", "grad_cam"), ("all",), None, batch=2, precision="bf16")


def test_the_table_holds_what_sessions_of_both_precisions_give(experiment, tmp_path):
    run = xa.compare(experiment, tmp_path / "out", draw=False).run
    table = Run.open(run.root).read(PRECISION).set_index(["image", "method", "attribute"])
    assert set(table.index.get_level_values(0)) == {"00.png", "01.png"}  # the first batch
    model = load_model("tiny_net")
    pixels = [xa.explain(tmp_path / "photos" / name, model).pixels for name in ("00.png", "01.png")]
    full, less = (Session(model, precision=one).run(pixels, ["cam", "grad_cam"]) for one in ("full", "bf16"))
    row = table.loc[("01.png", "cam", "light")]
    assert (row["full"], row["rating"]) == pytest.approx((full.ratings[1, 1], less.ratings[1, 1]), rel=1e-6)
    assert row["full"] != row["rating"]
    change = np.abs(full.maps["cam"][1, 1] - less.maps["cam"][1, 1]).max() / np.abs(full.maps["cam"][1, 1]).max()
    assert row["map"] == pytest.approx(change, rel=1e-5)
    assert 0 < change < 0.05


def test_the_runs_ratings_are_those_of_its_precision_and_its_summary_has_the_error(experiment, tmp_path):
    run = xa.compare(experiment, tmp_path / "out", draw=False).run
    rated = run.read(PREDICTIONS).set_index(["image", "attribute"])["prediction"]
    measured = run.read(PRECISION)
    cam = measured[measured["method"] == "cam"].set_index(["image", "attribute"])
    assert rated[cam.index].tolist() == pytest.approx(cam["rating"].tolist(), rel=1e-6)
    summary = xa.judge(run).tables["precision"].set_index(["method", "attribute"])
    light = cam.xs("light", level="attribute")
    assert summary.loc[("cam", "light"), "rating"] == (light["rating"] - light["full"]).abs().max()
    assert summary.loc[("cam", "light"), "photographs"] == 2


def test_it_is_part_of_the_experiment_and_an_older_one_was_full(experiment, tmp_path):
    full = xa.compare(replace(experiment, precision="full"), tmp_path / "out", draw=False).run
    assert not full.has(PRECISION)
    assert "precision" not in xa.judge(full).missing
    with pytest.raises(DataError, match="precision is full there and bf16 here"):
        xa.compare(experiment, tmp_path / "out", draw=False)
    with pytest.raises(DataError, match="is of full precision; nothing is lost"):
        xa.measure(full, "precision")
    file = full.root / "experiment.json"
    held = json.loads(file.read_text())
    assert held["question"].pop("precision") == "full"
    held["schema"] = 2
    file.write_text(json.dumps(held))
    file.with_name("experiment.json.sha256").unlink()
    write_sum(file)
    assert Run.open(full.root).experiment == full.experiment


@pytest.mark.parametrize("wrong", ["half", ""])
def test_another_precision_is_refused(wrong, experiment):
    with pytest.raises(DataError, match="precision is .*; full or bf16 was wanted"):
        replace(experiment, precision=wrong)


def test_ratings_and_explanations_take_it_too(experiment, tmp_path):
    ratings = rate([], experiment)
    assert set(ratings.precision["image"]) == {"00.png", "01.png"}
    assert rate([], replace(experiment, precision="full")).precision is None
    full, less = (xa.explain(tmp_path / "photos" / "00.png", "tiny_net", precision=one) for one in ("full", "bf16"))
    assert full.raw["light"] != less.raw["light"]
    assert full.raw["light"] == pytest.approx(less.raw["light"], rel=0.05)


@pytest.mark.parametrize("word", ["compare", "show", "explain", "predict"])
def test_the_command_prints_the_error(word, command, experiment):
    place = ("--data", experiment.data) if word in ("compare", "explain") else (experiment.data,)
    status, out, err = command(word, *place, "--attr", "light", "--model", "tiny_net", "--precision", "bf16")
    assert (status, "Traceback" in err) == (0, False)
    assert "bf16 against full precision" in out
    table = out.partition("bf16 against full precision")[2]
    assert "tiny_net" in table
    assert ", light" in table
    assert ("%" in table) == (word != "predict")


def test_an_explanation_says_the_error(experiment, tmp_path):
    photo = tmp_path / "photos" / "00.png"
    shown = xa.explain(photo, "tiny_net", precision="bf16")
    full = xa.explain(photo, "tiny_net")
    assert (full.precision, full.notes) == (None, ())
    table = shown.precision.set_index("attribute")
    assert list(shown.precision.columns) == list(PRECISION.names)
    assert table["rating"].to_dict() == pytest.approx(dict(shown.ratings))
    assert table["full"].to_dict() == pytest.approx(dict(full.ratings))
    run = xa.compare(experiment, tmp_path / "out", draw=False).run.read(PRECISION)
    of_run = run[(run["image"] == "00.png") & (run["method"] == "cam")].set_index("attribute")
    assert table["map"].to_dict() == pytest.approx(of_run["map"].to_dict(), rel=0.2)  # a batch of two there
    error = max(abs(shown.ratings[name] - full.ratings[name]) for name in full.ratings)
    note = f"bf16 changes ratings by {error:.4f} and maps by {table['map'].max():.1%} of their largest value, at most"
    assert shown.notes == (note,)
    assert repr(shown).endswith(f". {note}>")
    assert note in shown._repr_html_()
    assert note in {text.get_text() for text in shown.figure().texts}
    assert "bf16 changes ratings by" in rate([photo], replace(experiment, methods=()))._repr_html_()


def test_blocks_are_of_the_runs_precision(experiment, tmp_path):
    """Their sum is the run's map, and not that of full precision."""
    run = xa.compare(replace(experiment, batch=1), tmp_path / "out", draw=False).run
    blocks = xa.measure(run, "blocks")
    first = blocks.iloc[0]
    total = sum(np.mean(values) for values in blocks["values"])
    assert total == pytest.approx(run.maps("tiny_net", "cam").map(first["image"], first["attribute"]).mean(), rel=1e-4)
    full = xa.explain(tmp_path / "photos" / first["image"], "tiny_net").raw[first["attribute"]] - first["bias"]
    assert total != pytest.approx(full, rel=1e-3)
