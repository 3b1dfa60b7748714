"""One writer at a time, in processes of their own."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from threading import Event, Thread

import pytest

from xaesthetic.core import locks
from xaesthetic.core.errors import DataError
from xaesthetic.core.locks import hold

HOLDER = """
import sys
from pathlib import Path
from xaesthetic.core.locks import hold
with hold(Path(sys.argv[1]), "counting sheep"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds tmp_path/run/.lock until it gets a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "run/.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_whoever_does_not_wait_hears_who_holds_it(tmp_path, holder):
    who = rf"run: process {holder.pid} is counting sheep since .*\(-c .*run/.lock\)"
    with pytest.raises(DataError, match=who), hold(tmp_path / "run/.lock", "shearing", wait=False):
        pytest.fail("two hold it")


def test_whoever_waits_says_so_and_goes_on(tmp_path, holder):
    said, entered = [], Event()

    def wait():
        with hold(tmp_path / "run/.lock", "shearing", said.append):
            entered.set()

    thread = Thread(target=wait)
    thread.start()
    assert not entered.wait(0.3)
    assert [f"process {holder.pid} is counting sheep" in line and "Ctrl-C" in line for line in said] == [True]
    holder.communicate("go\n")
    assert entered.wait(20)
    thread.join()
    assert list((tmp_path / "run").iterdir()) == []  # the file goes with the lock


def test_a_killed_holder_holds_nothing(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert (tmp_path / "run/.lock").is_file()
    with hold(tmp_path / "run/.lock", "shearing", wait=False):
        assert "shearing" in (tmp_path / "run/.lock").read_text()


def test_many_threads_enter_one_after_the_other(tmp_path):
    inside, most = [], []

    def enter(number):
        for _ in range(20):
            with hold(tmp_path / ".lock", "adding", lambda line: None):
                inside.append(number)
                most.append(len(inside))
                inside.remove(number)

    threads = [Thread(target=enter, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 160


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="file: cannot be written"), hold(tmp_path / "file/.lock", "writing"):
        pytest.fail("held")


def test_where_there_are_no_locks_that_is_said_and_the_work_goes_on(tmp_path, monkeypatch):
    def flock(descriptor, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    said, done = [], []
    with hold(tmp_path / ".lock", "writing", said.append):
        done.append(True)
    assert done
    assert said == [
        f"{tmp_path}: cannot be locked there (No locks available); see that nothing else writes to it meanwhile."
    ]
    assert list(tmp_path.iterdir()) == []


class Ended(BaseException):
    """As when a signal comes."""


@pytest.mark.parametrize("moment", ["while it is described", "before it is known"])
def test_nothing_is_left_where_an_end_comes_between_two_steps(tmp_path, monkeypatch, moment):
    def end(*_):
        raise Ended

    def taken_and_ended(*args):
        take(*args)
        raise Ended

    take = locks._take
    if moment == "before it is known":
        monkeypatch.setattr(locks, "_take", taken_and_ended)
    else:
        monkeypatch.setattr(locks.os, "pwrite", end)
    with pytest.raises(Ended), hold(tmp_path / ".lock", "writing"):
        pytest.fail("the lock was taken")
    assert list(tmp_path.iterdir()) == []


def test_an_end_while_waiting_leaves_the_holders_lock(tmp_path, holder):
    def end(_):
        raise Ended

    with pytest.raises(Ended), hold(tmp_path / "run/.lock", "shearing", end):
        pytest.fail("two hold it")
    assert (tmp_path / "run/.lock").exists()
    assert holder.poll() is None
