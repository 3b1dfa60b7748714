"""The public names have types, and they reach whoever installs the packages."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.places import ROOT

HERE = Path(__file__).parent


def mypy(file):
    options = [
        "--strict",
        "--no-error-summary",
        "--config-file",
        ROOT / "pyproject.toml",
        "--cache-dir",
        ROOT / ".mypy_cache",
    ]
    return subprocess.run([sys.executable, "-m", "mypy", *options, file], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.slow
def test_a_type_checker_agrees_with_public_api():
    done = mypy(HERE / "public_api.py")
    assert (done.stdout, done.returncode) == ("", 0), done.stderr


@pytest.mark.slow
def test_and_would_not_agree_with_what_is_wrong(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import xaesthetic as xa\nnumber: int = xa.load_model('multigap_lite0')\n")
    done = mypy(wrong)
    assert done.returncode == 1
    assert "Incompatible types in assignment" in done.stdout


@pytest.mark.parametrize("package", ["xaesthetic", "xaesthetic_baselines", "xaesthetic_reports"])
def test_the_packages_say_that_they_have_types(package):
    assert Path(find_spec(package).origin).with_name("py.typed").is_file()
