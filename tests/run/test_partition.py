"""Tables of many rows as folders, and runs that are read row group by row group: held against whole tables."""

import pickle
import random
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from xaesthetic_reports.predictions import predictions

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Experiment, Record, ReportOptions
from xaesthetic.core.votes import Votes
from xaesthetic.paper.tables.predictions import to_csv
from xaesthetic.run import partition, photographs
from xaesthetic.run.faults import table_fault
from xaesthetic.run.partition import writing_table
from xaesthetic.run.raters import category_rows, vote_rows
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import CATEGORIES, LEFT_OUT, PREDICTIONS, RECORDS, VOTES, Table, columns
from xaesthetic.run.stage import batches, write_rows
from xaesthetic.run.store import Run
from xaesthetic.stages.pick import pick_records

NUMBERS = Table("numbers", columns("name text | square float"), "xaesthetic nothing")
NAMES = ("light", "content")
COUNT = 100


@pytest.fixture
def small(monkeypatch):
    """Files of 40 rows, in groups of 10."""
    monkeypatch.setattr(partition, "PART_ROWS", 40)
    monkeypatch.setattr(partition, "GROUP_ROWS", 10)


def numbers(first, last):
    items = range(first, last)
    return pa.table([[f"n{n}" for n in items], [float(n**2) for n in items]], schema=NUMBERS.schema())


def records():
    """Some without a use, some with votes and a category; their order is not that of their names."""
    order = random.Random(0).sample(range(COUNT), COUNT)
    ids = [f"p{number:03d}.jpg" for number in order]
    return [
        Record(
            name,
            Path("/p") / name,
            name,
            ratings={"light": number / 7} if number % 3 else {},
            votes={"light": Votes(number, 0.5)} if number % 3 else {},
            category="sea" if number % 4 else "",
            sha256="0" * 64,
        )
        for name, number in zip(ids, order, strict=True)
    ]


@pytest.fixture
def run(tmp_path, small):
    """A run with every table in several files: 100 photographs, two attributes, one in ten of no use."""
    source = {"citation": "", "licence": "CC0", "trained": "no", "files": {}, "attributes": list(NAMES)}
    question = Experiment("aadb", None, ("one",), ("cam",), ("all",), 3, batch=4)
    run = Run.create(tmp_path / "run", question, {"models": {"one": source}})
    seen = {"height": 60, "width": 80}
    reasons = ["cannot be read" if number % 10 == 0 else "" for number in range(COUNT)]
    rows = [
        record_row(one) | seen | {"sha256": one.sha256, "reason": why} for one, why in zip(records(), reasons, strict=True)
    ]
    run.write(RECORDS, pd.DataFrame(rows))
    usable = [one for one, why in zip(records(), reasons, strict=True) if not why]
    run.write(VOTES, pd.DataFrame(vote_rows(usable)))
    run.write(CATEGORIES, pd.DataFrame(category_rows(usable)))
    chance = np.random.default_rng(1)
    rated = [(one.id, "one", name, *chance.normal(size=2).astype(np.float32)) for one in usable for name in NAMES]
    frame = pd.DataFrame(rated, columns=list(PREDICTIONS.names))
    groups = (PREDICTIONS.to_arrow(frame.iloc[first : first + 8]) for first in range(0, len(frame), 8))
    write_rows(run.root / "predictions.parquet", PREDICTIONS, groups)
    run.write(LEFT_OUT, pd.DataFrame([(usable[5].id, "explain", "gone")], columns=list(LEFT_OUT.names)))
    return run


def listed(run):
    """The photographs as the definition says: rows of the whole table, one by one."""
    table = run.read(RECORDS)
    gone = set(run.read(LEFT_OUT)["image"])
    known = {one.id: one for one in records()}
    return [known[row.id] for row in table.itertuples() if not row.reason and row.id not in gone]


@pytest.mark.parametrize(("count", "files"), [(0, 0), (39, 0), (40, 0), (41, 2), (200, 5)])
def test_a_long_table_is_a_folder_that_others_read_too(tmp_path, small, count, files):
    file = tmp_path / "numbers.parquet"
    write_rows(file, NUMBERS, (numbers(first, min(count, first + 5)) for first in range(0, count, 5)))
    assert (len(list(file.iterdir())) if file.is_dir() else 0) == files
    whole = numbers(0, count)
    assert pq.read_table(file).equals(whole)
    assert pd.read_parquet(file).equals(whole.to_pandas())
    subprocess.run(["sha256sum", "--check", "--status", "numbers.parquet.sha256"], cwd=tmp_path, check=True)
    assert {item.name for item in tmp_path.iterdir()} == {"numbers.parquet", "numbers.parquet.sha256"}
    assert table_fault(tmp_path, "numbers.parquet") is None


def test_a_short_table_has_the_bytes_that_pyarrow_writes(tmp_path):
    write_rows(tmp_path / "numbers.parquet", NUMBERS, [numbers(0, 30), numbers(30, 90)])
    with pq.ParquetWriter(tmp_path / "plain.parquet", NUMBERS.schema()) as writer:
        writer.write_table(pa.concat_tables([numbers(0, 30), numbers(30, 90), numbers(0, 0)]))
    assert (tmp_path / "numbers.parquet").read_bytes() == (tmp_path / "plain.parquet").read_bytes()
    run = Run(tmp_path, Experiment("aadb", None, ("one",), ("cam",), ("all",), None))
    run.write(NUMBERS, numbers(0, 90).to_pandas())
    pq.write_table(NUMBERS.to_arrow(numbers(0, 90).to_pandas()).replace_schema_metadata(None), tmp_path / "plain.parquet")
    assert (tmp_path / "numbers.parquet").read_bytes() == (tmp_path / "plain.parquet").read_bytes()


@pytest.mark.parametrize("sizes", [(30, 200), (200, 30), (200, 90)])
def test_one_takes_the_place_of_the_other(tmp_path, small, sizes):
    for size in sizes:
        write_rows(tmp_path / "numbers.parquet", NUMBERS, [numbers(0, size)])
    assert pq.read_table(tmp_path / "numbers.parquet").num_rows == sizes[-1]
    assert table_fault(tmp_path, "numbers.parquet") is None
    assert len(list(tmp_path.iterdir())) == 2


def test_what_fails_leaves_the_old_table(tmp_path, small):
    write_rows(tmp_path / "numbers.parquet", NUMBERS, [numbers(0, 30)])
    with pytest.raises(ZeroDivisionError), writing_table(tmp_path / "numbers.parquet", NUMBERS) as writer:
        writer.write(numbers(0, 100))
        raise ZeroDivisionError
    assert pq.read_table(tmp_path / "numbers.parquet").num_rows == 30
    assert len(list(tmp_path.iterdir())) == 2


def test_tables_in_parts_are_read_as_whole_ones(run):
    assert all((run.root / f"{name}.parquet").is_dir() for name in ("records", "predictions", "votes", "categories"))
    frame = run.read(PREDICTIONS)
    assert len(frame) == 2 * 89  # one of 90 was left out later
    for count in (0, 1, 3, 50):
        ids = random.Random(count).sample([one.id for one in listed(run)], count)
        part = run.rows(PREDICTIONS, ids)
        assert part.equals(frame[frame["image"].isin(ids)].reset_index(drop=True))
        assert run.records_of(ids) == [one for one in listed(run) if one.id in ids]
        assert run.sizes(ids) == dict.fromkeys([one.id for one in listed(run) if one.id in ids], (60, 80))
    assert pd.concat(run.frames(PREDICTIONS), ignore_index=True).equals(frame)
    assert run.rated_attributes() == NAMES[::-1]
    assert len(run.left_out_photographs()) == 11


def test_photographs_are_those_of_the_whole_table(run):
    lazy = run.photographs()
    assert list(lazy) == run.records() == listed(run)
    assert len(lazy) == 89
    assert len(run.photographs(everything=True)) == 90
    assert lazy.ids == [one.id for one in listed(run)]
    assert [lazy[number] for number in (88, 0, 41, -1)] == [listed(run)[number] for number in (88, 0, 41, -1)]
    assert [list(group) for group in batches(lazy, 4)] == batches(listed(run), 4)
    sent = pickle.loads(pickle.dumps(lazy[3:20]))
    assert (type(sent), sent) == (list, listed(run)[3:20])
    assert lazy._source.kept.keys() <= set(range(10))
    assert len(lazy._source.kept) <= photographs._KEPT
    with pytest.raises(IndexError):
        lazy[89]


def test_picks_and_tables_of_a_long_run(run):
    short = [(item.attribute, item.highest, item.lowest) for item in pick_records(run)]
    frame, gone = run.read(PREDICTIONS, everything=True), set(run.read(LEFT_OUT)["image"])
    for attribute, highest, lowest in short:
        order = frame[frame["attribute"] == attribute].sort_values("prediction", ascending=False)["image"]
        assert list(highest) == [image for image in order[:3] if image not in gone]
        assert list(lowest) == [image for image in order[-3:] if image not in gone]
    (file,) = predictions(run, ReportOptions())
    assert file.read_text() == to_csv(run.read(PREDICTIONS), run.trained(), run.described())


def test_a_damaged_part_is_found_and_refused(run):
    part = run.root / "predictions.parquet" / "00002.parquet"
    whole = part.read_bytes()
    for place in random.Random(0).sample(range(len(whole)), 5):
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert table_fault(run.root, "predictions.parquet").kind == "damaged"
        with pytest.raises(DataError, match=r"00002.parquet: cannot be read \(its sha256 is not the one"):
            run.read(PREDICTIONS)
    part.unlink()
    assert "is missing" in str(table_fault(run.root, "predictions.parquet"))
    with pytest.raises(DataError, match=r"00002.parquet: cannot be read"):
        pick_records(run)
    part.write_bytes(whole)
    assert table_fault(run.root, "predictions.parquet") is None
    sums = run.root / "predictions.parquet.sha256"
    sums.write_text(sums.read_text().replace("00001.parquet", "../../p.parquet"))
    with pytest.raises(DataError, match="names none of its files"):
        run.read(PREDICTIONS)


def test_a_photograph_that_comes_twice_is_refused(run):
    frame = run.read(RECORDS)
    run.write(RECORDS, pd.concat([frame, frame.iloc[[7]]], ignore_index=True))
    with pytest.raises(DataError, match="comes twice"):
        run.photographs()
