"""Caffe without a container: a virtual environment of Python 3.9 with the wheel of a maintained fork."""

import os
import shutil
from pathlib import Path

from xaesthetic.core.errors import ServerError
from xaesthetic.core.files import sha256
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.serving.engine import context
from xaesthetic.models.serving.processes import ask, require

_INSTALL = 1800.0


def find_python(chosen: Path | None) -> Path:
    """A Python 3.9, for which the wheel was built: the one chosen, or one on the path or of pyenv.

    Raises
    ------
    ServerError
        If there is none.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    on_path = shutil.which("python3.9")
    present = [*([Path(on_path)] if on_path else []), *sorted(pyenv.glob("versions/3.9*/bin/python3.9"))]
    for python in [chosen] if chosen else present:
        if ask([str(python), "-c", "import sys, venv; sys.exit(sys.version_info[:2] != (3, 9))"])[0]:
            return python
    raise ServerError(
        f"{chosen or 'python3.9'}: no Python 3.9 is there, which Caffe's wheel wants; install one ('pyenv install 3.9', 'uv "
        "python install 3.9') and name it with --python, or use --runtime torch."
    )


def caffe_environment() -> Path:
    """The environment's Python; it need not be there yet."""
    return cached("model-servers") / "caffe-venv" / "bin" / "python"


def has_environment() -> bool:
    """Whether it is there, complete and of this version."""
    mark = caffe_environment().parents[1] / "complete"
    return mark.is_file() and mark.read_text(encoding="ascii") == sha256(context() / "requirements.txt")


def make_environment(python: Path) -> None:
    """Install Caffe into it; every wheel is checked by its sha256.

    Raises
    ------
    ServerError
        If something cannot be installed.
    """
    ours = caffe_environment()
    folder = ours.parents[1]
    shutil.rmtree(folder, ignore_errors=True)
    require([str(python), "-m", "venv", str(folder)], "the virtual environment cannot be made", _INSTALL)
    wanted = context() / "requirements.txt"
    options = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:"]
    require(
        [str(ours), "-m", "pip", "install", *options, "--requirement", str(wanted)], "Caffe cannot be installed", _INSTALL
    )
    (folder / "complete").write_text(sha256(wanted), encoding="ascii")
