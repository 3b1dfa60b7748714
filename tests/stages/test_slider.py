"""The edit slider: every step of every edit, rated and explained as the run rates and explains photographs."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.masks import png
from support.plugin_package import plugged  # noqa: F401
from typer.testing import CliRunner

import xaesthetic as xa
from xaesthetic.cli import app
from xaesthetic.cli.sliding import with_place
from xaesthetic.core.errors import DataError
from xaesthetic.core.sliding import SliderOptions
from xaesthetic.core.types import Annotation, Record
from xaesthetic.data import edits, images, records
from xaesthetic.data.subjects import validate_slider
from xaesthetic.measuring import measure_slider
from xaesthetic.models.loading import load_model
from xaesthetic.repairing import verify
from xaesthetic.run.schemas import LEFT_OUT, PREDICTIONS, SLIDER, SLIDER_MAPS, SLIDER_PICTURES
from xaesthetic.run.store import Run
from xaesthetic.stages import slider

SQUARE = (((20.0, 15.0), (60.0, 15.0), (60.0, 45.0), (20.0, 45.0)),)
LOCAL = [name for name in edits.EDITS if not name.startswith("crop")]
KEY = ["image", "edit", "amount"]


@pytest.fixture
def record(tmp_path, photo, write_photo):
    return Record("p", write_photo(tmp_path / "p.png", photo), original="p", subject=SQUARE)


@pytest.fixture
def run_of(plugged, tmp_path, monkeypatch):
    """A finished run of some records."""

    def make(shown, methods=("cam", "activation_energy")):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(records, "_load", lambda data, root: iter(shown))
        asked = xa.Experiment("here", None, ("tiny_net",), methods, ("all",), None)
        return xa.compare(asked, tmp_path / "run", draw=False).run

    return make


def three(run):
    slider.measure_slider(run, {"tiny_net": load_model("tiny_net")}, options=SliderOptions(3))


def test_every_edit_has_every_step_and_the_photograph_itself_stands_once(run_of, record):
    run = run_of([record, replace(record, id="q", subject=())])
    three(run)
    steps = [("p", "", 0.0), *(("p", name, amount) for name in LOCAL for amount in (0.5, 1.0))]
    for table, rows in ((SLIDER_PICTURES, 1), (SLIDER, 3), (SLIDER_MAPS, 4)):  # outputs; their maps and the floor's
        counted = run.read(table).groupby(KEY, sort=False).size()
        assert list(counted.index) == steps, table.name
        assert set(counted) == {rows}, table.name


def test_at_nothing_ratings_and_maps_are_the_runs(run_of, record, photo, write_photo, tmp_path):
    other = Record("z", write_photo(tmp_path / "z.png", photo[::-1]), original="z", subject=SQUARE)
    run = run_of([other, record])
    three(run)
    start = run.read(SLIDER)
    start = start[start["edit"] == ""].set_index(["image", "model", "attribute"])
    ours = run.read(PREDICTIONS).set_index(["image", "model", "attribute"]).loc[start.index]
    for column in ("prediction", "raw"):
        np.testing.assert_allclose(start[column], ours[column], rtol=1e-5, atol=1e-6)
    assert len(start) == 2 * 3
    assert start["raw"].round(4).nunique() > 3
    maps = run.read(SLIDER_MAPS)
    maps = maps[maps["edit"] == ""]
    assert len(maps) == 2 * 4
    for row in maps.itertuples():
        stack = run.maps("tiny_net", row.method)
        grid = np.frombuffer(row.map, "<f4").reshape(row.height, row.width)
        expected = stack.map(row.image, row.attribute) if row.attribute else stack.of(row.image)[0]
        np.testing.assert_allclose(grid, expected, rtol=1e-5, atol=1e-6)


def test_a_step_is_the_edit_at_that_amount(run_of, record):
    run = run_of([record])
    three(run)
    rgb = images.to_float(images.decode(record.path))
    pixels = images.to_bytes(edits.drain(rgb, images.region(SQUARE, (60, 80)), 0.5))
    model = load_model("tiny_net")
    session = xa.explain(pixels, model, method="cam")
    rows = run.read(SLIDER).set_index(["edit", "amount", "attribute"])["raw"]
    for name in model.attributes:
        assert rows["drain", 0.5, name] == pytest.approx(session.raw[name], rel=1e-4)
    pictures = run.read(SLIDER_PICTURES).set_index(["edit", "amount"])
    shown = np.asarray(Image.open(io.BytesIO(pictures.loc[("drain", 0.5), "jpeg"]))).astype(int)
    assert np.abs(shown - pixels).mean() < 6  # a JPEG
    assert np.ptp(np.asarray(Image.open(io.BytesIO(pictures.loc[("drain", 1.0), "jpeg"]))).astype(int), axis=2).mean() < 4
    assert pictures["region"].str.len().gt(0).tolist() == [True] + [False] * (2 * len(LOCAL))
    assert set(pictures["subject"]) == {"drawn"}


def test_what_people_marked_is_a_subject(run_of, record):
    marked = np.zeros((60, 80), bool)
    marked[10:30, 40:70] = True
    twice = tuple(Annotation(who, region=png(marked)) for who in "ab")
    run = run_of([replace(record, subject=(), annotations=twice)])
    three(run)
    row = run.read(SLIDER_PICTURES).iloc[0]
    assert row["subject"] == "marked"
    region = np.asarray(Image.open(io.BytesIO(row["region"])).convert("L")) > 0
    assert (region == marked).mean() > 0.98


def test_dear_methods_do_not_follow_unless_they_are_alone():
    assert slider.followed_methods(["cam", "rise", "occlusion"]) == ["cam"]
    assert slider.followed_methods(["rise"]) == ["rise"]


def test_of_many_photographs_those_that_are_explained_come_first(run_of, record, monkeypatch):
    run = run_of([replace(record, id=f"p{number:02}") for number in range(5)])
    monkeypatch.setattr(slider, "MOST", 3)
    assert [item.id for item in slider.edited_photographs(run, SliderOptions())] == ["p00", "p01", "p02"]


def test_only_the_sizes_that_are_needed_are_read(run_of, record, monkeypatch):
    shown = [replace(record, id=f"p{number:02}", subject=SQUARE if number % 2 else ()) for number in range(8)]
    run, asked, sizes = run_of(shown), [], Run.sizes
    monkeypatch.setattr(slider, "MOST", 2)

    def spy(self, images=None):
        asked.append(images)
        return sizes(self, images)

    monkeypatch.setattr(Run, "sizes", spy)
    assert [item.id for item in slider.edited_photographs(run, SliderOptions())] == ["p01", "p03"]
    of_maps, *others = asked  # opening maps looks up those of its own photographs
    assert (set(of_maps), others) == ({f"p{number:02}" for number in range(8)}, [["p01"], ["p03"]])
    asked.clear()
    assert [item.id for item in slider.edited_photographs(run, SliderOptions(subject="auto"))] == ["p00", "p01"]
    assert len(asked) == 1


def test_another_number_of_steps_is_measured_anew_and_the_same_is_not(run_of, record):
    run = run_of([record])
    measure_slider(run, SliderOptions(2))
    before = (run.root / "slider.parquet").stat().st_mtime_ns
    measure_slider(run, SliderOptions(2))
    assert (run.root / "slider.parquet").stat().st_mtime_ns == before
    measure_slider(run, SliderOptions(3))
    assert sorted(run.read(SLIDER)["amount"].unique()) == [0, 0.5, 1]


def test_one_that_was_stopped_with_other_steps_is_not_gone_on_with(run_of, record, monkeypatch):
    run = run_of([record, replace(record, id="q")])
    rows, called = slider._rating_rows, []

    def stop(*args):
        called.append(args)
        if len(called) == 2:
            raise KeyboardInterrupt
        return rows(*args)

    monkeypatch.setattr(slider, "_rating_rows", stop)
    with pytest.raises(KeyboardInterrupt):
        slider.measure_slider(run, {"tiny_net": load_model("tiny_net")}, options=SliderOptions(2))
    monkeypatch.setattr(slider, "_rating_rows", rows)
    three(run)
    assert run.read(SLIDER).groupby("image")["amount"].unique().map(sorted).tolist() == [[0, 0.5, 1]] * 2


def test_a_photograph_that_is_gone_is_left_out(run_of, record, photo, write_photo, tmp_path):
    run = run_of([record, Record("z", write_photo(tmp_path / "z.png", photo), original="z", subject=SQUARE)])
    (tmp_path / "z.png").unlink()
    three(run)
    assert set(run.read(SLIDER)["image"]) == {"p"}
    assert run.read(LEFT_OUT)[["image", "stage"]].to_numpy().tolist() == [["z", "slider"]]


def test_without_a_subject_nothing_is_computed(run_of, record):
    bare = replace(record, subject=())
    run = run_of([bare])
    with pytest.raises(DataError, match="no photograph of here has a subject"):
        measure_slider(run)
    with pytest.raises(DataError, match="no photograph of here has a subject"):
        validate_slider(run.experiment, [bare], SliderOptions())
    validate_slider(run.experiment, [bare, record], SliderOptions())
    with pytest.raises(DataError, match="full scale"):
        validate_slider(replace(run.experiment, decode="reduced"), [record], SliderOptions())


@pytest.mark.parametrize(("steps", "subject"), [(1, ""), (22, ""), (True, ""), (3, "me")])
def test_options_that_are_none_are_refused(steps, subject):
    with pytest.raises(DataError, match="the slider's"):
        SliderOptions(steps, subject)


def test_the_command(run_of, record):
    run = run_of([record])
    command = CliRunner()
    done = command.invoke(app, ["report", str(run.root), "--slider", "inside"])
    assert "score RUN --slider" in f"{done.exception}" or "--slider beside" in f"{done.exception}"
    assert not run.has(SLIDER)
    done = command.invoke(app, ["score", str(run.root), "--slider", "beside", "--steps", "2"])
    assert done.exit_code == 0, done.output
    assert len(list((run.report / "slider").glob("01-0*.js"))) == 1 + len(LOCAL)
    done = command.invoke(app, ["score", "--slider", str(run.root), "--steps", "2"])  # no value, the run behind it
    assert done.exit_code == 0, done.output
    done = command.invoke(app, ["report", str(run.root), "--report", "html_report", "--slider", "inside"])
    assert done.exit_code == 0, done.output
    assert not (run.report / "slider").exists()
    for wrong in (["--slider", "up"], ["--subject", "auto"], ["--slider", "beside", "--subject", "me"]):
        assert command.invoke(app, ["score", str(run.root), *wrong]).exit_code == 2


def test_without_a_place_it_is_beside_the_page():
    def photographs(arg):
        return arg.endswith(".jpg") or arg == "inside"  # a folder of that name

    for given, meant in [
        ("compare --slider", "compare --slider beside"),
        ("compare --slider --steps 3", "compare --slider beside --steps 3"),
        ("show --slider a.jpg b.jpg", "show --slider beside a.jpg b.jpg"),
        ("show a.jpg --slider inside", "show a.jpg --slider inside"),
        ("compare --slider insde", "compare --slider insde"),  # refused where it is read
        ("compare --slider=inside", "compare --slider=inside"),
    ]:
        assert with_place(given.split(), photographs) == meant.split()


def test_a_command_without_a_page_says_which_makes_a_slider():
    for place in (["inside"], []):
        done = CliRunner().invoke(app, ["explain", "--slider", *place])
        assert done.exit_code == 2
        assert f"'score RUN --slider {(place or ['beside'])[0]}'" in " ".join(done.output.replace("│", " ").split())


def test_compare_makes_one_where_it_is_asked_for(plugged, tmp_path, record, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(records, "_load", lambda data, root: iter([record]))
    asked = xa.Experiment("here", None, ("tiny_net",), ("cam",), ("all",), None)
    assert not xa.compare(asked, tmp_path / "run", reports="html_report").run.has(SLIDER)
    done = xa.compare(asked, tmp_path / "run", reports="html_report", slider=SliderOptions(2))
    assert isinstance(done.run.read(SLIDER), pd.DataFrame)
    assert '"slider":{"inside":false' in (done.run.report / "report.html").read_text()


def test_a_damaged_table_is_repaired_with_all_that_was_measured_with_it(run_of, record):
    run = run_of([record])
    measure_slider(run, SliderOptions(3))
    before = {table: (run.root / f"{table.name}.parquet").read_bytes() for table in (SLIDER, SLIDER_MAPS, SLIDER_PICTURES)}
    file = run.root / "slider_maps.parquet"
    file.write_bytes(before[SLIDER_MAPS][:-100] + bytes(100))
    verify(run.root)
    for table, content in before.items():
        assert (run.root / f"{table.name}.parquet").read_bytes() == content, table.name
