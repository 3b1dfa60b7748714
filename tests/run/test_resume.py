"""A run that was stopped goes on where it was; one that is finished is not computed again."""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.plugin_package import batches, contents, environment, install, make_photos, plugged  # noqa: F401  # a fixture

from xaesthetic import pipeline
from xaesthetic.core import files
from xaesthetic.core.types import Experiment
from xaesthetic.run import stage as run_stage


@pytest.fixture
def experiment(tmp_path, plugged):
    photos = make_photos(tmp_path / "photos", 7)
    return Experiment(str(photos), None, ("tiny_net",), ("cam", "grad_cam"), ("light",), pick=2, batch=3)


@pytest.fixture
def compare(tmp_path, experiment):
    """Compare into a folder; how many photographs went through the network since the last time."""

    def compare(out="out"):
        before = sum(batches())
        pipeline.compare(experiment, tmp_path / out, draw=False)
        passed = sum(batches()) - before
        return passed - PROBES if passed else 0

    return compare


def result(root):
    """All files of a run but what tells who made it, and half a figure, which the next drawing leaves where it is."""
    return {name: data for name, data in contents(root).items() if not name.startswith(("experiment.json", "report/."))}


PROBES = 4 + 1 + 4
"""Pictures that the network sees: when it is loaded, when the methods are tried on it, and a photograph alone and beside its
negative."""


class Killed(BaseException):
    """The process is gone; what would tidy up after an error is switched off as well, below."""


# -- in one process ----------------------------------------------------------------------------------------------------


def test_a_second_run_computes_nothing(compare, tmp_path):
    assert compare() == 7 + 4  # all are rated, four explained
    before = contents(tmp_path / "out")
    assert compare() == 0
    assert contents(tmp_path / "out") == before


def test_equal_questions_give_equal_bytes(compare, tmp_path):
    compare("a")
    compare("b")
    assert result(tmp_path / "a") == result(tmp_path / "b")
    assert set(result(tmp_path / "a")) > {"records.parquet", "predictions.parquet"}


@pytest.mark.parametrize(
    ("lost", "again"),
    [("records.parquet", 0), ("predictions.parquet", 7), ("maps/tiny_net/cam.zarr", 4), ("maps", 4)],
)
def test_only_what_is_missing_is_computed(compare, tmp_path, lost, again):
    compare()
    before = result(tmp_path / "out")
    files.remove(tmp_path / "out" / lost)
    assert compare() == again
    assert result(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("stage", "chunk", "again"), [("predict", 0, 3), ("predict", 2, 1), ("explain", 0, 3), ("explain", 1, 1)]
)
def test_finished_chunks_are_used(compare, tmp_path, monkeypatch, stage, chunk, again):
    compare()
    before = result(tmp_path / "out")
    files.remove(tmp_path / "out" / ("predictions.parquet" if stage == "predict" else "maps"))
    with monkeypatch.context() as patched:  # dies when all chunks are done
        patched.setattr(run_stage.TableSink if stage == "predict" else run_stage.ArraySink, "finish", broken)
        with pytest.raises(Killed):
            compare()
    (tmp_path / "out" / "parts" / stage / f"{chunk:06d}.done").unlink()
    assert compare() == again
    assert result(tmp_path / "out") == before


def broken(sink, count):
    raise Killed


def test_the_lock_of_a_run_killed_while_it_was_claimed_goes(compare, tmp_path):
    compare()
    before = result(tmp_path / "out")
    files.remove(tmp_path / "out" / "records.parquet")
    (tmp_path / "out" / ".question.lock").write_text("{}")
    compare()
    assert result(tmp_path / "out") == before


def test_parts_left_by_a_run_stopped_at_its_very_end_go(compare, tmp_path):
    compare()
    before = contents(tmp_path / "out")
    (tmp_path / "out" / "parts" / "explain").mkdir(parents=True)
    assert compare() == 0
    assert contents(tmp_path / "out") == before
    assert not (tmp_path / "out" / "parts").exists()


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_a_run_killed_at_any_write_goes_on(compare, tmp_path, monkeypatch, after):
    compare("undisturbed")
    move = Path.replace
    moves = []
    for number in range(100):
        moves.clear()

        def replace(self, target, number=number):
            moves.append(move(self, target) if after or len(moves) < number else None)
            if len(moves) > number:
                raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", replace)
            patched.setattr(files, "remove", lambda path: None)  # a killed process tidies nothing
            try:
                compare(f"run {number}")
            except Killed:
                pass
            else:
                break
        compare(f"run {number}")
        assert result(tmp_path / f"run {number}") == result(tmp_path / "undisturbed")
    assert number > 9  # every table, part and sum, and what zarr writes


# -- in processes of their own -----------------------------------------------------------------------------------------

DRIVER = """
import json, os, signal, sys, time
import pyarrow.parquet, torch.fx.experimental.symbolic_shapes, zarr, xaesthetic.stages.explain  # once
import xaesthetic.cli

def run(seconds, arguments):  # a process that has `seconds` to live, if those are given; how long it lived and its status
    begun, child = time.monotonic(), os.fork()
    if child == 0:
        sys.argv = ["xaesthetic", *arguments]
        try:
            xaesthetic.cli.main()
        except SystemExit as ended:
            os._exit(ended.code or 0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return time.monotonic() - begun, status

for line in sys.stdin:
    print(json.dumps(run(*json.loads(line))), flush=True)
"""


@pytest.fixture
def compare_apart(tmp_path):
    """Compare in a process of its own into a folder, for so many seconds at most; how long it took and its exit status."""
    folder, photos = install(tmp_path / "plugins"), make_photos(tmp_path / "photos", 12)
    options = [f"--{option}" for option in ("attr=light", "method=cam", "method=grad_cam", "pick=6", "batch=2", "quiet")]
    inputs = ["--model", "tiny_net", "--data", str(photos), "--report", "predictions"]
    command, slow = [sys.executable, "-c", DRIVER], environment(folder, TINY_NETS_SLEEP="0.04")
    with subprocess.Popen(command, env=slow, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as driver:

        def compare(out, seconds=None):
            arguments = ["compare", *options, *inputs, "--out", str(tmp_path / out)]
            driver.stdin.write(json.dumps([seconds, arguments]) + "\n")
            driver.stdin.flush()
            while (said := driver.stdout.readline())[:1] != "[":
                assert said, "the driver has ended"
            return json.loads(said)

        yield compare
        driver.stdin.close()


@pytest.mark.slow
def test_a_run_killed_at_ten_random_moments_ends_with_the_same_bytes(compare_apart, tmp_path):
    assert compare_apart("undisturbed")[1] == 0
    duration, _ = compare_apart("another")
    chance = random.Random(7)
    for number in range(10):
        _, status = compare_apart(f"run {number}", duration * (number + chance.random()) / 10)
        assert status in (-signal.SIGKILL, 0)
        assert compare_apart(f"run {number}")[1] == 0
        assert result(tmp_path / f"run {number}") == result(tmp_path / "undisturbed")
