"""The command in processes of its own, and what it is made of."""

import ast
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from plugin_package import contents, environment, install, make_photos

import xaesthetic as xa
from xaesthetic import cli, screen

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
        assert path in (("data",), ("table",), ("model-server",)) or re.search(
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
        words = shlex.split(example)[1:]
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
        command, env=environment(folder, **more), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_an_interrupted_run_ends_quietly_and_goes_on(folder):
    make_photos(folder / "photos", 12)
    process = start(folder, f"{COMPARE} --batch 1", TINY_NETS_SLEEP="0.3")
    until = time.monotonic() + 60
    while not list(folder.glob("run/parts/predict/*.npz")) and time.monotonic() < until:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert (out, err) == ("", "")
    assert not (folder / "run" / "predictions.parquet").exists()
    assert not [name for name in contents(folder / "run") if name.endswith(".tmp")]
    assert list(folder.glob("run/parts/predict/*.npz"))
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
    assert len(result["predictions"]) == 3 * 2
    assert {row["trained"] for row in result["predictions"]} == {"trained on edits, not on ratings"}
    for name in ("attribute_grid_light.png", "attribute_grid_light.pdf", "predictions.csv"):
        assert f"run/report/{name}" in result["written"]
        assert (folder / "run" / "report" / name).stat().st_size > 0
    for model in ("multigap_lite0", "lite0_ft"):
        assert xa.Run.open(folder / "run").maps(model, "cam").values.shape == (2, 1, 10, 10)


# -- public names only -------------------------------------------------------------------------------------------------


COMMAND_FILES = [*sorted(Path(cli.__file__).parent.glob("*.py")), Path(screen.__file__)]


@pytest.mark.parametrize("file", COMMAND_FILES, ids=lambda file: file.stem)
def test_the_command_uses_public_names_only(file):
    tree = list(ast.walk(ast.parse(file.read_text())))
    plain = [(alias.name, alias.asname) for node in tree if isinstance(node, ast.Import) for alias in node.names]
    assert [pair for pair in plain if pair[0].startswith("xaesthetic")] == [("xaesthetic", "xa")]
    chosen = [node for node in tree if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xaesthetic")]
    ours = {each.stem for each in COMMAND_FILES}
    assert all({alias.name for alias in node.names} <= ours for node in chosen)
    assert {node.module for node in chosen} <= {"xaesthetic", "xaesthetic.cli"}
    used = [node for node in tree if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)]
    names = {node.attr for node in used if node.value.id == "xa"}
    quoted = [node.value for node in tree if isinstance(node, ast.Constant) and str(node.value).startswith("xa.")]
    names |= {text.removeprefix("xa.").partition(" ")[0] for text in quoted}
    assert names <= set(xa.__all__)
    assert os.sep not in "".join(names)
