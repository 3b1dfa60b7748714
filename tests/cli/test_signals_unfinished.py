"""A signal that comes while a module is imported ends the process at once: nothing half-written is left, and no lock."""

import os
import signal
import subprocess
import sys

import pytest

from xaesthetic.core.locks import hold

IMPORTS = """
import sys
from pathlib import Path

from xaesthetic.cli.signals import stopping
from xaesthetic.core.files import atomic_write
from xaesthetic.core.locks import hold

with stopping(), hold(Path("run/.lock"), "writing"), atomic_write(Path("run/table")) as temporary:
    temporary.write_text("half")
    sys.path.insert(0, ".")
    import slow
"""
WAITS = """
from pathlib import Path

from xaesthetic.cli.signals import stopping
from xaesthetic.core.locks import hold

def wait(line):
    print(line, flush=True)
    import slow

with stopping(), hold(Path("run/.lock"), "writing", wait):
    pass
"""
SLOW = "import time\nprint('importing', flush=True)\ntime.sleep(60)\n"


def stopped(folder, code):
    (folder / "slow.py").write_text(SLOW)
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.path.insert(0, '.')\n" + code], cwd=folder, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # fmt: skip
        while process.stdout.readline() not in ("importing\n", ""):
            pass
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM, err
    return sorted(path.name for path in (folder / "run").iterdir())


def test_nothing_half_written_and_no_lock_is_left(tmp_path):
    assert stopped(tmp_path, IMPORTS) == []


@pytest.mark.parametrize("written", ["another's", "nothing yet"])
def test_another_ones_lock_stays(tmp_path, written):
    file = tmp_path / "run" / ".lock"
    with hold(file, "writing"):
        if written == "nothing yet":
            os.truncate(file, 0)
        assert stopped(tmp_path, WAITS) == [".lock"]
