import json
import re
import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import EditStep, Experiment, Record
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.store import Run, model_key

EXPERIMENT = Experiment(
    data="photos",
    root=None,
    models=("tiny_net", "other_net=/heads/mine"),
    methods=("cam", "occlusion"),
    attributes=("light", "vivid_color"),
    pick=3,
    inputs={"photographs": "3 photographs, sha256 00"},
)
OTHERS = {
    "data": ("holiday", "data is photos there and holiday here"),
    "root": ("/there", "root is None there and /there here"),
    "models": (("tiny_net",), "models is tiny_net, other_net=/heads/mine there and tiny_net here"),
    "methods": (("cam",), "methods is cam, occlusion there and cam here"),
    "attributes": (("all",), "attributes is light, vivid_color there and all here"),
    "pick": (None, "pick is 3 there and None here"),
    "seed": (7, "seed is 0 there and 7 here"),
    "batch": (4, "batch is 8 there and 4 here"),
    "device": ("cuda", "device is cpu there and cuda here"),
    "inputs": (
        {"photographs": "4 photographs, sha256 11"},
        "inputs is {'photographs': '3 photographs, sha256 00'} there and",
    ),
}


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "run", EXPERIMENT, {"models": {}})


def put(run, text):
    (run.root / "experiment.json").write_text(text)


# -- the question ------------------------------------------------------------------------------------------------------


def test_the_same_experiment_is_accepted(run):
    assert Run.exists(run.root, EXPERIMENT)
    assert Run.open(run.root) == Run.open(str(run.root)) == run
    assert run.answered_by() == {"models": {}}


def test_every_field_has_a_case_below():
    assert set(OTHERS) == set(Experiment.__dataclass_fields__)


@pytest.mark.parametrize("name", OTHERS)
def test_another_experiment_is_refused_with_what_differs(run, name):
    value, said = OTHERS[name]
    with pytest.raises(DataError, match=re.escape(said)) as refused:
        Run.exists(run.root, replace(EXPERIMENT, **{name: value}))
    assert str(run.root) in str(refused.value)
    assert "--out" in str(refused.value)


@pytest.mark.parametrize("make", [Path.mkdir, lambda folder: None], ids=["empty", "missing"])
def test_an_empty_or_missing_folder_can_be_used(tmp_path, make):
    make(tmp_path / "new")
    assert not Run.exists(tmp_path / "new", EXPERIMENT)


def test_what_a_killed_process_left_of_experiment_json_is_no_foreign_file(tmp_path):
    (tmp_path / ".experiment.json.0a1b2c3d.tmp").write_text("{")
    assert not Run.exists(tmp_path, EXPERIMENT)


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(DataError, match=r"holds files that are no run; .* --out"):
        Run.exists(tmp_path, EXPERIMENT)


def test_a_file_instead_of_a_folder_is_refused(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(DataError, match=r"cannot be used as a folder \(Not a directory\); choose another .*--out"):
        Run.exists(tmp_path / "run", EXPERIMENT)


def test_a_name_that_no_file_system_takes_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"cannot be used as a folder \(File name too long\); choose another .*--out"):
        Run.exists(tmp_path / ("x" * 300), EXPERIMENT)


def test_opening_what_is_no_run_says_how_to_make_one(tmp_path):
    with pytest.raises(DataError, match=r"no run folder .* 'xaesthetic compare'"):
        Run.open(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"question": {"data": "ph',
        "7",
        "[]",
        "{}",
        '{"question": []}',
        '{"question": {"data": "photos"}}',
        json.dumps({"question": dict.fromkeys((*OTHERS, "from_the_future"))}),
    ],
)
def test_a_damaged_experiment_is_an_error_that_names_the_file(run, text):
    put(run, text)
    for read in (Run.open, lambda root: Run.exists(root, EXPERIMENT)):
        with pytest.raises(DataError, match=re.escape(str(run.root / "experiment.json"))):
            read(run.root)


def test_an_experiment_without_its_answers_is_an_error_that_names_the_file(run):
    held = json.loads((run.root / "experiment.json").read_text())
    put(run, json.dumps({"question": held["question"]}))
    with pytest.raises(DataError, match=re.escape(str(run.root / "experiment.json"))):
        Run.open(run.root).answered_by()


# -- photographs, predictions, maps ------------------------------------------------------------------------------------

SUBJECT = (((0.5, 1.0), (9.0, 1.0), (9.0, 8.25)), ((20.0, 20.0), (30.0, 20.0), (30.0, 31.0)))
RECORDS = [
    Record(
        "a", Path("photos/a.jpg"), "a", subject=SUBJECT, ratings={"light": 0.25, "overall": -0.1}, credit="A. Nobody, CC0"
    ),
    Record("a~drain~0.4", Path("photos/a.jpg"), "a", EditStep("drain", 0.4), SUBJECT),
    Record("bé/ü [x].png", Path("/abs/bé/ü [x].png"), "bé/ü [x].png"),
]


def table(reasons):
    seen = {"height": 40, "width": 50, "sha256": "00"}
    rows = [record_row(record) | seen | {"reason": why} for record, why in zip(RECORDS, reasons, strict=True)]
    return pd.DataFrame(rows)


def test_records_come_back_as_they_were(run):
    assert not run.has(RECORDS)
    run.write(RECORDS, table(["", "", ""]))
    assert run.has(RECORDS)
    assert run.records() == [replace(record, path=record.path.absolute()) for record in RECORDS]
    assert run.records()[0].path == Path.cwd() / "photos" / "a.jpg"  # a report is drawn from anywhere


def test_records_left_out_stay_in_the_table_only(run):
    run.write(RECORDS, table(["", "it is truncated.", ""]))
    assert [record.id for record in run.records()] == ["a", "bé/ü [x].png"]
    assert list(run.read(RECORDS)["reason"]) == ["", "it is truncated.", ""]


def test_predictions_come_back_as_they_were(run):
    rated = pd.DataFrame({"image": ["a", "b"], "model": "net", "attribute": "light", "prediction": np.float32([0.1, -7])})
    assert not run.has(PREDICTIONS)
    run.write(PREDICTIONS, rated)
    assert run.has(PREDICTIONS)
    pd.testing.assert_frame_equal(run.read(PREDICTIONS), rated, check_exact=True)


def test_maps_come_back_as_they_were(run):
    values = np.random.default_rng(0).normal(size=(5, 2, 3, 4)).astype(np.float32)
    images, attributes = ["b", "a", "c", "e", "d"], ["light", "content"]
    assert not run.has_maps("net", "cam")
    run.write_maps("net", "cam", images, attributes, iter([values[:2], values[2:4], values[4:]]))
    assert run.has_maps("net", "cam")
    stack = run.maps("net", "cam")
    assert (stack.images, stack.attributes) == (tuple(images), tuple(attributes))
    assert stack.values.dtype == np.float32
    np.testing.assert_array_equal(stack.values, values)
    np.testing.assert_array_equal(stack.map("a", "content"), values[1, 1])


def test_maps_that_do_not_fit_on_the_disk_leave_nothing(run):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50, hard))  # writing a larger file fails, as on a full disk
    try:
        with pytest.raises(DataError, match=r"cam\.zarr: cannot be written \(File too large\)"):
            run.write_maps("net", "cam", ["a"], ["light"], iter([np.zeros((1, 1, 2, 2), np.float32)]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list((run.root / "maps" / "net").iterdir())


def test_a_run_is_complete_with_every_method_of_every_model(run):
    run.write(RECORDS, table(["", "", ""]))
    run.write(PREDICTIONS, pd.DataFrame({"image": []}))
    for model in ("tiny_net", "other_net-mine"):
        for method in ("cam", "occlusion"):
            assert not run.is_complete()
            run.write_maps(model, method, ["a"], ["light"], iter([np.zeros((1, 1, 2, 2), np.float32)]))
    assert run.is_complete()


@pytest.mark.parametrize("name", ["records.parquet", "predictions.parquet"])
def test_a_run_is_not_complete_without_its_tables(run, name):
    test_a_run_is_complete_with_every_method_of_every_model(run)
    (run.root / name).unlink()
    assert not run.is_complete()


def test_a_missing_stage_says_what_to_do(run):
    with pytest.raises(DataError, match=r"no records.parquet yet; start 'xaesthetic compare' again to look"):
        run.records()
    with pytest.raises(DataError, match=r"no predictions.parquet yet; start 'xaesthetic compare' again to rate"):
        run.read(PREDICTIONS)
    with pytest.raises(DataError, match=rf"no net/cam maps yet; make them with 'xaesthetic explain {run.root}'"):
        run.maps("net", "cam")


@pytest.mark.parametrize("name", ["records", "predictions"])
def test_a_damaged_table_is_an_error_that_names_it(run, name):
    (run.root / f"{name}.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(DataError, match=rf"{name}\.parquet: cannot be read .* delete it"):
        getattr(run, name)()


def test_damaged_maps_are_an_error_that_names_them(run):
    (run.root / "maps" / "net" / "cam.zarr").mkdir(parents=True)
    with pytest.raises(DataError, match=r"cam\.zarr: cannot be read .* delete it"):
        run.maps("net", "cam")


# -- finished pieces and names -----------------------------------------------------------------------------------------


def test_parts_are_kept_until_cleared(run):
    parts = run.parts("explain", "net")
    parts.write(1, {"cam": np.ones((2, 1, 3, 3), np.float32)})
    assert parts.missing(3) == [0, 2]
    parts.write(0, {"cam": np.zeros((2, 1, 3, 3), np.float32)})
    assert [float(part["cam"].mean()) for part in parts.read(2)] == [0, 1]
    run.remove_parts()
    assert parts.missing(3) == [0, 1, 2]
    assert not (run.root / "parts").exists()


def test_clearing_removes_what_a_killed_process_left(run):
    (run.root / ".predictions.parquet.0a1b2c3d.tmp").write_bytes(b"PAR1")
    (run.root / "maps" / "net" / ".cam.zarr.0a1b2c3d.tmp" / "c").mkdir(parents=True)
    run.write_maps("net", "cam", ["a"], ["light"], iter([np.zeros((1, 1, 2, 2), np.float32)]))
    run.remove_parts()
    assert sorted(path.name for path in run.root.iterdir()) == ["experiment.json", "maps"]
    assert [path.name for path in (run.root / "maps" / "net").iterdir()] == ["cam.zarr"]
    assert run.maps("net", "cam").images == ("a",)


@pytest.mark.parametrize(
    ("choice", "key"),
    [("net", "net"), ("net=heads", "net-heads"), ("net=/a/b.c/heads_2/", "net-heads_2"), ("net=", "net")],
)
def test_model_key(choice, key):
    assert model_key(choice) == key
