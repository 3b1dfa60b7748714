"""Signals at several moments: the command says that it goes on, and then it does, to the same bytes."""

import os
import signal
import subprocess
import sys

import pytest
from support.forked import begin, driver, until  # noqa: F401  # fixtures
from support.plugin_package import contents, environment, install, make_photos

pytestmark = [pytest.mark.slow, pytest.mark.torch]

COMPARE = "compare --attr light --data @/p --model tiny_net --method cam --pick 3 --batch 1 --report predictions --quiet"
MOMENTS = {
    "at once": "run",
    "rating": "run/parts/predict/*.done",
    "explaining": "run/parts/explain/*.done",
    "end": "run/maps/*",
}
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def result(root):
    left = ("experiment.json", "report/.")
    return {name: data for name, data in contents(root).items() if not name.startswith(left)}


@pytest.mark.parametrize(
    ("number", "moment"),
    [*((signal.SIGTERM, moment) for moment in MOMENTS), (signal.SIGINT, "rating"), (signal.SIGHUP, "explaining")],
)
def test_a_signal_ends_it_and_the_same_command_goes_on(begin, tmp_path, number, moment):
    make_photos(tmp_path / "p", 6)
    child = begin(f"{COMPARE} --out @/run", TINY_NETS_SLEEP="0.1")
    until(lambda: list(tmp_path.glob(MOMENTS[moment])))
    os.kill(child.pid, number)
    status, out, err = child.wait()
    assert (status, out) == (STATUS[number], ""), err
    by = "" if number == signal.SIGINT else f" by {number.name}"
    assert err == f"xaesthetic: stopped{by}; the same command goes on where it was.\n"
    assert not [name for name in contents(tmp_path / "run") if name.endswith(("tmp", "lock"))]
    assert begin(f"{COMPARE} --out @/run").wait()[0] == 0
    assert begin(f"{COMPARE} --out @/undisturbed").wait()[0] == 0
    assert result(tmp_path / "run") == result(tmp_path / "undisturbed")


SLOW_IMPORT = """
import time
print("importing", flush=True)
try:
    time.sleep(60)
except BaseException as error:
    raise ImportError("initialization failed") from error
"""
MAIN = "from xaesthetic.cli import main; main()"


def start(folder, line, *before, **more):
    return subprocess.Popen(
        [*before, sys.executable, "-c", MAIN, *line.split()], env=environment(folder, **more), cwd=folder, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


@pytest.mark.parametrize("number", STATUS)
def test_a_signal_while_something_is_imported_is_no_broken_installation(tmp_path, number):
    install(tmp_path)
    (tmp_path / "tiny_nets" / "tiny_net.py").write_text(SLOW_IMPORT)
    make_photos(tmp_path / "p", 1)
    with start(tmp_path, "compare --attr light --data p --model tiny_net --out run") as process:
        assert process.stdout.readline() == "importing\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (STATUS[number], "")
    assert err.startswith("xaesthetic: stopped")
    assert err.count("\n") == 1


def test_a_signal_that_is_ignored_stays_ignored(tmp_path):
    install(tmp_path)
    (tmp_path / "tiny_nets" / "tiny_net.py").write_text(SLOW_IMPORT.replace("60", "1") + "raise ImportError('went on')\n")
    make_photos(tmp_path / "p", 1)
    with start(tmp_path, "compare --attr light --data p --model tiny_net --out run", "nohup") as process:
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGHUP)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "went on" in err


def test_a_reader_that_leaves_ends_it_quietly(tmp_path):
    with start(install(tmp_path), "list") as process:
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 141


def test_names_go_to_a_stream_that_has_no_letters_for_them(tmp_path):
    make_photos(tmp_path / "p", 1)
    (tmp_path / "p" / "00.png").rename(tmp_path / "p" / "日本é.png")
    with start(install(tmp_path), "predict p --model tiny_net --attr light", PYTHONIOENCODING="cp1252") as process:
        out, err = process.stdout.buffer.read().decode("cp1252"), process.stderr.buffer.read().decode("cp1252")
    assert process.returncode == 0, err
    assert r"\u65e5\u672cé.png" in out
