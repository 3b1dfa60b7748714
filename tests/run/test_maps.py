"""Maps as a run keeps them: written by chunk, read lazily, each shard with a checksum."""

import resource

import numpy as np
import pytest
from support.maps import write_maps

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Experiment
from xaesthetic.run import arrays
from xaesthetic.run.store import Run


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "run", Experiment("photos", None, ("net",), ("cam",), ("all",), None), {"models": {}})


@pytest.fixture(params=[1, 1 << 24], ids=["small shards", "one shard"])
def shards(request, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", request.param)


@pytest.mark.usefixtures("shards")
def test_maps_come_back_as_they_were(run):
    values = np.random.default_rng(0).normal(size=(5, 2, 3, 4)).astype(np.float32)
    values[4] = 0  # a chunk of zeros is written like any other
    images, attributes = ["b", "a", "c", "e", "d"], ["light", "content"]
    assert not run.has_maps("net", "cam")
    write_maps(run, "net", "cam", images, attributes, values)
    assert run.has_maps("net", "cam")
    stack = run.maps("net", "cam")
    assert (stack.images, stack.attributes, stack.grid) == (tuple(images), tuple(attributes), (3, 4))
    assert "a" in stack
    assert "z" not in stack
    np.testing.assert_array_equal(stack.map("a", "content"), values[1, 1])
    np.testing.assert_array_equal(stack.of("e"), values[3])
    chunks = list(stack.chunks())
    assert [ids for ids, _ in chunks] == [("b", "a"), ("c", "e"), ("d",)]
    np.testing.assert_array_equal(np.concatenate([maps for _, maps in chunks]), values)


def shard_files(run):
    return sorted(path for path in (run.root / "maps").rglob("c/*/0/0/0") if path.is_file())


@pytest.mark.parametrize("harm", ["flip", "cut", "delete"])
def test_a_shard_of_maps_that_is_harmed_is_an_error_and_the_others_are_read(run, harm, monkeypatch):
    monkeypatch.setattr(arrays, "SHARD", 1)
    write_maps(run, "net", "cam", ["a", "b", "c"], ["light"], np.ones((3, 1, 2, 2), np.float32))
    first = shard_files(run)[0]
    data = bytearray(first.read_bytes())
    data[len(data) // 2] ^= 4
    {"flip": lambda: first.write_bytes(data), "cut": lambda: first.write_bytes(data[:-3]), "delete": first.unlink}[harm]()
    stack = run.maps("net", "cam")
    with pytest.raises(DataError, match=r"cam\.zarr: cannot be read"):
        stack.of("a")
    np.testing.assert_array_equal(stack.of("c"), np.ones((1, 2, 2)))


@pytest.mark.parametrize("limit", [50, 200], ids=["at once", "in the middle"])
def test_maps_that_do_not_fit_on_the_disk_leave_nothing_in_their_place(run, limit):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))  # writing a larger file fails, as on a full disk
    try:
        with pytest.raises(DataError, match=r"cam/000000\.npy: cannot be written \(File too large\)"):
            write_maps(run, "net", "cam", ["a"], ["light"], np.zeros((1, 1, 64, 64), np.float32))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not run.has_maps("net", "cam")


def test_damaged_maps_are_an_error_that_names_them(run):
    (run.root / "maps" / "net" / "cam.zarr").mkdir(parents=True)
    with pytest.raises(DataError, match=r"cam\.zarr: cannot be read .* delete it"):
        run.maps("net", "cam")
