"""Controlled edits as ground truth."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from support.masks import png
from support.plugin_package import plugged  # noqa: F401
from typer.testing import CliRunner

import xaesthetic as xa
from xaesthetic.cli import app
from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Annotation, InputSpec, Record, Source
from xaesthetic.data import edits, images, records
from xaesthetic.evaluation import summaries
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import EDIT_CONTROLS, EDITS
from xaesthetic.stages import edit_controls, edit_response

SQUARE = (((20.0, 15.0), (60.0, 15.0), (60.0, 45.0), (20.0, 45.0)),)
EVERYTHING = (((0.0, 0.0), (80.0, 0.0), (80.0, 60.0), (0.0, 60.0)),)


@pytest.fixture
def record(tmp_path, photo, write_photo):
    return Record("p", write_photo(tmp_path / "p.png", photo), original="p", subject=SQUARE)


def test_edits_change_their_region_and_little_else(record):
    before = images.decode(record.path).astype(int)
    subject = images.region(SQUARE, (60, 80))
    found = {
        name: (pixels, region)
        for name, pixels, region in edit_response.local_edits(images.decode(record.path), subject, NAMES)
    }
    assert set(found) == {name for name in edits.EDITS if not name.startswith("crop")}
    for name, (pixels, region) in found.items():
        np.testing.assert_array_equal(region, ~subject if edits.EDITS[name].place == "background" else subject)
        change = np.abs(pixels.astype(int) - before).sum(2)
        assert change[region].sum() > 9 * change[~region].sum(), name


def test_a_maps_change_inside_and_outside():
    region = np.zeros((40, 40), bool)
    region[:20, :20] = True
    before, inside, outside = np.zeros((3, 4, 4), np.float32)
    inside[:2, :2], outside[2:, 2:] = -1, 1
    assert edit_response.map_change(before, inside, region)[0] > 0.95
    assert edit_response.map_change(before, inside, region)[1] > 0.75
    assert edit_response.map_change(before, outside, region)[0] < 0.5
    auc, energy = edit_response.map_change(before, np.ones((4, 4), np.float32), region)
    assert (auc, energy) == (pytest.approx(0.5), pytest.approx(0.25))
    assert np.isnan(edit_response.map_change(before, before, region)).all()


def colour_model(sign=1.0):
    """Rates vivid color by the mean spread of channels, and sees where it is: a model that is right."""

    def features(x):
        return (torch.nn.functional.avg_pool2d(x.amax(1, keepdim=True) - x.amin(1, keepdim=True), 10),)

    def head(activations):
        return sign * activations[0].mean((2, 3))

    inputs = InputSpec((60, 80), mean=(0.0, 0.0, 0.0), scale=1.0)
    return AttributeModel(("vivid_color",), inputs, features, FunctionHead(head), Source("", "", "", {}))


@pytest.fixture
def run_of(plugged, tmp_path, monkeypatch):
    """A finished run of some records."""

    def make(found):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(records, "_load", lambda data, root: iter(found))
        asked = xa.Experiment("here", None, ("tiny_net",), ("grad_cam", "activation_energy"), ("all",), None)
        return xa.compare(asked, tmp_path / "run", draw=False).run

    return make


@pytest.fixture
def run(run_of, record):
    return run_of([record, Record("q", record.path, original="q")])


@pytest.mark.parametrize(("sign", "right"), [(1.0, 1.0), (-1.0, 0.0)])
def test_a_model_that_knows_is_found_right_and_one_that_does_not_wrong(run, sign, right):
    edit_response.measure_edits(run, {"tiny_net": colour_model(sign)})
    table = run.read(EDITS)
    assert set(table["edit"]) == {"drain", "saturate"}
    assert set(table["image"]) == {"p"}  # the other has no subject
    assert ((table[table["attribute"] != ""]["moved"] > 0) == bool(right)).all()
    assert (table["auc"] > 0.9).all()
    assert (table["energy"] > 0.7).all()
    assert table["area"].to_numpy() == pytest.approx(31 * 41 / 4800, abs=0.02)
    told = summaries.summarise_edits(table)
    assert (told[told["method"] == "grad_cam"]["right"] == right).all()
    assert told["method"].tolist() == ["grad_cam", "grad_cam", "activation_energy"]


def test_controls_move_a_model_of_colour_as_they_should(run):
    """Grey takes all colour away and blur some; the left half upside down takes none, for the model only averages."""
    edit_controls.measure_controls(run, {"tiny_net": colour_model()})
    table = run.read(EDIT_CONTROLS)
    assert set(table["change"]) == {*edit_controls.CONTROLS, "drain", "saturate"}
    assert set(table["image"]) == {"p"}
    moved = table.set_index("change")["moved"]
    assert moved["grey"] < moved["drain"] < 0 < moved["saturate"]
    assert moved["blur_all"] < -0.01
    assert moved["half_turned"] == pytest.approx(0, abs=1e-6)


def test_a_summary_by_hand():
    rows = [
        (f"{n}", "drain", "vivid_color", "m", "cam", 0.3, moved, 0.6 + n / 10, 0.5) for n, moved in enumerate((1, 2, -1, 0))
    ]
    table = pd.DataFrame(rows, columns=list(EDITS.names))
    (row,) = summaries.summarise_edits(table).to_dict("records")
    assert (row["photographs"], row["right"]) == (4, 0.5)
    assert (row["right_low"], row["right_high"]) == pytest.approx((0.150, 0.850), abs=1e-3)  # Wilson's, of 2 in 4
    assert row["auc"] == pytest.approx(0.75)
    assert (row["energy"], row["area"]) == (0.5, 0.3)
    assert row["auc_high"] <= 1


def test_what_most_people_marked_is_the_subject_where_none_is_drawn(run_of, record):
    marked = replace(
        record,
        id="q",
        original="q",
        subject=(),
        annotations=tuple(Annotation(who, region=png(images.region(SQUARE, (60, 80)))) for who in "ab"),
    )
    run = run_of([record, marked])
    edit_response.measure_edits(run, {"tiny_net": colour_model()})
    edit_controls.measure_controls(run, {"tiny_net": colour_model()})
    for table in (EDITS, EDIT_CONTROLS):
        rows = run.read(table)
        drawn, of_marks = (rows[rows["image"] == name].drop(columns="image").reset_index(drop=True) for name in "pq")
        assert len(drawn)
        pd.testing.assert_frame_equal(drawn, of_marks)


@pytest.mark.parametrize("subject", [(), EVERYTHING], ids=["none", "everything"])
def test_without_a_subject_it_says_so(subject, run_of, record):
    run = run_of([replace(record, subject=subject), replace(record, id="q", subject=subject)])
    with pytest.raises(DataError, match="no photograph of here has a subject; .*leave out --edits"):
        edit_response.measure_edits(run, {"tiny_net": colour_model()})


@pytest.mark.slow
def test_the_command(run):
    done = CliRunner().invoke(app, ["score", str(run.root), "--edits"])
    assert done.exit_code == 0, done.output
    assert "AUC of its" in done.stdout
    table = pd.read_csv(run.report / "edits.csv")
    table = table.fillna({"edit": ""})
    assert set(table["edit"]) == {"blur_background", "drain", "saturate", "underexpose", "overexpose", ""}
    assert run.has(EDITS)
    assert (run.report / "edit_verdicts.csv").is_file()
    assert "Does a rating follow what is done" in _page(run)
    done = CliRunner().invoke(app, ["score", str(run.root), "--edits", "--json"])
    assert len(json.loads(done.stdout)["edit_response"]) == len(table)


def _page(run):
    draw_reports(run, "html_report")
    return (run.report / "report.html").read_text()
