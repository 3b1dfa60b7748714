"""A full disk, a quota, a mount that has gone: one line, and the same command goes on to the same bytes."""

import errno
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from support.plugin_package import contents

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.run.schemas import Table, columns
from xaesthetic.run.stage import ArraySink, TableSink, batches, compute

NUMBERS = Table("numbers", columns("name text | square float"), "xaesthetic nothing")
ERRORS = ("ENOSPC", "EDQUOT", "ESTALE", "EIO", "ENOENT", "EROFS")
GOES_ON = "the same command goes on where it was."


def squares(folder, before=lambda number: None, size=4):
    """A small stage with both kinds of sinks; something may happen before a chunk is worked on."""
    chunks = batches(tuple(range(11)), 3)

    def work(chunk, number):
        before(number)
        rows = [(str(n), float(n**2)) for n in chunk]
        return {"table": rows, "array": np.random.default_rng(number).normal(size=(len(chunk), 1, size, size)).astype("f4")}

    sinks = {
        "table": TableSink(NUMBERS, folder / "numbers.parquet", folder / "parts" / "squares"),
        "array": ArraySink(folder / "array.zarr", folder / "parts" / "squares", tuple(map(len, chunks))),
    }
    compute(folder / "parts", "squares", chunks, work, sinks, Execution(), lambda chunk: chunk[0])


def failing(function, after, number):
    """Fail from the `after`-th call on."""
    calls = []

    def fail(*arguments, **more):
        calls.append(arguments)
        if len(calls) > after:
            raise OSError(number, os.strerror(number))
        return function(*arguments, **more)

    return fail


PLACES = {"fsync": os, "replace": Path, "touch": Path}


@pytest.mark.parametrize(
    ("name", "place", "after"),
    [*((name, "replace", 3) for name in ERRORS), *(("ENOSPC", place, after) for place in PLACES for after in (0, 2))],
)
def test_a_write_that_fails_is_one_line_and_the_stage_goes_on(tmp_path, monkeypatch, name, place, after):
    squares(tmp_path / "plain")
    number, owner = getattr(errno, name), PLACES[place]
    with monkeypatch.context() as patched:
        patched.setattr(owner, place, failing(getattr(owner, place), after, number))
        with pytest.raises(DataError) as error:
            squares(tmp_path / "other")
    said = str(error.value)
    assert "\n" not in said
    assert f"cannot be written ({os.strerror(number)}); " in said
    assert said.endswith(GOES_ON) == (name != "EROFS")
    squares(tmp_path / "other")
    assert contents(tmp_path / "other") == contents(tmp_path / "plain")


@pytest.mark.parametrize("again", [False, True])
def test_a_folder_that_has_gone_is_not_made_anew(tmp_path, again):
    squares(tmp_path / "plain")
    run, away = tmp_path / "run", tmp_path / "away"

    def go(number):
        if number == 6:
            run.rename(away)
            if again:  # what the mount had hidden
                (run / "parts" / "squares").mkdir(parents=True)

    with pytest.raises(DataError, match="see that the folder is mounted; the same command goes on"):
        squares(run, go)
    assert not any(path.is_file() for path in run.rglob("*"))
    if again:
        for folder in (run / "parts" / "squares", run / "parts", run):
            folder.rmdir()
    away.rename(run)
    squares(run)
    assert contents(run) == contents(tmp_path / "plain")


@pytest.fixture
def disk(tmp_path):
    """A disk of 32 kB, and how to make it larger."""
    mount = tmp_path / "disk"
    mount.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", mount], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
    yield mount, lambda: subprocess.run(["mount", "-o", "remount,size=8m", mount], check=True)
    subprocess.run(["umount", "-l", mount], check=True)


@pytest.mark.slow
def test_a_stage_on_a_full_disk_goes_on_when_there_is_room(tmp_path, disk):
    mount, enlarge = disk
    squares(tmp_path / "plain", size=40)
    with pytest.raises(DataError, match=r"No space left on device\); make room or .*; the same command goes on") as error:
        squares(mount / "run", size=40)
    assert "\n" not in str(error.value)
    enlarge()
    squares(mount / "run", size=40)
    assert contents(mount / "run") == contents(tmp_path / "plain")
