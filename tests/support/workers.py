"""Workers of Ray's on this machine, the same ones for all tests of a file."""

import importlib.util
from contextlib import suppress
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def engine():
    """An engine with a cluster of its own."""
    from xaesthetic.execution.ray import RayEngine

    with RayEngine() as engine:
        yield engine


def skip_without_ray():
    """Skip a whole file; Ray itself is not imported."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip("the extra ray is not installed", allow_module_level=True)


def processes(place):
    """The ids of processes that were begun with this temporary folder."""
    wanted, ids = f"TMPDIR={place}\0".encode(), []
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has ended
            if wanted in file.read_bytes():
                ids.append(int(file.parent.name))
    return ids
