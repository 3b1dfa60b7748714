"""Every damage of a run is found and repaired, to the bytes of an undisturbed one; what cannot be is said.

python tests/test_repairing.py 100      counts what becomes of 100 damages of one file each
"""

import random
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # where it is run by hand

from support.damaged import harm, in_folder, kept, make_run, restore
from support.plugin_package import contents

from xaesthetic.core.errors import DataError
from xaesthetic.repairing import verify
from xaesthetic.run import arrays
from xaesthetic.run.schemas import LEFT_OUT
from xaesthetic.run.store import Run
from xaesthetic.run.verify import find_faults
from xaesthetic.stages import predict
from xaesthetic.stages.redo import redo_chunks

pytestmark = pytest.mark.torch
KINDS = ("flip", "flip", "cut", "gone")


@contextmanager
def small_shards():
    """Shards of one batch in arrays of three attributes, of several in those of two."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(arrays, "SHARD", 512)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run with maps of all photographs, and its bytes."""
    folder = tmp_path_factory.mktemp("whole")
    with in_folder(folder), small_shards():
        root = make_run(folder / "run").root
        yield root, kept(root)


@pytest.fixture
def root(whole):
    folder, files = whole
    yield folder
    restore(folder, files)


def test_a_whole_run_has_no_faults_and_nothing_is_written(root):
    before = contents(root)
    verdict = verify(root)
    assert (verdict.faults, verdict.left, verdict.changed) == ((), (), {})
    assert contents(root) == before


SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in ("cut", "gone")]


@pytest.mark.parametrize("kind", ["flip", *SLOW])
@pytest.mark.parametrize(
    "name",
    [
        *(
            "predictions.parquet",
            "records.parquet",
            "annotations.parquet",
            "scores.parquet",
            "summaries/leaderboard.parquet",
        ),
        *("maps/calm_net/cam.zarr/c/1/0/0/0", "maps/calm_net/cam.zarr/zarr.json", "maps/wild_net/cam.zarr.sha256"),
        *("predictions.parquet.sha256", "experiment.json.sha256"),
    ],
)
def test_a_damaged_file_is_found_and_repaired_to_the_same_bytes(root, whole, name, kind):
    harm(root / name, kind, random.Random(3))
    verdict = verify(root)
    assert verdict.faults[0].path.startswith(name.removesuffix(".sha256"))
    assert verdict.left == ()
    assert kept(root) == whole[1]


def test_only_the_chunk_that_is_damaged_is_computed(root, whole, monkeypatch):
    done = []
    from xaesthetic.stages import _passes

    load = _passes.load_squashed
    monkeypatch.setattr(_passes, "load_squashed", lambda record, **how: done.append(record.id) or load(record, **how))
    harm(root / "maps/calm_net/cam.zarr/c/1/0/0/0", "flip", random.Random(1))
    assert verify(root).left == ()
    assert done == ["p2", "p3"]
    assert kept(root) == whole[1]


@pytest.mark.slow
def test_an_array_that_is_gone_altogether_is_made_again(root, whole):
    shutil.rmtree(root / "maps" / "wild_net" / "cam.zarr")
    (root / "maps" / "wild_net" / "cam.zarr.sha256").unlink()
    assert [str(fault) for fault in find_faults(root)] == ["maps/wild_net/cam.zarr: is missing"]
    assert verify(root).left == ()
    assert kept(root) == whole[1]


@pytest.mark.slow
def test_several_damages_at_once(root, whole):
    chance = random.Random(5)
    for name in ("records.parquet", "predictions.parquet.sha256", "scores.parquet", "maps/wild_net/cam.zarr/zarr.json"):
        harm(root / name, "flip", chance)
    harm(root / "experiment.json", "flip", chance)
    assert len(verify(root, repair=False).left) >= 1
    assert verify(root).left == ()
    assert kept(root) == whole[1]


def test_a_rating_that_is_missing_is_noticed_whatever_the_sums_say(root):
    run = Run.open(root)
    from xaesthetic.run.schemas import PREDICTIONS

    run.write(PREDICTIONS, run.read(PREDICTIONS).iloc[:-1])
    (fault,) = find_faults(root)
    assert "predictions.parquet: 6 of 7 photographs have a rating of " in str(fault)


def test_a_question_that_is_gone_cannot_be_recovered_and_that_is_said(root, whole):
    (root / "experiment.json").unlink()
    verdict = verify(root)
    assert [fault.path for fault in verdict.left] == ["experiment.json"]
    assert "nothing else holds the question" in verdict.reasons["experiment.json"]


def test_a_photograph_that_was_changed_is_named_and_its_maps_stay_damaged(root, whole):
    photograph = root.parent / "photographs" / "p3.ppm"
    before = photograph.read_bytes()
    photograph.write_bytes(before[:-1] + b"x")
    assert "p3.ppm: was changed since the run" in verify(root).changed["p3"]
    for chunk in (0, 1):
        harm(root / f"maps/calm_net/cam.zarr/c/{chunk}/0/0/0", "flip", random.Random(1))
    harm(root / "maps/wild_net/cam.zarr/c/0/0/0/0", "flip", random.Random(1))
    verdict = verify(root)
    assert {fault.path.split("/")[1] for fault in verdict.left} == {"calm_net"}
    assert all("p3 was changed" in reason for reason in verdict.reasons.values())
    photograph.write_bytes(before)
    assert verify(root).left == ()
    assert kept(root) == whole[1]


@pytest.mark.slow
def test_a_repair_that_is_killed_ends_with_the_same_bytes(root, whole, monkeypatch):
    from xaesthetic.stages import redo

    def killed(*arguments):
        with monkeypatch.context() as patched:
            patched.setattr("xaesthetic.stages._passes.pass_records", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            redo_chunks(*arguments)

    harm(root / "maps/calm_net/cam.zarr/c/1/0/0/0", "flip", random.Random(1))
    with monkeypatch.context() as patched:
        patched.setattr(redo, "redo_chunks", killed)
        with pytest.raises(KeyboardInterrupt):
            verify(root)
    assert not (root / "maps/calm_net/cam.zarr").exists()
    assert verify(root).left == ()
    assert kept(root) == whole[1]


@pytest.mark.slow
def test_who_was_left_out_is_known_again(tmp_path, monkeypatch):
    with in_folder(tmp_path):
        rate = predict.pass_records

        def lose_one(*arguments):
            (tmp_path / "photographs" / "p3.ppm").write_bytes(b"gone bad")
            rate(*arguments)

        monkeypatch.setattr(predict, "pass_records", lose_one)
        run = make_run(tmp_path / "run")
        before = kept(run.root)
        assert list(run.read(LEFT_OUT)["image"]) == ["p3"]
        for name in ("left_out.parquet", "maps/calm_net/cam.zarr/c/1/0/0/0", "predictions.parquet"):
            harm(run.root / name, "flip", random.Random(2))
            assert verify(run).left == ()
            assert kept(run.root) == before


def test_the_command_says_one_line_a_fault_and_its_status(root, whole, command, monkeypatch):
    monkeypatch.chdir(root.parent)
    harm(root / "scores.parquet", "cut", random.Random(1))
    status, out, _ = command("verify", root, "--no-repair", "--quiet")
    assert (status, out.splitlines()[0]) == (1, "scores.parquet: its sha256 is not the one that stands beside it")
    status, out, _ = command("verify", root, "--quiet")
    assert status == 0
    assert out.splitlines()[-1] == f"{root}: 1 fault, 1 repaired, 0 left"
    status, out, _ = command("verify", root, "--quiet")
    assert (status, out) == (0, f"{root}: whole\n")
    with pytest.raises(DataError, match="no run folder"):
        verify(root.parent / "nowhere")


def outcome(root, files, seed):
    """Damage one file; the faults that are left and files that differ after the repair."""
    chance = random.Random(seed)
    name = chance.choice(sorted(files))
    kind = chance.choice(("flip",) if name == "experiment.json" else KINDS)
    try:
        harm(root / name, kind, chance)
        verdict = verify(root, photographs=False)
        now = kept(root)
        wrong = [other for other in {*now, *files} if now.get(other) != files.get(other)]
    finally:
        restore(root, files)
    return (name, kind, bool(verdict.faults), verdict.left, wrong)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_a_random_damage_is_repaired(whole, seed):
    assert outcome(*whole, seed)[2:] == (True, (), [])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, in_folder(Path(name)), small_shards():
        run = make_run(Path(name) / "run")
        base = kept(run.root)
        results = [outcome(run.root, base, seed) for seed in range(int(sys.argv[1]))]
        bad = [result for result in results if result[2:] != (True, (), [])]
        print(f"{len(results)} damages, {len(bad)} not repaired", *bad, sep="\n")
