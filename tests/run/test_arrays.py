"""Arrays in shards: element by element what a plain array holds, whatever the sizes, and however often a stage is killed."""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import zarr
from support.plugin_package import contents

from xaesthetic.core.errors import DataError
from xaesthetic.run import arrays
from xaesthetic.run.arrays import ArraySink, create_array
from xaesthetic.run.stage import batches


def sink_of(folder, count, size, **more):
    return ArraySink(folder / "a.zarr", folder / "parts", tuple(map(len, batches(range(count), size))), **more)


def write(sink, values):
    size = sink.sizes[0]
    for number in range(len(sink.sizes)):
        sink.write(number, values[number * size : (number + 1) * size])


def made(folder, values, size=2, **more):
    sink = sink_of(folder, len(values), size, **more)
    write(sink, values)
    sink.finish(len(sink.sizes))
    return sink


def some(count, *rest, seed=0):
    return np.random.default_rng(seed).normal(size=(count, *rest)).astype(np.float32)


@pytest.mark.parametrize(("count", "size", "bytes_"), [(11, 2, 200), (12, 2, 200), (7, 3, 1), (5, 8, 100), (9, 1, 1 << 24)])
@pytest.mark.parametrize("rest", [(2, 3, 4), (5,)])
def test_shards_hold_what_a_plain_array_holds(tmp_path, monkeypatch, count, size, bytes_, rest):
    monkeypatch.setattr(arrays, "SHARD", bytes_)
    values = some(count, *rest)
    values[2] = 0
    made(tmp_path, values, size)
    array = zarr.open_array(tmp_path / "a.zarr", mode="r")
    np.testing.assert_array_equal(array[:], values)
    size = min(size, count)
    assert array.chunks == (size, *rest)
    chunk = size * int(np.prod(rest)) * 4
    several = min(max(1, bytes_ // chunk), -(-count // size))
    assert array.shards[0] == several * size
    assert len([name for name in contents(tmp_path) if "/c/" in name]) == -(-count // (several * size))
    assert not (tmp_path / "parts" / "a").exists()


def test_rows_that_a_chunk_has_not_are_zero_and_a_chunk_that_is_gone_is_an_error(tmp_path):
    sink = sink_of(tmp_path, 3, 1)
    for number, value in enumerate((None, np.ones((1, 2), np.float32), None)):
        sink.write(number, value)
    (tmp_path / "parts" / "a" / "000002.npy").rename(tmp_path / "aside")
    with pytest.raises(DataError, match=r"000002\.npy: cannot be read .* start the same command again"):
        sink.finish(3)
    (tmp_path / "aside").rename(tmp_path / "parts" / "a" / "000002.npy")
    sink.finish(3)
    np.testing.assert_array_equal(zarr.open_array(tmp_path / "a.zarr", mode="r")[:], [[0, 0], [1, 1], [0, 0]])


FINISH = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from run.test_arrays import sink_of
from xaesthetic.run import arrays
arrays.SHARD = 200
count, steps = 0, {steps}
def killed(frame, event, argument):
    global count
    if event == "call" and frame.f_code.co_filename.endswith(("core/files.py", "run/arrays.py")):
        count += 1
        if count == steps:
            import os, signal
            os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(killed)
sink_of(Path({folder!r}), 11, 2).finish(6)
"""


@pytest.mark.slow
def test_a_finish_that_is_killed_goes_on_to_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", 200)
    values = some(11, 2, 3, 4)
    made(tmp_path / "plain", values)
    wanted, chance = contents(tmp_path / "plain"), random.Random(4)
    tests = str(Path(__file__).parents[1])
    killed = 0
    for attempt in range(4):
        folder = tmp_path / str(attempt)
        sink = sink_of(folder, 11, 2)
        write(sink, values)
        for _ in range(3):
            code = FINISH.format(tests=tests, folder=str(folder), steps=chance.randrange(5, 90))
            status = subprocess.run([sys.executable, "-c", code], check=False).returncode
            assert status in (0, -signal.SIGKILL)
            killed += status != 0
        sink.finish(6)
        kept = {name: data for name, data in contents(folder).items() if not name.endswith(".tmp") and ".tmp/" not in name}
        assert kept == wanted
    assert killed >= 6


# -- repair ------------------------------------------------------------------------------------------------------------


def flip(file, place):
    data = bytearray(file.read_bytes())
    data[place] ^= 4
    file.write_bytes(data)


def test_of_a_damaged_shard_only_the_chunk_is_lost_that_is_damaged(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", 300)
    values = some(11, 2, 3, 4)
    sink = made(tmp_path, values)
    before = contents(tmp_path)
    name = "c/1/0/0/0"  # chunks 3 to 5: one more would not fit
    flip(tmp_path / "a.zarr" / name, 0)
    assert sink.lost_chunks([]) == set()
    lost = sink.lost_chunks([name])
    assert len(lost) == 1
    assert lost < {1, 2, 3, 4, 5}
    sink.reopen([name], lost)
    (number,) = lost
    sink.write(number, values[2 * number : 2 * number + 2])
    sink.finish(6)
    assert contents(tmp_path) == before


def test_a_shard_that_is_whole_but_another_one_is_lost_altogether(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", 300)
    sink = made(tmp_path, some(12, 2, 3, 4))
    first, second = (tmp_path / "a.zarr" / f"c/{number}/0/0/0" for number in range(2))
    first.write_bytes(second.read_bytes())
    several = zarr.open_array(sink.target, mode="r").shards[0] // 2
    assert sink.lost_chunks(["c/0/0/0/0"]) == set(range(several))
    second.unlink()
    assert sink.lost_chunks(["c/1/0/0/0"]) == set(range(several, 2 * several))
    flip(first, first.stat().st_size - 3)  # in the index
    assert sink.lost_chunks(["c/0/0/0/0"]) == set(range(several))


def test_a_lost_zarr_json_costs_one_chunk_or_where_it_said_more_all(tmp_path, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", 300)
    values = some(12, 2, 3, 4)
    sink = made(tmp_path, values)
    before = contents(tmp_path)
    assert sink.lost_chunks(["zarr.json"]) == {0}
    assert sink_of(tmp_path, 12, 2, old=True).lost_chunks(["zarr.json"]) == set(range(6))
    assert sink_of(tmp_path, 12, 2, store="float16").lost_chunks(["zarr.json"]) == set(range(6))
    assert sink.lost_chunks(["zarr.json", "c/1/0/0/0"]) == set(range(6))
    sink.reopen(["zarr.json"], {0})
    sink.write(0, values[:2])
    sink.finish(6)
    assert contents(tmp_path) == before


def test_an_array_of_before_there_were_shards_is_repaired_as_it_was(tmp_path):
    """Version 3 wrote a file a chunk; the others stay, and the one that is written has its codecs."""
    values = some(5, 2, 3, 4)
    target = tmp_path / "a.zarr"
    compressors = (zarr.codecs.ZstdCodec(level=3), zarr.codecs.Crc32cCodec())
    array = zarr.create_array(
        target, shape=values.shape, chunks=(2, 2, 3, 4), dtype="float32", compressors=compressors,
        attributes={"all_chunks_written": True, "summed": True}, config={"write_empty_chunks": True},
    )  # fmt: skip
    array[:] = values
    before = contents(tmp_path)
    sink = sink_of(tmp_path, 5, 2, old=True)
    flip(target / "c/1/0/0/0", 5)
    assert sink.lost_chunks(["c/1/0/0/0"]) == {1}
    sink.reopen(["c/1/0/0/0"], {1})
    sink.write(1, values[2:4])
    sink.finish(3)
    assert {name: data for name, data in contents(tmp_path).items() if not name.endswith(".sha256")} == before


def test_the_same_division_whatever_the_store(tmp_path):
    kinds = [create_array(tmp_path / name, 3000, (8, 2, 40, 40), {}, name) for name in ("float32", "float16")]
    assert kinds[0].shards == kinds[1].shards == (8 * (arrays.SHARD // (8 * 2 * 1600 * 4)), 2, 40, 40)
    assert json.loads((tmp_path / "float16" / "zarr.json").read_text())["data_type"] == "float16"
