import csv
import io
import shutil
import sys
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.hand_run import hand_run
from support.maps import write_maps

from xaesthetic.core import plugins
from xaesthetic.core.errors import XaestheticWarning
from xaesthetic.core.files import sha256
from xaesthetic.core.types import Annotation, Experiment, Record, ReportOptions
from xaesthetic.data.annotations import annotation_rows
from xaesthetic.evaluation.judge import summarise
from xaesthetic.figures import style
from xaesthetic.paper.manifest import Entry, Manifest, write_manifest
from xaesthetic.reporting import draw_reports
from xaesthetic.run import schemas
from xaesthetic.run.rows import record_row
from xaesthetic.run.store import Run

IDS = tuple("abcdef")
TRAINED = "trained on edits, not on ratings"


@pytest.fixture
def run(summarised, tmp_path):
    """A finished run of two models, one of which lacks `light`, written by hand: a copy for each test."""
    return Run.open(shutil.copytree(summarised, tmp_path / "run"))


@pytest.fixture(scope="module")
def summarised(tmp_path_factory, write_photo):
    """The folder of that run, with its summaries, which are the greater part of the work."""
    folder = tmp_path_factory.mktemp("reports")
    pixels = np.kron(np.arange(48, dtype=np.uint8).reshape(6, 8, 1) * 5, np.ones((10, 10, 3), np.uint8))
    experiment = Experiment("here", None, ("one", "two"), ("cam",), ("all",), pick=2)
    source = {"citation": "Somebody 2020", "licence": "MIT", "trained": TRAINED, "files": {}}
    has = {"one": ["depth_of_field", "light"], "two": ["depth_of_field"]}
    run = Run.create(
        folder / "run", experiment, {"models": {key: source | {"attributes": names} for key, names in has.items()}}
    )
    records = [
        Record(
            name,
            write_photo(folder / f"{name}.png", pixels),
            original=name,
            ratings={"light": 0.25, "overall": 0.1 * number},
        )
        for number, name in enumerate(IDS)
    ]
    seen = {"height": 60, "width": 80, "sha256": sha256(records[0].path), "reason": ""}  # all are one picture
    run.write(schemas.RECORDS, pd.DataFrame([record_row(record) | seen for record in records]))
    rows = [
        {"image": image, "model": model, "attribute": name, "prediction": np.float32(index / 10), "raw": np.float32(index)}
        for model, names in has.items()
        for index, image in enumerate(IDS)
        for name in names
    ]
    run.write(schemas.PREDICTIONS, pd.DataFrame(rows))
    for model, names in has.items():
        maps = np.random.default_rng(0).normal(size=(len(IDS), len(names), 4, 5)).astype(np.float32)
        write_maps(run, model, "cam", IDS, names, maps)
    told = [("one", "cam", "light"), ("floor", "centre", ""), ("ceiling", "each_against_others", "")]
    scores = [
        (image, *each, "nss", float(number + index), "")
        for number, each in enumerate(told)
        for index, image in enumerate(IDS)
    ]
    write(run, schemas.SCORES, scores)
    write(run, schemas.SCORES_BY_PERSON, [(*row[:-1], f"p{n}", "") for row in scores for n in range(3)])
    run.write(
        schemas.ANNOTATIONS, pd.DataFrame([row for record in marked(records) for row in annotation_rows(record, (60, 80))])
    )
    edited = [
        (name, "dim_background", "light", "one", "cam", 0.5, 0.1, 0.7 + 0.01 * number, 0.6)
        for number, name in enumerate(IDS)
    ]
    write(run, schemas.EDITS, edited)
    moved = [
        (name, change, kind, "one", "light", 0.1 * (number - 1))
        for number, name in enumerate(IDS)
        for change, kind in (("underexpose", "edit"), ("noise", "control"))
    ]
    write(run, schemas.EDIT_CONTROLS, moved)
    orders = ("cam", "random_order", "centre_order")
    curves = [(name, "one", order, "light", "blur", 0.1 * n, 0.2, 0.3) for n, name in enumerate(IDS) for order in orders]
    write(run, schemas.FAITHFULNESS, curves)
    left = [(name, "one", "cam", "light", "output layer", 0.1 * n) for n, name in enumerate(IDS)]
    write(run, schemas.RANDOMISATION, left)
    blocks = [("a", "one", "light", n, 3, 4, 5, [0.1 * each for each in range(20)], 0.5) for n in (1, 2)]
    write(run, schemas.BLOCKS, blocks)
    votes = [f"{who},{name},{1 + (number + n) % 5}" for n, who in enumerate("xyz") for number, name in enumerate(IDS)]
    (run.root / "allinAll.csv").write_text("\n".join(["rater,image,score", *votes]))
    write_manifest(run, Manifest({"1": Entry(missing="Nothing.")}))
    summarise(run)
    return run.root


def write(run, table, rows):
    """Write rows in the order of the table's columns."""
    run.write(table, pd.DataFrame(rows, columns=list(table.names)))


def marked(records):
    """Two annotators' marks in each photograph."""
    file = io.BytesIO()
    Image.fromarray(np.tri(60, 80, dtype=bool)).save(file, "PNG")
    return [
        replace(record, annotations=tuple(Annotation(who, region=file.getvalue()) for who in "ab")) for record in records
    ]


class Drawn(dict):
    """The figures that a report draws, by name, instead of files; and their captions."""

    captions = ""

    def save(self, figure, stem, caption, *_):
        self[stem.name] = figure
        self.captions += caption
        return []


@pytest.fixture
def drawn(monkeypatch):
    caught = Drawn()
    monkeypatch.setattr(style, "save", caught.save)
    return caught


def texts(figure):
    return [text.get_text() for text in figure.findobj(mpl.text.Text)]


@pytest.mark.parametrize("name", sorted(set(plugins.names("reports")) - {"floors"}))  # of which this run has none
def test_writes_into_the_report_folder(run, name):
    written = draw_reports(run, [name])
    assert written
    assert all(path.is_file() and run.report in path.parents for path in written)


TABLE_ELSEWHERE = {"overlays": "overlays.csv"}
"""Reports that draw many pictures, and the one table that holds the numbers of all of them."""


@pytest.mark.parametrize("name", sorted(set(plugins.names("reports")) - {"floors"}))  # tests/reports/test_floors.py
def test_the_numbers_of_every_figure_lie_beside_it(run, name):
    written = draw_reports(run, [name])
    figures = [file for file in written if file.suffix in (".png", ".pdf", ".svg")]
    assert name not in DRAWING or figures
    for figure in figures:
        file = run.report / TABLE_ELSEWHERE[name] if name in TABLE_ELSEWHERE else figure.with_suffix(".csv")
        assert file in written
        assert len(pd.read_csv(file)) > 0


DRAWING = {
    "approach", "attribute_grid", "edit_controls", "edits", "faithfulness", "label_distributions", "leaderboard",
    "overlays", "randomised", "rating_form", "samples", "score_samples", "specificity",
}  # fmt: skip


INTERVALS = ("edit_controls", "edits", "faithfulness", "leaderboard", "randomised", "specificity")


@pytest.mark.parametrize("name", INTERVALS)
def test_every_plot_says_what_its_values_are_and_which_interval_theirs_is(run, name, drawn):
    draw_reports(run, [name])
    panels = [axes for figure in drawn.values() for axes in figure.axes]
    assert panels
    assert all(axes.get_xlabel().replace("\n", " ").endswith("95 % interval") for axes in panels)


def test_the_numbers_of_overlays_are_those_of_the_run(run):
    draw_reports(run, ["overlays"], ReportOptions(attributes=("light",)))
    table = pd.read_csv(run.report / "overlays.csv").set_index("picture")
    assert list(table.index) == [f"{name}-light" for name in IDS]
    assert (run.report / "overlays" / "d-light.pdf").is_file()
    assert list(table.loc["d-light", ["image", "attribute", "model", "method"]]) == ["d", "light", "one", "cam"]
    assert table.loc["d-light", "rating"] == pytest.approx(0.3)
    map_ = run.maps("one", "cam").map("d", "light")
    shown = table.loc["d-light", ["lowest", "mean", "highest"]]
    assert list(shown) == pytest.approx([map_.min(), map_.mean(), map_.max()], rel=1e-5)


def test_the_numbers_of_a_form_are_what_can_be_chosen(run):
    draw_reports(run, ["rating_form"])
    table = pd.read_csv(run.report / "rating_form.csv")
    assert table[table["attribute"] == "light"]["value"].tolist() == [-1, 0, 1]


OF_PEOPLE = {"overlays", "floors", "agreement", "samples", "score_samples", "label_distributions", "rating_form", "table_2"}
"""No model has a part in them, or none here; overlays have it in the picture (tests/stages/test_explanation.py)."""


@pytest.mark.parametrize("name", sorted(set(plugins.names("reports")) - OF_PEOPLE))
def test_says_how_the_models_were_trained(run, name, drawn):
    written = draw_reports(run, [name])
    shown = " ".join(path.read_text() for path in written) + drawn.captions
    assert TRAINED in " ".join(shown.split())


def test_attribute_grid_has_a_row_for_each_model_that_has_the_attribute(run, drawn):
    draw_reports(run, ["attribute_grid"])
    assert set(drawn) == {"attribute_grid_depth_of_field", "attribute_grid_light"}
    assert {"one\nCAM", "two\nCAM"} <= set(texts(drawn["attribute_grid_depth_of_field"]))
    assert "two\nCAM" not in texts(drawn["attribute_grid_light"])


def test_attribute_grid_orders_and_labels_the_photographs(run, drawn):
    draw_reports(run, ["attribute_grid"])
    said = texts(drawn["attribute_grid_depth_of_field"])
    assert [text for text in said if text in IDS] == ["f", "e", "b", "a"]
    assert [text for text in said if text in ("0.50", "0.40", "0.10", "0.00")] == ["0.50", "0.40", "0.10", "0.00"] * 2
    assert {"2 highest", "2 lowest", "Depth of Field"} <= set(said)


def test_attribute_grid_shows_the_ground_truth_where_there_is_one(run, drawn):
    draw_reports(run, ["attribute_grid"])
    assert texts(drawn["attribute_grid_light"]).count("0.25") == 4
    assert "0.25" not in texts(drawn["attribute_grid_depth_of_field"])


def test_the_scale_is_said_and_changes_the_colours(run, drawn):
    draw_reports(run, ["attribute_grid"])
    own = drawn.pop("attribute_grid_light")
    draw_reports(run, ["attribute_grid"], ReportOptions(scale="shared"))
    shared = drawn["attribute_grid_light"]
    assert any("map value\n(each map has its own scale)" in text for text in texts(own))
    assert any("map value\n(one scale for all maps of a row)" in text for text in texts(shared))
    first, second = (figure.axes[4].images[0].get_array() for figure in (own, shared))
    assert not np.array_equal(first, second)


def test_predictions_csv(run):
    (path,) = draw_reports(run, ["predictions"])
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["image"] for row in rows] == list(IDS)
    assert float(rows[3][f"light (one, {TRAINED}; -1 to 1)"]) == pytest.approx(0.3)
    assert f"light (two, {TRAINED})" not in rows[0]


def test_a_report_loads_no_model(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "xaesthetic.models.model", None)
    assert draw_reports(run)


def test_a_label_of_nothing_here_is_said(tmp_path):
    made = hand_run(tmp_path / "run", 2, scored=False)
    with pytest.warns(XaestheticWarning, match="label of 'tow' is not used: no model or method 'tow'. Did you mean 'two'"):
        draw_reports(made, ["specificity"], ReportOptions(labels=(("tow", "Ours"),)))
    draw_reports(made, ["specificity"], ReportOptions(labels=(("two", "Ours"), ("cam", "Map"))))  # a warning would raise


def test_blocks_say_both_sides_of_their_grids(run, drawn):
    draw_reports(run, ["approach"])
    assert texts(drawn["approach"]).count("4×5·3") == 2
