"""Threads that prepare chunks in this process: how many, how far ahead, and that nothing is left of them."""

import threading

import pytest
from support.command import command  # noqa: F401  # a fixture

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution, threads
from xaesthetic.execution.local import local

CHUNKS = 30


def running():
    return [thread for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]


@pytest.mark.parametrize("workers", [0, 1, 2, 5])
def test_any_number_gives_the_chunks_in_their_order(workers):
    done = list(local(range(CHUNKS), lambda number: number * 10, lambda number, ready: number + ready, workers))
    assert done == [(number, 11 * number) for number in range(CHUNKS)]
    assert not running()


@pytest.mark.parametrize("workers", [1, 3])
def test_no_more_is_ready_than_there_are_threads_and_one(workers):
    ready, behind = set(), []

    def work(number, _):
        behind.append(len(ready) - number)
        return number

    list(local(range(CHUNKS), ready.add, work, workers))
    assert max(behind) <= workers + 1


@pytest.mark.parametrize("stage", ["prepare", "work"])
def test_an_error_ends_the_threads(stage):
    def fail(number, *_):
        if number == 3:
            raise ZeroDivisionError
        return number

    usual = lambda *_: None  # noqa: E731
    with pytest.raises(ZeroDivisionError):
        list(local(range(CHUNKS), *((fail, usual) if stage == "prepare" else (usual, fail)), 4))
    assert not running()


def test_whoever_stops_asking_leaves_no_thread():
    results = local(range(CHUNKS), lambda number: number, lambda number, ready: ready, 4)
    assert next(results) == (0, 0)
    results.close()
    assert not running()


def test_auto_is_one_a_core_and_no_more_than_sixteen(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(3)), raising=False)
    assert (threads(0), threads(7), Execution().threads) == (3, 7, 3)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(96)), raising=False)
    assert threads(0) == 16


@pytest.mark.parametrize("workers", [-1, "auto", 1.5, True])
def test_what_is_no_number_of_workers_is_refused(workers):
    made = Execution()
    with pytest.raises(DataError, match="workers are"):
        object.__setattr__(made, "workers", workers) or made.__post_init__()


@pytest.mark.parametrize("value", ["0.5", "many", "-1", "00"])
def test_the_command_refuses_what_is_no_number(command, value):
    status, out, err = command("compare", "--attr", "light", f"--workers={value}")
    assert (status, out) == (2, "")
    assert "is neither 'auto' nor a whole number from 1" in err
