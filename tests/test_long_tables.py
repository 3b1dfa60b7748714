"""A run whose tables are folders: rated, explained and scored as one with short tables, verified, repaired, merged."""

import random

import pandas as pd
import pytest
from PIL import Image
from support.damaged import harm, in_folder, kept, make_run

from xaesthetic.core import files
from xaesthetic.core.types import Annotation, Experiment, Record
from xaesthetic.repairing import verify
from xaesthetic.run import partition
from xaesthetic.run.schemas import ANNOTATIONS, PREDICTIONS, RECORDS, SCORES
from xaesthetic.run.store import Run
from xaesthetic.stages.records import examine_records

pytestmark = pytest.mark.torch
SOURCE = {"citation": "", "licence": "CC0", "trained": "no", "files": {}, "attributes": ["light"]}


@pytest.fixture
def long(tmp_path, monkeypatch):
    """A run with four rows in a file and two in a group, and its bytes."""
    monkeypatch.setattr(partition, "PART_ROWS", 4)
    monkeypatch.setattr(partition, "GROUP_ROWS", 2)
    with in_folder(tmp_path):
        yield make_run(tmp_path / "run")


def test_a_run_with_long_tables_is_one_with_short_ones(long, tmp_path, monkeypatch):
    monkeypatch.setattr(partition, "PART_ROWS", 1_000_000)
    monkeypatch.setattr(partition, "GROUP_ROWS", 50_000)
    short = make_run(tmp_path / "short")
    for table in (RECORDS, PREDICTIONS, ANNOTATIONS, SCORES):
        assert (long.root / f"{table.name}.parquet").is_dir()
        assert (short.root / f"{table.name}.parquet").is_file()
        pd.testing.assert_frame_equal(long.read(table), short.read(table))
    one, other = kept(long.root), kept(short.root)
    for name in (name for name in one if name.startswith(("maps/", "report/"))):
        assert one[name] == other[name], name
    assert {name for name in one if ".parquet" not in name} == {name for name in other if ".parquet" not in name}


@pytest.mark.parametrize("name", ["predictions", "records", "scores"])
def test_a_damaged_part_is_repaired_to_the_same_bytes(long, name):
    before = kept(long.root)
    harm(long.root / f"{name}.parquet" / "00001.parquet", "flip", random.Random(2))
    verdict = verify(long.root)
    assert [fault.path for fault in verdict.faults] == [f"{name}.parquet"]
    assert verdict.left == ()
    assert kept(long.root) == before
    harm(long.root / f"{name}.parquet.sha256", "flip", random.Random(3))
    assert verify(long.root).left == ()
    assert kept(long.root) == before


def test_a_finished_run_is_opened_again_and_nothing_is_done(long):
    assert Run.open(long.root).is_complete()
    assert verify(long.root).faults == ()


def test_records_which_say_that_all_were_looked_at_are_in_place_last(tmp_path, monkeypatch):
    monkeypatch.setattr(partition, "GROUP_ROWS", 2)
    Image.new("RGB", (40, 40)).save(tmp_path / "a.png")
    people = tuple(Annotation(name, "", fixations=((1.0, 1.0),)) for name in "abc")
    records = [Record(f"p{number}", tmp_path / "a.png", "a", annotations=people) for number in range(5)]
    records.insert(2, Record("gone", tmp_path / "gone.png", "gone", annotations=people))
    run = Run.create(
        tmp_path / "run", Experiment(str(tmp_path), None, ("one",), ("cam",), ("all",), None), {"models": {"one": SOURCE}}
    )
    placed, swap = [], files.swap
    monkeypatch.setattr(files, "swap", lambda one, other, mixed: (placed.append(other.name), swap(one, other, mixed)))
    examine_records(run, records)
    assert [name for name in placed if name.endswith(".parquet")] == ["annotations.parquet", "records.parquet"]
    assert run.read(RECORDS)["id"].tolist() == ["p0", "p1", "gone", "p2", "p3", "p4"]
    assert list(run.left_out_photographs()) == ["gone"]
    assert run.read(ANNOTATIONS)["image"].tolist() == [f"p{number}" for number in range(5) for _ in "abc"]
    assert len(run.photographs()) == 5
