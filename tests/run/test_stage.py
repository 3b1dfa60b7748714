"""The one resumable loop: whoever computes the chunks, in whatever order, how often, and however it dies: the same bytes."""

import ast
import os
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.old_run import old_run  # noqa: F401  # a fixture
from support.places import ROOT
from support.plugin_package import contents

from xaesthetic import pipeline
from xaesthetic.core import files
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.execution.local import local
from xaesthetic.run import schemas
from xaesthetic.run.schemas import Table, columns
from xaesthetic.run.stage import ArraySink, TableSink, batches, compute
from xaesthetic.run.store import Run

NUMBERS = Table("numbers", columns("name text | square float"), "xaesthetic nothing")


class Died(BaseException):
    """The process is gone."""


def hostile(seed, dies_after=None):
    """Shuffle the chunks, do some twice, and die after so many of them."""
    chance = random.Random(seed)

    def execute(numbers, prepare, work, workers):
        order = [number for number in numbers for _ in range(chance.choice((1, 1, 2)))]
        chance.shuffle(order)
        for count, number in enumerate(order):
            if count == dies_after:
                raise Died
            yield number, work(number, prepare(number))

    return execute


def squares(folder, execution, items=tuple(range(11))):
    """A small stage with both kinds of sinks; how often the work was done."""
    done = []

    def work(chunk, ready):
        done.append(chunk)
        assert ready == sum(chunk)
        return {"table": [(str(n), float(n**2)) for n in chunk], "array": np.full((len(chunk), 1, 2, 2), ready, np.float32)}

    chunks = batches(items, 3)
    sinks = {
        "table": TableSink(NUMBERS, folder / "numbers.parquet", folder / "parts" / "squares"),
        "array": ArraySink(folder / "array.zarr", folder / "parts" / "squares", tuple(map(len, chunks))),
    }
    compute(folder / "parts", "squares", chunks, work, sinks, execution, sum)
    return len(done)


@pytest.fixture
def plain(tmp_path):
    squares(tmp_path / "plain", Execution())
    return contents(tmp_path / "plain")


def test_rows_and_arrays_come_in_the_order_of_the_chunks(plain, tmp_path):
    table = pd.read_parquet(tmp_path / "plain" / "numbers.parquet")
    assert table["name"].tolist() == [str(n) for n in range(11)]
    assert table["square"].tolist() == [n**2 for n in range(11)]
    assert not (tmp_path / "plain" / "parts" / "squares").exists()
    assert len([name for name in plain if "/c/" in name]) == 1


@pytest.mark.parametrize("executor", [local, hostile(1), hostile(2), hostile(3)])
def test_whoever_computes_them_the_bytes_are_equal(plain, tmp_path, executor):
    squares(tmp_path / "other", Execution(3, executor=executor))
    assert contents(tmp_path / "other") == plain


@pytest.mark.parametrize("dies_after", [0, 1, 2, 3])
def test_after_a_death_only_what_is_missing_is_done(plain, tmp_path, dies_after):
    with pytest.raises(Died):
        squares(tmp_path / "other", Execution(executor=hostile(4, dies_after)))
    finished = len(list((tmp_path / "other" / "parts").rglob("*.done")))
    assert finished <= dies_after
    assert not (tmp_path / "other" / "numbers.parquet").exists()
    assert squares(tmp_path / "other", Execution()) == 4 - finished
    assert contents(tmp_path / "other") == plain


def test_chunks_of_another_division_are_thrown_away(tmp_path):
    with pytest.raises(Died):
        squares(tmp_path, Execution(executor=hostile(4, 3)))
    assert squares(tmp_path, Execution(), tuple(range(5))) == 2
    assert pd.read_parquet(tmp_path / "numbers.parquet")["name"].tolist() == list("01234")


def test_rows_are_added_to_those_that_a_table_begins_with(tmp_path):
    before = NUMBERS.to_arrow(pd.DataFrame({"name": ["zero"], "square": [0.0]}))
    sink = TableSink(NUMBERS, tmp_path / "numbers.parquet", tmp_path / "parts", before)
    sink.write(1, [("two", 4.0)])
    sink.write(0, [("one", 1.0)])
    sink.finish(2)
    assert pd.read_parquet(tmp_path / "numbers.parquet")["name"].tolist() == ["zero", "one", "two"]


def test_a_chunk_without_rows_and_none_of_an_array(tmp_path):
    chunks = [["a"], ["b"]]
    sinks = {"numbers": TableSink(NUMBERS, tmp_path / "n.parquet", tmp_path / "p" / "x")}
    compute(tmp_path / "p", "x", chunks, lambda chunk, _: {"numbers": []}, sinks, Execution(), lambda chunk: None)
    assert pd.read_parquet(tmp_path / "n.parquet").empty
    sink = ArraySink(tmp_path / "a.zarr", tmp_path / "p", (1,))
    sink.write(0, None)
    sink.finish(1)
    assert not (tmp_path / "a.zarr").exists()


def test_the_local_executor_prepares_a_few_ahead_and_no_more(tmp_path):
    prepared, seen = [], []
    for number, ready in local(range(20), lambda n: prepared.append(n) or n * 10, lambda n, ready: ready + n, 2):
        seen.append((number, ready))
        assert len(prepared) <= number + 1 + 3
    assert seen == [(n, 11 * n) for n in range(20)]


def test_an_error_of_one_chunk_ends_the_stage_and_says_so(tmp_path):
    def broken(chunk):
        raise DataError("photo 3: gone.")

    with pytest.raises(DataError, match="photo 3: gone"):
        compute(tmp_path, "x", [1, 2, 3], lambda *_: {}, {}, Execution(executor=local), broken)


# -- every stage of a run ----------------------------------------------------------------------------------------------

STAGES = ("edits", "controls", "faithfulness", "baselines", "randomisation", "blocks")


def every_stage(run, execution):
    """Make everything of a run again, from its experiment on."""
    pipeline.compare(run.experiment, run.root, execution, draw=False)
    for name in STAGES:
        pipeline.measure(run, name, execution)
    pipeline.judge(run, execution=execution, by_person=True)


def measured(root):
    """The bytes of all tables and maps, but of the experiment."""
    return {name: data for name, data in contents(root).items() if not name.startswith(("experiment.json", "report"))}


@pytest.mark.slow
def test_every_stage_on_a_hostile_executor_gives_the_same_bytes(old_run, tmp_path):
    experiment = Run.open(old_run).experiment
    records = pipeline.prepare(experiment, tmp_path / "new")[0]
    runs = {}
    for name, executors in {"plain": [local], "hostile": [hostile(seed, 2) for seed in range(40)] + [hostile(9)]}.items():
        root = tmp_path / name
        for executor in executors:
            try:
                pipeline.compare(records, root, Execution(2, executor=executor), draw=False)
                every_stage(Run.open(root), Execution(2, executor=executor))
            except Died:
                continue
        runs[name] = measured(root)
    sometimes = {schemas.PASSED_OVER, schemas.LEFT_OUT, schemas.SAME_MAPS, schemas.PRECISION, schemas.ZEROS}
    sometimes |= {schemas.VOTES, schemas.CATEGORIES, schemas.SLIDER, schemas.SLIDER_MAPS, schemas.SLIDER_PICTURES}
    assert {f"{table.name}.parquet" for table in schemas.TABLES if table not in sometimes} <= set(runs["plain"])
    assert runs["hostile"] == runs["plain"]


def test_no_other_module_keeps_chunks_of_its_own():
    """What a resumable loop needs, markers and joined parts, is in one module."""
    for file in (ROOT / "xaesthetic").rglob("*.py"):
        if file.name == "stage.py":
            continue
        names = {node.attr for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Attribute)}
        texts = {node.value for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Constant)}
        assert "ParquetWriter" not in names or file.name == "partition.py", file
        assert not [text for text in texts if isinstance(text, str) and text.endswith(".done")], file


def test_sums_stand_beside_every_table(tmp_path):
    squares(tmp_path, Execution())
    assert files.find_sums(tmp_path / "numbers.parquet") == [files.sha256(tmp_path / "numbers.parquet")]


def test_a_chunk_is_on_the_disk_before_its_marker_is(tmp_path, monkeypatch):
    events, sync, touch = [], os.fsync, Path.touch

    def synced(descriptor):
        events.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        sync(descriptor)

    def touched(path):
        events.append(str(path))
        touch(path)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "touch", touched)
    sinks = {
        "array": ArraySink(tmp_path / "maps" / "x.zarr", tmp_path / "parts" / "job", (2, 2)),
        "numbers": TableSink(NUMBERS, tmp_path / "numbers.parquet", tmp_path / "parts" / "job"),
    }
    work = {"array": np.ones((2, 1, 3, 3), np.float32), "numbers": [("a", 1.0)]}
    compute(tmp_path / "parts", "job", [0, 1], lambda chunk, _: work, sinks, Execution(), lambda chunk: chunk)
    job = tmp_path / "parts" / "job"
    for number in range(2):
        kept = events[: events.index(str(job / f"{number:06d}.done"))]
        assert str(job / "x") in kept
        assert any(f".{number:06d}.npy." in name for name in kept)
        assert any(f".{number:06d}.parquet." in name for name in kept)
    done = events.index(str(job / "000001.done"))
    shard = next(place for place, name in enumerate(events) if "x.shard" in name)
    assert done < shard < events.index(str(tmp_path / "maps"))  # its place, after it was moved there
