"""Shards of maps are repaired batch by batch; runs of version 3, a file a batch, as they are."""

import json
import random
import shutil
from dataclasses import replace

import numpy as np
import pytest
import zarr
from support.damaged import harm, in_folder, kept, make_run

from xaesthetic import pipeline
from xaesthetic.core.files import write_json, write_sum
from xaesthetic.core.types import Experiment
from xaesthetic.merging import merge
from xaesthetic.repairing import verify
from xaesthetic.run.store import Run
from xaesthetic.run.sums import write_array_sums
from xaesthetic.run.verify import find_faults
from xaesthetic.run.versions import SHARDED
from xaesthetic.stages import _passes

pytestmark = pytest.mark.torch


@pytest.fixture
def run(tmp_path):
    with in_folder(tmp_path):
        yield make_run(tmp_path / "run")


@pytest.fixture
def loaded(monkeypatch):
    """The photographs that are loaded from now on."""
    done, load = [], _passes.load_squashed
    monkeypatch.setattr(_passes, "load_squashed", lambda record, **how: done.append(record.id) or load(record, **how))
    return done


def test_of_a_shard_of_all_photographs_only_a_batch_is_computed_again(run, loaded):
    before = kept(run.root)
    shard = run.maps_folder("calm_net", "cam") / "c/0/0/0/0"
    assert zarr.open_array(shard.parents[4], mode="r").shards[0] == 8  # 7 photographs in batches of 2
    data = bytearray(shard.read_bytes())
    data[len(data) // 3] ^= 1
    shard.write_bytes(data)
    assert verify(run).left == ()
    assert len(loaded) == 2
    assert kept(run.root) == before


def to_version_3(run):
    """Write arrays as version 3 did, and its number."""
    for array in (run.root / "maps").glob("*/*.zarr"):
        new, values = zarr.open_array(array, mode="r"), zarr.open_array(array, mode="r")[:]
        metadata, chunks = json.loads((array / "zarr.json").read_text()), new.chunks
        shutil.rmtree(array)
        old = zarr.create_array(
            array, shape=values.shape, chunks=chunks, dtype="float32", attributes=metadata["attributes"],
            compressors=(zarr.codecs.ZstdCodec(level=3), zarr.codecs.Crc32cCodec()), config={"write_empty_chunks": True},
        )  # fmt: skip
        old[:] = values
        write_array_sums(array, array)
    question = json.loads((run.root / "experiment.json").read_text())
    write_json(run.root / "experiment.json", question | {"schema": 3})
    write_sum(run.root / "experiment.json")
    return Run.open(run.root)


@pytest.mark.slow
def test_a_run_of_version_3_is_read_verified_and_repaired(run, loaded):
    wanted = np.concatenate([maps for _, maps in run.maps("calm_net", "cam").chunks()])
    run = to_version_3(run)
    assert find_faults(run.root) == ()
    assert next(ids for ids, _ in run.maps("calm_net", "cam").chunks()) == ("p0", "p1")
    np.testing.assert_array_equal(run.maps("calm_net", "cam").of("p3"), wanted[3])
    before, array = kept(run.root), run.maps_folder("calm_net", "cam")
    harm(array / "c/1/0/0/0", "flip", random.Random(1))
    assert verify(run).left == ()
    assert loaded == ["p2", "p3"]
    assert kept(run.root) == before
    harm(array / "zarr.json", "cut", random.Random(1))
    assert verify(run).left == ()  # all of that array, in shards
    assert len(list(array.glob("c/*"))) == 1
    np.testing.assert_array_equal(run.maps("calm_net", "cam").of("p3"), wanted[3])


@pytest.mark.slow
def test_shards_of_a_run_of_version_3_are_merged_to_the_maps_of_a_whole_run(tmp_path):
    with in_folder(tmp_path):
        question = Experiment("six_photos", "photographs", ("calm_net",), ("cam",), ("all",), None, batch=2)
        whole = pipeline.compare(question, tmp_path / "whole", draw=False).run
        parts = []
        for number in (1, 2):
            name = f"{number}/2"
            part = pipeline.compare(replace(question, shard=name), tmp_path / f"part-{number}", draw=False).run
            parts.append(to_version_3(part).root)
        merged = merge(parts, tmp_path / "merged").run
        assert (merged.schema, merged.is_complete()) == (SHARDED, True)
        maps = [{n: d for n, d in kept(run.root).items() if n.startswith("maps/")} for run in (merged, whole)]
        assert maps[0] == maps[1]
