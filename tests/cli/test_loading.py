import os
import pty
import subprocess
import sys

import pytest

CODE = """
import sys
sys.path.insert(0, {folder!r})
from xaesthetic.cli.loading import announce_torch
announce_torch(sys.argv)
import json.tool
sys.stderr.write("before ")
import torch
sys.stderr.write("after")
"""


def said(folder, *arguments, terminal=True):
    """What is said while a module that is called torch is loaded."""
    (folder / "torch.py").write_text("")
    main, side = pty.openpty()
    code = [sys.executable, "-c", CODE.format(folder=str(folder)), *arguments]
    with subprocess.Popen(code, stderr=side if terminal else subprocess.PIPE) as process:
        os.close(side)
        text = b"" if terminal else process.stderr.read()
        while terminal and (block := _read(main)):
            text += block
    os.close(main)
    return text.decode().replace("\r", "")


def _read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:  # the other side is closed
        return b""


def test_a_terminal_says_once_that_torch_is_loaded(tmp_path):
    assert said(tmp_path) == "before loading torch …\nafter"


@pytest.mark.parametrize("quiet", ["--quiet", "--json"])
def test_nothing_is_said_where_that_is_wanted(tmp_path, quiet):
    assert said(tmp_path, quiet) == "before after"


def test_nothing_is_said_into_a_file(tmp_path):
    assert said(tmp_path, terminal=False) == "before after"
