"""The command with `--engine ray`: what it says, that nothing of it stays, and that it goes on."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from support.forked import until
from support.plugin_package import contents, environment, install, make_photos
from support.workers import processes, skip_without_ray

skip_without_ray()
pytestmark = [pytest.mark.slow, pytest.mark.torch]
COMPARE = "compare --attr light --data p --model tiny_net --method cam --pick 2 --batch 1 --report predictions --quiet"
MAIN = "from xaesthetic.cli import main; main()"


@pytest.fixture
def place():
    """A temporary folder whose name is short: Ray makes sockets in it."""
    with tempfile.TemporaryDirectory(prefix="t", dir="/tmp") as folder:
        yield folder


@pytest.fixture
def start(tmp_path, place):
    """Start a command in a process of its own, in a folder with four photographs."""
    install(tmp_path)
    make_photos(tmp_path / "p", 4)

    def start(line, **more):
        plain = {"PYTHONWARNINGS": "", "OMP_NUM_THREADS": "1", "TMPDIR": place}
        return subprocess.Popen(
            [sys.executable, "-c", MAIN, *line.split()], env=environment(tmp_path, **plain, **more), cwd=tmp_path,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    return start


def result(root):
    left = ("experiment.json", "report/.")
    return {name: data for name, data in contents(root).items() if not name.startswith(left)}


def test_a_signal_ends_workers_too_and_any_engine_goes_on(start, place, tmp_path):
    with start(f"{COMPARE} --out run --engine ray", TINY_NETS_SLEEP="0.5") as process:
        until(lambda: list(tmp_path.glob("run/parts/predict/*.done")))
        assert len(processes(place)) > 3  # it, and those of Ray
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (143, "")
    assert err == "xaesthetic: stopped by SIGTERM; the same command goes on where it was.\n"
    assert list(Path(place).iterdir()) == []
    until(lambda: not processes(place), 20)
    for line in ("--out run", "--out undisturbed"):
        with start(f"{COMPARE} {line}") as process:
            _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, "")
    assert result(tmp_path / "run") == result(tmp_path / "undisturbed")


def test_no_cluster_at_an_address_is_said_in_a_line(start):
    with start(f"{COMPARE} --out run --engine ray --address 127.0.0.1:1") as process:
        out, err = process.communicate(timeout=100)
    assert (process.returncode, out) == (2, "")
    assert err.startswith("xaesthetic: ray: no cluster at 127.0.0.1:1 (")
    assert err.count("\n") == 1
