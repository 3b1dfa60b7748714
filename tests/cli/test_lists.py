"""Values in lists with commas, `-h`, `--attribute`, and what a shell completes."""

import os
import subprocess
import sys

import pytest

from tests.support.command import command as command
from xaesthetic.cli import completing
from xaesthetic.cli.lists import split_commas


def test_values_are_divided_at_commas_and_paths_are_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a,b").mkdir()
    assert split_commas(["light, content", "overall"]) == ["light", "content", "overall"]
    assert split_commas(["x,a,b,y", "mine=a,b", "a,b"]) == ["x", "a,b", "y", "mine=a,b", "a,b"]
    assert split_commas([r"warm\, soft,light"]) == ["warm, soft", "light"]
    assert split_commas(["light,,content"]) == ["light", "", "content"]
    assert split_commas([" as it is "]) == [" as it is "]
    assert split_commas(None) == split_commas(()) == []


def test_commas_divide_models_methods_and_attributes_of_a_command(command):
    status, _, said = command("compare", "--attribute", "light,content", "--model", "multigap_lite0,no_such", "--out", "run")
    assert status == 2
    assert "no_such" in said
    assert "multigap_lite0,no_such" not in said
    status, _, said = command("compare", "--attr", "light", "--method", "cam,no_such_method", "--out", "run")
    assert status == 2
    assert "no_such_method" in said
    assert "cam,no_such_method" not in said


@pytest.mark.parametrize("path", [(), ("compare",), ("table", "1"), ("data", "fetch"), ("new", "model")])
def test_h_is_help_everywhere(command, path):
    short, long = command(*path, "-h"), command(*path, "--help")
    assert short == long
    assert short[0] == 0
    assert "Usage: xaesthetic" in short[1]


def completed(words, folder):
    """What a shell gets for a line, and which heavy modules were imported for it."""
    code = (
        "import sys; sys.argv[0] = 'xaesthetic'\n"
        "from xaesthetic.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    sys.stderr.write(' '.join({'torch', 'numpy', 'pandas', 'matplotlib'} & {*sys.modules}))"
    )
    line = {"_XAESTHETIC_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **line}, capture_output=True, text=True, cwd=folder, check=False
    )
    return done.stdout.split(), done.stderr


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("xaesthetic compare --attr depth", "depth_of_field"),
        ("xaesthetic compare --attribute light,depth", "light,depth_of_field"),
        ("xaesthetic predict --model multigap_l", "multigap_lite0"),
        ("xaesthetic compare --method cam,grad_c", "cam,grad_cam"),
        ("xaesthetic report runs/m", "runs/mine"),
        ("xaesthetic score ru", "runs/mine"),
    ],
)
def test_a_shell_completes_names_and_imports_nothing_heavy(tmp_path, words, wanted):
    (tmp_path / "runs/mine").mkdir(parents=True)
    (tmp_path / "runs/mine/experiment.json").write_text("{}")
    (tmp_path / "runs/more").mkdir()
    offered, heavy = completed(words, tmp_path)
    assert wanted in offered
    assert "runs/more" not in offered
    assert heavy == ""


def test_what_cannot_be_read_completes_to_nothing():
    def broken():
        raise OSError("gone")

    assert completing.complete(broken)("a") == []
