"""The command in processes of its own that start in no time: forked from one that has imported everything."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.plugin_package import environment, install

_DRIVER = """
import json, os, signal, sys
import matplotlib.pyplot, pyarrow.parquet, torch.fx.experimental.symbolic_shapes, zarr
import xaesthetic.cli.commands, xaesthetic.stages.explain, xaesthetic_reports.predictions

torch.set_num_threads(1)

def begin(arguments, environment, out, err):
    child = os.fork()
    if child == 0:
        for stream, file in ((1, out), (2, err)):
            os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC), stream)
        os.environ |= environment
        sys.argv = ["xaesthetic", *arguments]
        try:
            xaesthetic.cli.main()
        except SystemExit as ended:
            os._exit(ended.code or 0)
        os._exit(99)
    return child

for line in sys.stdin:
    request = json.loads(line)
    ended = isinstance(request, int)
    print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(request, 0)[1]) if ended else begin(*request)), flush=True)
"""


_WARNINGS = "error,ignore:unclosed scandir iterator:ResourceWarning"
"""A signal may come while a folder is read."""


@dataclass
class Child:
    """A command under way."""

    driver: subprocess.Popen
    pid: int
    out: Path
    err: Path

    def wait(self):
        """Exit status, standard output and standard error."""
        return answer(self.driver, self.pid), self.out.read_text(), self.err.read_text()

    def pause(self):
        """Hold it where it is."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self):
        os.kill(self.pid, signal.SIGCONT)

    def heard(self, text, seconds=60):
        """Wait until it has said that on standard error."""
        until(lambda: text in self.err.read_text(), seconds)


def until(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def answer(driver, request):
    driver.stdin.write(json.dumps(request) + "\n")
    driver.stdin.flush()
    return json.loads(driver.stdout.readline())


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    folder = install(tmp_path_factory.mktemp("forked"))
    with subprocess.Popen(
        [sys.executable, "-c", _DRIVER], env=environment(folder, PYTHONWARNINGS=_WARNINGS), cwd=folder, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # whoever started the tests may ignore it (nohup)
    ) as process:  # fmt: skip
        yield process
        process.stdin.close()


@pytest.fixture
def begin(driver, tmp_path):
    """Start a command: words and variables of its environment."""
    count = iter(range(100))

    def begin(line, **variables):
        number = next(count)
        out, err = tmp_path / f"{number}.out", tmp_path / f"{number}.err"
        for file in (out, err):
            file.touch()
        words = [word.replace("@", str(tmp_path)) for word in line.split()]
        return Child(driver, answer(driver, [words, variables, str(out), str(err)]), out, err)

    return begin
