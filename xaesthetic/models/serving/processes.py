"""Starts programs, and asks them to stop; the only place that does."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from xaesthetic.core.errors import ServerError
from xaesthetic.models.serving.served import is_running

_LINES = 3


def ask(command: Sequence[str], timeout: float = 60.0) -> tuple[bool, str]:
    """Run a program to its end: whether it succeeded, and what it said, without what surrounds it."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return False, str(error)
    return done.returncode == 0, done.stdout.decode(errors="replace").strip()


def require(command: Sequence[str], what: str, timeout: float = 60.0) -> str:
    """Run a program that must succeed.

    Raises
    ------
    ServerError
        If it does not; tells its last lines.
    """
    done, said = ask(command, timeout)
    if not done:
        raise ServerError(f"{what}: {last_lines(said)}")
    return said


def last_lines(text: str) -> str:
    """The end of what a program said, in one line."""
    result = [line.strip() for line in text.splitlines() if line.strip()]
    return " / ".join(result[-_LINES:])[-600:] or "it said nothing"


def start(command: Sequence[str], log: Path) -> str:
    """Start a program that outlives us, and give its process id; what it prints goes into `log`."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)
    process.returncode = 0  # it is meant to go on: nobody waits for it
    return str(process.pid)


def stop(process: str, mark: str, patience: float = 10.0) -> None:
    """Ask a process to stop, and end it where it does not; only if its command line holds `mark`, ids being reused."""
    if not _is_ours(process, mark):
        return
    os.kill(int(process), signal.SIGTERM)
    end = time.monotonic() + patience
    while is_running(process) and time.monotonic() < end:
        time.sleep(0.05)
    if is_running(process) and _is_ours(process, mark):
        os.kill(int(process), signal.SIGKILL)


def _is_ours(process: str, mark: str) -> bool:
    if not is_running(process):
        return False
    if Path("/proc/self/cmdline").exists():
        return mark.encode() in Path(f"/proc/{process}/cmdline").read_bytes()
    return mark in ask(["/bin/ps", "-p", process, "-o", "args="])[1]
