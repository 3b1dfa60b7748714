"""Several commands write to one folder at once, in processes of their own."""

import json
import os
import signal
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
from support.forked import begin, driver, until  # noqa: F401  # fixtures
from support.plugin_package import contents, make_photos

pytestmark = [pytest.mark.slow, pytest.mark.torch]

COMPARE = "compare --attr light --model tiny_net --method cam --pick 2 --batch 1 --report predictions --quiet --out @/run"
SLOW = {"TINY_NETS_SLEEP": "0.1"}


@pytest.fixture
def folder(tmp_path):
    make_photos(tmp_path / "a", 6, 1)
    make_photos(tmp_path / "b", 9, 2)
    return tmp_path


def result(root):
    return {name: data for name, data in contents(root).items() if not name.startswith("experiment.json")}


@pytest.mark.parametrize("number", range(2))
def test_of_two_questions_at_once_one_is_answered_and_the_other_refused(begin, folder, number):
    both = {name: begin(f"{COMPARE} --data @/{name}", **SLOW) for name in "ab"}
    ended = {name: child.wait() for name, child in both.items()}
    won = Path(json.loads((folder / "run/experiment.json").read_text())["question"]["data"]).name
    (lost,) = {"a", "b"} - {won}
    assert (ended[won][0], ended[lost][0]) == (0, 2), ended
    assert "run: holds another experiment: data is" in ended[lost][2]
    assert len(pd.read_parquet(folder / "run/records.parquet")) == {"a": 6, "b": 9}[won]
    begin(f"{COMPARE} --data @/{won} --out @/alone").wait()
    assert result(folder / "run") == result(folder / "alone")


@pytest.fixture
def paused(begin, folder):
    """One that writes, held in the middle of it."""
    first = begin(f"{COMPARE} --data @/a", **SLOW)
    until(lambda: list(folder.glob("run/parts/predict/*.done")))
    first.pause()
    assert not (folder / "run/predictions.parquet").exists()
    yield first
    with suppress(ProcessLookupError):
        first.resume()


def test_of_one_question_twice_the_second_waits_and_both_succeed(begin, folder, paused):
    second = begin(f"{COMPARE} --data @/a")
    second.heard("waiting until it has finished. Ctrl-C ends the waiting.")
    assert f"run: process {paused.pid} is rating and explaining since" in second.err.read_text()
    paused.resume()
    assert (paused.wait()[0], second.wait()[0]) == (0, 0)
    begin(f"{COMPARE} --data @/a --out @/alone").wait()
    assert result(folder / "run") == result(folder / "alone")
    assert not [name for name in contents(folder / "run") if "lock" in name]


def test_a_killed_writer_keeps_nobody_waiting(begin, folder, paused):
    second = begin(f"{COMPARE} --data @/a")
    second.heard("waiting")
    os.kill(paused.pid, signal.SIGKILL)
    assert second.wait()[0] == 0
    assert paused.wait()[0] == -signal.SIGKILL
    begin(f"{COMPARE} --data @/a --out @/alone").wait()
    assert result(folder / "run") == result(folder / "alone")


def test_whoever_waits_can_be_stopped_and_another_question_does_not_wait(begin, folder, paused):
    status, _, err = begin(f"{COMPARE} --data @/b").wait()
    assert (status, err.count("\n")) == (2, 1)
    second = begin(f"{COMPARE} --data @/a")
    second.heard("waiting")
    os.kill(second.pid, signal.SIGINT)
    status, _, err = second.wait()
    assert (status, err.splitlines()[-1]) == (130, "xaesthetic: stopped; the same command goes on where it was.")
    paused.resume()
    assert paused.wait()[0] == 0


def test_two_drawings_and_two_judgements_at_once_leave_what_one_leaves(begin, folder):
    begin(f"{COMPARE} --data @/a").wait()
    begin("score @/run --quiet").wait()
    before = contents(folder / "run")
    for name in ("summaries", "report"):
        os.rename(folder / "run" / name, folder / f"old {name}")  # noqa: PTH104
    several = [begin("score @/run --quiet"), begin("report @/run --report predictions"), begin("score @/run --quiet")]
    assert [child.wait()[0] for child in several] == [0, 0, 0]
    assert contents(folder / "run") == before


def test_readers_are_not_kept_waiting(begin, folder):
    begin(f"{COMPARE} --data @/a").wait()
    writer = begin("score @/run --faithfulness --quiet", **SLOW)
    until(lambda: (folder / "run/.lock").exists())
    writer.pause()
    assert begin("explain @/run --quiet").wait()[::2] == (0, "")
    assert (folder / "run/.lock").exists()
    writer.resume()
    os.kill(writer.pid, signal.SIGTERM)
    assert writer.wait()[0] == 143


def test_a_folder_that_cannot_be_written_to_can_be_read(begin, folder):
    begin(f"{COMPARE} --data @/a").wait()
    before = {file: file.stat().st_mtime_ns for file in (folder / "run").rglob("*")}
    assert begin("explain @/run --quiet").wait()[0] == 0
    assert {file: file.stat().st_mtime_ns for file in (folder / "run").rglob("*")} == before  # no lock came and went
