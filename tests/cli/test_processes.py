"""The command in processes of its own, and what it is made of."""

import json
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest
import typer
from support.plugin_package import contents, environment, install, make_photos

import xaesthetic as xa
from xaesthetic import cli

pytestmark = pytest.mark.slow

ROOT = typer.main.get_command(cli.app)
RUN = """
import json, sys
from xaesthetic.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["xaesthetic", *arguments]
    try:
        main()
    except SystemExit as ended:
        print("ENDED", ended.code or 0, *sorted({"torch", "numpy", "matplotlib"} & set(sys.modules)))
"""


def commands(command=ROOT, path=()):
    """Every command's words and what typer made of it."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


def run(arguments, folder, **more):
    """One after the other in one process: exit status and heavy modules that are loaded by then, and all that was said."""
    code = [sys.executable, "-c", RUN, json.dumps(arguments)]
    done = subprocess.run(code, env=environment(folder), capture_output=True, text=True, cwd=folder, check=False, **more)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [line.split()[1:] for line in done.stdout.splitlines() if line.startswith("ENDED")], done.stdout


@pytest.fixture
def folder(tmp_path):
    make_photos(tmp_path / "photos", 3)
    return install(tmp_path)


COMPARE = "compare --attr light --data photos --model tiny_net --method cam --pick 1 --out run --quiet"


# -- help --------------------------------------------------------------------------------------------------------------


def test_help_of_every_command_shows_an_example_and_imports_nothing_heavy(tmp_path):
    paths = [path for path, _ in commands()]
    assert {("compare",), ("data", "list"), ("doctor",), ("train",)} < set(paths)
    ended, said = run([[*path, "--help"] for path in paths], tmp_path)
    assert ended == [["0"]] * len(paths)
    for path, text in zip(paths, said.split("ENDED"), strict=False):
        example = " ".join(["xaesthetic", *path])
        assert path in (("data",), ("table",), ("model-server",), ("new",), ("annotations",)) or re.search(
            rf"^(?!Usage).*\b{example}\b", text, re.MULTILINE
        ), path


@pytest.mark.parametrize(
    ("path", "command"), list(commands()), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_the_examples_can_be_run(path, command):
    lines = [line.strip() for line in (command.epilog or "").splitlines()]
    examples = [line for line in lines if line.startswith("xaesthetic ")]
    assert examples or hasattr(command, "commands")
    for example in examples:
        words = ROOT.spelled(shlex.split(example)[1:])
        assert tuple(words[: len(path)]) == path
        command.make_context(words[0], words[len(path) :])  # raises where an option is not there


# -- without torch -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_there_costs_no_torch(folder):
    first, _ = run([shlex.split(COMPARE)], folder)
    assert first == [["0", "matplotlib", "numpy", "torch"]]
    before = contents(folder / "run")
    again = [COMPARE, "report run --scale shared", "report run", "list", "data list", "explain run"]
    ended, _ = run([shlex.split(line) for line in again], folder)
    assert ended == [["0", "matplotlib", "numpy"]] * len(again)
    assert contents(folder / "run") == before


# -- stopped, refused, on its own --------------------------------------------------------------------------------------


def start(folder, line, **more):
    command = [sys.executable, "-c", "from xaesthetic.cli import main; main()", *shlex.split(line)]
    return subprocess.Popen(
        command, env=environment(folder, **more), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # whoever started the tests may ignore it (nohup)
    )  # fmt: skip


@pytest.mark.slow
def test_an_interrupted_run_says_that_it_goes_on_and_does(folder):
    make_photos(folder / "photos", 12)
    process = start(folder, f"{COMPARE} --batch 1", TINY_NETS_SLEEP="0.3")
    until = time.monotonic() + 60
    while not list(folder.glob("run/parts/predict/*.done")) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert (out, err) == ("", "xaesthetic: stopped; the same command goes on where it was.\n")
    assert not (folder / "run" / "predictions.parquet").exists()
    assert not [name for name in contents(folder / "run") if name.endswith(".tmp")]
    assert list(folder.glob("run/parts/predict/*.done"))
    process = start(folder, f"{COMPARE} --batch 1")
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0


def test_an_error_is_one_line_without_traceback(folder):
    process = start(folder, COMPARE.replace("photos", "nowhere/photos"))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err == "xaesthetic: nowhere/photos: there is no such folder.\n"


@pytest.mark.slow
def test_the_embedded_models_compare_photographs(folder):
    process = start(folder, "compare --attr light --data photos --pick 1 --out run --json")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    result = json.loads(out)
    assert len(result["predictions"]) == 3 * 3
    assert {row["trained"] for row in result["predictions"]} == {
        "trained on people's ratings and on edits (research use, PARA)",
        "trained on edits, not on ratings",
    }
    for name in ("attribute_grid_light.png", "attribute_grid_light.pdf", "predictions.csv"):
        assert f"run/report/{name}" in result["written"]
        assert (folder / "run" / "report" / name).stat().st_size > 0
    for model, side in (("multigap_lite0", 7), ("lite0_ft", 7), ("multigap_lite0_edits", 10)):
        maps = xa.Run.open(folder / "run").maps(model, "cam")
        assert (len(maps.images), len(maps.attributes), maps.grid) == (2, 1, (side, side))
