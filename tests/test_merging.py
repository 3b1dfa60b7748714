"""Shards of a run, joined: the bytes of the run without shards."""

import json
import random
import warnings
from dataclasses import replace

import pytest
from support.damaged import harm, in_folder, kept
from support.plugin_package import install, make_photos, plugged  # noqa: F401  # a fixture

from xaesthetic import pipeline
from xaesthetic.core.errors import DataError
from xaesthetic.core.shards import Shard
from xaesthetic.core.types import Experiment
from xaesthetic.merging import merge
from xaesthetic.repairing import verify
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.store import Run

torch = pytest.mark.torch


def results(run):
    """Tables and maps, byte for byte."""
    return {name: data for name, data in kept(run.root).items() if not name.startswith("experiment.json")}


@pytest.fixture
def question(tmp_path, plugged):
    photographs = make_photos(tmp_path / "photos", 14)
    return Experiment(str(photographs), None, ("tiny_net", "other_net"), ("cam",), ("all",), None, batch=3)


def shards_of(question, folder, count=3):
    return [
        pipeline.compare(replace(question, shard=f"{number}/{count}"), folder / str(number)).run
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(("length", "batch", "count"), [(20, 4, 3), (1, 8, 1), (23, 3, 8), (1_000_000, 8, 20)])
def test_shards_are_whole_batches_next_to_one_another(length, batch, count):
    places = [Shard(number, count).places(length, batch) for number in range(1, count + 1)]
    assert [place.start for place in places] == [0, *(place.stop for place in places[:-1])]
    assert places[-1].stop == length
    assert all(place.start % batch == 0 for place in places)
    sizes = [place.stop - place.start for place in places[:-1]]
    assert not sizes or max(sizes) - min(sizes) <= batch


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/3 ", "-1/3", "a/b", "1/0"])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(DataError, match="one of 1/N to N/N was wanted"):
        Experiment("here", None, ("a",), ("cam",), ("all",), None, shard=text)


def test_more_shards_than_batches_are_refused():
    with pytest.raises(DataError, match="20 photographs are 3 batches of 8, too few for 4 shards; ask for at most 3"):
        Shard(1, 4).places(20, 8)


@torch
@pytest.mark.parametrize("pick", [None, pytest.param(2, marks=pytest.mark.slow)])
def test_merged_shards_are_the_run_without_shards(question, tmp_path, pick):
    question = replace(question, pick=pick, zero="" if pick is None else "mean")
    plain = pipeline.compare(question, tmp_path / "plain", draw=False).run
    shards = shards_of(question, tmp_path)
    assert all(verify(shard).faults == () for shard in shards)
    random.Random(4).shuffle(shards)
    merged = merge(shards, tmp_path / "merged")
    assert merged.is_complete == (pick is None)
    assert any((shard.root / "maps").exists() for shard in shards) == (pick is None)
    assert sorted(tmp_path.glob(".*")) == []
    run = pipeline.compare(question, tmp_path / "merged", draw=False).run  # the question is that of the run without
    assert results(run) == results(plain)
    questions = [json.loads((item.root / "experiment.json").read_text())["question"] for item in (run, plain)]
    assert questions[0] == questions[1]


@torch
@pytest.mark.slow
def test_annotations_are_joined_and_shards_without_any_lack_no_maps(tmp_path):
    with in_folder(tmp_path):
        question = Experiment("six_photos", "photographs", ("calm_net",), ("cam",), ("all",), None, batch=2)
        plain = pipeline.compare(question, tmp_path / "plain", draw=False).run
        merge(shards_of(question, tmp_path), tmp_path / "merged")
        run = pipeline.compare(question, tmp_path / "merged", draw=False).run
        assert results(run) == results(plain)
        assert run.has_maps("calm_net", "activation_energy")


@torch
@pytest.mark.slow
def test_photographs_that_cannot_be_used_shift_batches_and_lose_nothing(question, tmp_path):
    (tmp_path / "photos" / "01.png").write_bytes(b"no photograph")
    plain = pipeline.compare(question, tmp_path / "plain", draw=False).run
    run = merge(shards_of(question, tmp_path), tmp_path / "merged").run
    assert verify(run).faults == ()
    assert results(run)["records.parquet"] == results(plain)["records.parquet"]
    from xaesthetic.run.schemas import PREDICTIONS

    one, other = run.read(PREDICTIONS), plain.read(PREDICTIONS)
    assert one[["image", "model", "attribute"]].equals(other[["image", "model", "attribute"]])
    assert abs(one["raw"] - other["raw"]).max() < 1e-5
    maps = [item.maps("tiny_net", "cam") for item in (run, plain)]
    assert maps[0].images == maps[1].images
    assert all(abs(maps[0].of(image) - maps[1].of(image)).max() < 1e-5 for image in maps[0].images)


@torch
@pytest.mark.slow
def test_what_does_not_belong_together_is_refused(question, tmp_path):
    one, two, three = shards_of(question, tmp_path)
    out = tmp_path / "merged"
    plain = Run.create(tmp_path / "plain", question, {"models": {}})
    other = pipeline.compare(replace(question, shard="2/3", seed=1), tmp_path / "other").run
    fourth = pipeline.compare(replace(question, shard="2/2"), tmp_path / "fourth").run
    for runs, reason in (
        ([], "no shard is given"),
        ([one, plain], "plain: is no shard but a run of its own"),
        ([one, three], "shards are missing: 2/3; make them"),
        ([one, two, one, three], "is shard 1/3, as .* is; name one"),
        ([one, other, three], "other: holds another experiment: seed is 1 there and 0 here"),
        ([one, fourth, three], "fourth: is shard 2/2, .* is 1/3"),
    ):
        with pytest.raises(DataError, match=reason) as error:
            merge(runs, out)
        assert "\n" not in str(error.value)
        assert not out.exists()
    harm(two.root / "predictions.parquet", "flip", random.Random(1))
    with pytest.raises(DataError, match=r"predictions\.parquet: its sha256 .*; repair it with 'xaesthetic verify"):
        merge([one, two, three], out)
    verify(two)
    two.discard(RECORDS)
    with pytest.raises(DataError, match="is not finished; 'xaesthetic explain"):
        merge([one, two, three], out)
    assert not out.exists()


@torch
def test_photographs_that_were_changed_in_the_list_are_refused(question, tmp_path):
    shards = shards_of(question, tmp_path)
    (tmp_path / "photos" / "13.png").rename(tmp_path / "13.png")
    with pytest.raises(DataError, match="holds other photographs by now"):
        merge(shards, tmp_path / "merged")


@torch
@pytest.mark.slow
def test_a_merge_that_dies_leaves_nothing_and_begins_again(question, tmp_path, monkeypatch):
    from xaesthetic import merging
    from xaesthetic.core import files

    plain = pipeline.compare(question, tmp_path / "plain", draw=False).run
    shards = shards_of(question, tmp_path)

    def killed(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(merging, "join_maps", killed)
        patched.setattr(files, "remove", lambda path: None)  # a killed process tidies nothing
        with pytest.raises(KeyboardInterrupt):
            merge(shards, tmp_path / "merged")
    assert not (tmp_path / "merged").exists()
    run = merge(shards, tmp_path / "merged").run
    assert results(run) == results(plain)
    assert list(tmp_path.glob(".merged*")) == []
    assert merge(shards, tmp_path / "merged").run == run


@torch
@pytest.mark.slow
def test_other_versions_are_warned_of(question, tmp_path):
    shards = shards_of(question, tmp_path, 2)
    file = shards[1].root / "experiment.json"
    text = file.read_text()
    file.write_text(text.replace('"numpy": "', '"numpy": "9.'))
    from xaesthetic.core.files import write_sum

    write_sum(file)
    with pytest.warns(UserWarning, match="other versions of packages"):
        merge(shards, tmp_path / "merged")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert verify(tmp_path / "merged").faults == ()


@torch
@pytest.mark.slow
def test_the_commands(question, tmp_path, command):
    for number in (1, 2):
        options = ["--model", "tiny_net", "--method", "cam", "--attr", "light", "--quiet", "--shard", f"{number}/2"]
        assert command("compare", tmp_path / "photos", *options, "--out", tmp_path / str(number))[0] == 0
    status, out, err = command("merge", tmp_path / "2", tmp_path / "1", "--out", tmp_path / "merged")
    assert (status, out) == (0, f"{tmp_path / 'merged'}\n")
    assert "not complete yet: 'xaesthetic explain" in err
    assert command("explain", tmp_path / "merged")[0] == 0
    assert Run.open(tmp_path / "merged").is_complete()
