"""Real Caffe for tests: networks made by it, and its server, in the environment that `make test` has installed."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from xaesthetic.models.serving.client import Client
from xaesthetic.models.serving.engine import context

TESTS = Path(__file__).parent
CACHE = Path(os.environ.get("XAESTHETIC_TEST_CAFFE", Path(sys.prefix) / "caffe"))
"""A cache folder with an environment that `model-server start --runtime venv` would have made."""
PYTHON = CACHE / "model-servers" / "caffe-venv" / "bin" / "python"
TOKEN = "secret"


@pytest.fixture(scope="session")
def caffe_python():
    """Caffe's Python; without it nothing here can be tested, which CI does not let pass."""
    if not PYTHON.is_file():
        if os.environ.get("CI"):
            pytest.fail(f"{PYTHON} is missing: run 'make test' where a Python 3.9 is installed")
        pytest.skip(f"no {PYTHON}: install a Python 3.9, then 'make test' has this run")
    return PYTHON


def _made(python, folder, size):
    subprocess.run([python, TESTS / "pycaffe_kong.py", folder, size], check=True, cwd=TESTS)
    with np.load(folder / "wanted.npz") as archive:
        return folder, {name: archive[name] for name in archive.files}


@pytest.fixture(scope="session")
def small_kong(caffe_python, tmp_path_factory):
    """The folder with a small network's three files, and what pycaffe computes with it."""
    return _made(caffe_python, tmp_path_factory.mktemp("kong") / "small", "small")


@pytest.fixture(scope="session")
def full_kong(caffe_python, tmp_path_factory):
    """The same for a network of the published size."""
    return _made(caffe_python, tmp_path_factory.mktemp("kong") / "full", "full")


@contextmanager
def running(python, folder, kong, *options, tcp=False, script=None):
    """A server process and a client that speaks to it."""
    (folder / "token").write_text(TOKEN)
    listen = "tcp:127.0.0.1:0" if tcp else f"unix:{folder / 'socket'}"
    command = [python, "-B", script or context() / "server.py", "--name", "kong", "--listen", listen]
    command += ["--token-file", folder / "token", *options]
    command += ["--prototxt", kong / "initModel.prototxt", "--caffemodel", kong / "initModel.caffemodel"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()  # "… is ready on ADDRESS"
            assert " is ready on " in line
            yield process, Client("kong", line.split()[-1], TOKEN)
        finally:
            process.kill()


@contextmanager
def faking(folder, *options, tcp=False):
    """The same with a network of numpy, in this Python; it needs no Caffe."""
    for name in ("initModel.prototxt", "initModel.caffemodel"):
        (folder / name).touch()
    with running(sys.executable, folder, folder, *options, tcp=tcp, script=TESTS / "fake_caffe.py") as pair:
        yield pair


@pytest.fixture(scope="session")
def server(caffe_python, small_kong, tmp_path_factory):
    """A client of a server with the small network, for all tests that leave it as it was."""
    with running(caffe_python, tmp_path_factory.mktemp("s"), small_kong[0]) as (process, client):
        yield client
        assert process.poll() is None, "the server has died"


def wait(condition, seconds=30):
    """Until it holds; fails where it never does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
