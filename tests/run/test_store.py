import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from support.maps import write_maps
from support.places import ROOT
from support.tables import fill

from xaesthetic.core import files
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import EditStep, Experiment, Record
from xaesthetic.evaluation.judge import SUMMARIES
from xaesthetic.run import schemas
from xaesthetic.run.question import Answer
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run, model_key
from xaesthetic.run.versions import SCHEMA

EXPERIMENT = Experiment(
    data="photos",
    root=None,
    models=("tiny_net", "other_net=/heads/mine"),
    methods=("cam", "occlusion"),
    attributes=("light", "vivid_color"),
    pick=3,
    inputs={"photographs": "3 photographs, sha256 00"},
)
ANSWER = {"citation": "Nobody 2000", "licence": "CC0", "trained": "not trained", "files": {}, "attributes": ["light"]}
KEYS = {"net": "net", "net=heads": "net-heads", "net=/a/b.c/heads_2/": "net-heads_2", "net=": "net"}
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
    "inputs": ({"photographs": "4, sha256 11"}, "inputs is {'photographs': '3 photographs, sha256 00'} there and"),
    "precision": ("bf16", "precision is full there and bf16 here"),
    "photographs": (("a.jpg",), "photographs is  there and a.jpg here"),
    "target": ("down", "target is up there and down here"),
    "of": ("rating", "of is raw there and rating here"),
    "zero": ("mean", "zero is  there and mean here"),
    "identities": ({"tiny_net": "00"}, "identities is {} there and {'tiny_net': '00'} here"),
    "beyond": ("overall", "beyond is  there and overall here"),
    "shard": ("3/20", "shard is  there and 3/20 here"),
    "store": ("float16", "store is float32 there and float16 here"),
    "decode": ("reduced", "decode is full there and reduced here"),
}


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "run", EXPERIMENT, {"models": dict.fromkeys(("tiny_net", "other_net-mine"), ANSWER)})


def put(run, text):
    (run.root / "experiment.json").write_text(text)


# -- the question ------------------------------------------------------------------------------------------------------


def test_the_same_experiment_is_accepted(run):
    assert Run.exists(run.root, EXPERIMENT)
    assert Run.open(run.root) == Run.open(str(run.root)) == run
    assert run.trained() == {"tiny_net": "not trained", "other_net-mine": "not trained"}
    assert run.answered_by().models["tiny_net"] == Answer("Nobody 2000", "CC0", "not trained", {}, attributes=("light",))


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
        *("", "7"),
        '{"question": {"data": "ph',
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
    seen = {"height": 40, "width": 50, "sha256": "00" * 32}
    rows = [record_row(record) | seen | {"reason": why} for record, why in zip(RECORDS, reasons, strict=True)]
    return pd.DataFrame(rows)


def test_records_come_back_as_they_were(run):
    assert not run.has(schemas.RECORDS)
    run.write(schemas.RECORDS, table(["", "", ""]))
    assert run.has(schemas.RECORDS)
    assert run.records() == [replace(record, path=record.path.absolute(), sha256="00" * 32) for record in RECORDS]
    assert run.records()[0].path == Path.cwd() / "photos" / "a.jpg"  # a report is drawn from anywhere
    assert run.sizes() == dict.fromkeys((record.id for record in RECORDS), (40, 50))


def test_records_left_out_stay_in_the_table_only(run):
    run.write(schemas.RECORDS, table(["", "it is truncated.", ""]))
    assert [record.id for record in run.records()] == ["a", "bé/ü [x].png"]
    assert list(run.read(schemas.RECORDS)["reason"]) == ["", "it is truncated.", ""]


RATED = fill(
    PREDICTIONS,
    {
        "image": ["a", "b"],
        "model": "net",
        "attribute": "light",
        "prediction": np.float32([0.1, -7]),
        "raw": np.float32([1, 2]),
    },
)


def test_predictions_come_back_as_they_were(run):
    assert not run.has(PREDICTIONS)
    run.write(PREDICTIONS, RATED)
    assert run.has(PREDICTIONS)
    pd.testing.assert_frame_equal(run.read(PREDICTIONS), RATED, check_exact=True)


def test_a_table_has_the_columns_of_its_schema_in_order_with_units(run):
    run.write(PREDICTIONS, RATED[list(reversed(RATED.columns))])
    schema = pq.read_schema(run.root / "predictions.parquet")
    assert schema.names == ["image", "model", "attribute", "prediction", "raw"]
    assert schema.field("prediction").metadata[b"unit"] == b"rating"
    assert str(schema.field("prediction").type) == "float"
    with pytest.raises(ValueError, match="predictions: columns"):
        run.write(PREDICTIONS, RATED.drop(columns="raw"))


def test_every_table_has_a_schema_that_arrow_takes():
    assert len({each.name for each in schemas.TABLES}) == len(schemas.TABLES)
    for each in schemas.TABLES:
        assert each.schema().names == list(each.names)
        assert each.command.startswith("xaesthetic ")


def test_a_run_is_complete_with_every_method_of_every_model(run):
    run.write(schemas.RECORDS, table(["", "", ""]))
    run.write(PREDICTIONS, RATED)
    for model in ("tiny_net", "other_net-mine"):
        for method in ("cam", "occlusion"):
            assert not run.is_complete()
            write_maps(run, model, method, ["a"], ["light"], np.zeros((1, 1, 2, 2), np.float32))
    assert run.is_complete()


@pytest.mark.parametrize("name", ["records.parquet", "predictions.parquet"])
def test_a_run_is_not_complete_without_its_tables(run, name):
    test_a_run_is_complete_with_every_method_of_every_model(run)
    (run.root / name).unlink()
    assert not run.is_complete()


def test_a_missing_stage_says_what_to_do(run):
    with pytest.raises(DataError, match=r"no records.parquet yet; 'xaesthetic compare' makes it"):
        run.records()
    with pytest.raises(DataError, match=rf"no edits.parquet yet; 'xaesthetic score {run.root} --edits' makes it"):
        run.read(schemas.EDITS)
    with pytest.raises(DataError, match=rf"no net/cam maps yet; make them with 'xaesthetic explain {run.root}'"):
        run.maps("net", "cam")


@pytest.mark.parametrize("harm", ["flip", "cut", "no sum"])
def test_a_damaged_table_is_an_error_that_names_it(run, harm):
    run.write(PREDICTIONS, RATED)
    file = run.root / "predictions.parquet"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    if harm == "no sum":
        (run.root / "predictions.parquet.sha256").unlink()
    else:
        file.write_bytes(data if harm == "flip" else data[:-1])
    with pytest.raises(DataError, match=r"predictions\.parquet: cannot be read .* delete it"):
        run.read(PREDICTIONS)


def test_a_table_without_a_column_is_an_error(run):
    files.replace_summed(run.root / "scores.parquet", lambda file: RATED.to_parquet(file))
    with pytest.raises(DataError, match=r"scores\.parquet: has no column method, metric, value"):
        run.read(schemas.SCORES)


# -- versions and names ------------------------------------------------------------------------------------------------


def test_a_run_says_its_version_and_a_newer_one_is_refused(run):
    held = json.loads((run.root / "experiment.json").read_text())
    assert held["schema"] == Run.open(run.root).schema == SCHEMA
    put(run, json.dumps(held | {"schema": SCHEMA + 1}))
    with pytest.raises(DataError, match=rf"version {SCHEMA + 1}, this program reads up to {SCHEMA}; install a newer"):
        Run.open(run.root)
    put(run, json.dumps({"question": held["question"], "answered_by": {"models": {}}}))
    (run.root / "experiment.json.sha256").unlink()
    assert Run.open(run.root).schema == 1  # before there were numbers


def test_removing_parts_removes_what_a_killed_process_left(run):
    (run.root / ".predictions.parquet.0a1b2c3d.tmp").write_bytes(b"PAR1")
    (run.root / "maps" / "net" / ".cam.zarr.0a1b2c3d.tmp" / "c").mkdir(parents=True)
    (run.parts / "explain").mkdir(parents=True)
    run.remove_parts()
    assert sorted(path.name for path in run.root.iterdir()) == ["experiment.json", "experiment.json.sha256", "maps"]
    assert not list((run.root / "maps" / "net").iterdir())


@pytest.mark.parametrize(("choice", "key"), KEYS.items())
def test_model_key(choice, key):
    assert model_key(choice) == key


def test_the_page_of_the_run_folder_names_every_table_and_column():
    text = (ROOT / "docs" / "run-folder.md").read_text()
    for each in (*schemas.TABLES, *(summary.table for summary in SUMMARIES)):
        section = text.partition(f"### {each.name}.parquet\n")[2].partition("\n### ")[0]
        assert [line for line in section.splitlines() if line.startswith("| `")] == [
            f"| `{column.name}` | {column.dtype} | {column.unit} |" for column in each.columns
        ]
