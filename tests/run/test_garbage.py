"""What nothing references is freed; all else stays as it is."""

import shutil

import pytest
from support.hand_run import hand_run
from support.plugin_package import contents

from xaesthetic.core.errors import DataError
from xaesthetic.core.locks import hold
from xaesthetic.run.garbage import collect_garbage
from xaesthetic.run.verify import find_faults

GARBAGE = {
    ".predictions.parquet.0123abcd.tmp": "half-written",
    "maps/one/.cam.zarr.0123abcd.tmp/c/0": "half-written",
    "summaries/.ranks.parquet.00000000.tmp": "half-written",
    "maps/one/cam.zarr/c/0/0/0/0.1f.partial": "half-written",
    "maps/one/grad_cam.zarr/zarr.json": "not of the question",
    "maps/one/grad_cam.zarr.sha256": "not of the question",
    "maps/three/cam.zarr/zarr.json": "not of the question",
    "maps/three/cam.zarr.sha256": "not of the question",
    "parts/explain/plan.json": "chunks of a finished stage",
    "parts/old/000000.parquet": "chunks of no stage",
    "nothing.parquet.sha256": "the sum of no file",
}
STAYS = ("parts/edits/plan.json", "edits.parquet.sha256", "mine.txt", "parts/scores/1/plan.json", "maps/one/readme.txt")


def fill(root, names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("12345")


@pytest.fixture
def run(tmp_path):
    run = hand_run(tmp_path / "run", 3, scored=False)
    shutil.rmtree(run.parts)
    fill(run.root, STAYS)
    return run


def test_what_nothing_references_is_freed_and_all_else_stays(run):
    before = contents(run.root)
    fill(run.root, GARBAGE)
    everything = contents(run.root)
    named = collect_garbage(run, dry=True)
    assert contents(run.root) == everything
    assert collect_garbage(run) == named
    assert contents(run.root) == before
    assert not (run.root / "maps" / "three").exists()
    assert sum(item.size for item in named) == 5 * len(GARBAGE)
    for path, reason in GARBAGE.items():
        assert any(path.startswith(item.path) and item.reason == reason for item in named), path
    assert collect_garbage(run) == ()


def test_garbage_is_no_fault(run):
    (run.root / "edits.parquet.sha256").unlink()
    fill(run.root, GARBAGE)
    assert find_faults(run.root) == ()


def test_chunks_of_a_run_that_is_not_finished_stay(run):
    fill(run.root, ["parts/explain/plan.json"])
    shutil.rmtree(run.maps_folder("one", "cam"))
    assert collect_garbage(run) == ()


@pytest.mark.parametrize("lock", [".lock", ".summaries.lock", ".report.lock", ".question.lock"])
def test_nothing_is_touched_while_somebody_writes(run, lock):
    fill(run.root, GARBAGE)
    with hold(run.root / lock, "rating"):
        before = contents(run.root)
        with pytest.raises(DataError, match="is rating since .*try again"):
            collect_garbage(run)
        assert contents(run.root) == before


def test_the_command_prints_bytes_a_line_and_goes_on_with_other_runs(run, command):
    fill(run.root, [".predictions.parquet.0123abcd.tmp"])
    line = f"           5 bytes  {run.root}/.predictions.parquet.0123abcd.tmp (half-written)"
    assert command("gc", run.root, "--dry-run")[:2] == (0, f"{line}\n           5 bytes would be freed\n")
    status, out, err = command("gc", run.root / "nowhere", run.root)
    assert (status, out) == (2, f"{line}\n           5 bytes freed\n")
    assert err.count("\n") == 1
    assert "no run folder" in err
    assert command("gc", run.root)[:2] == (0, "           0 bytes freed\n")
