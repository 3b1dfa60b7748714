"""How a command ends: every way has an exit status and one line.

0 done; 1 done, with photographs left out; 2 refused; 70 a fault of ours; 128 + N stopped by signal N; 141 nobody reads.
"""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from xaesthetic.cli.signals import Stopped, stopping

REFUSED, UNREAD = 2, 141
_FULL = frozenset(
    getattr(errno, name)
    for name in ("ENOSPC", "EDQUOT", "EFBIG", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM")
    if hasattr(errno, name)
)
"""What a machine says that has no room left, or a disk that is broken or cannot be written to."""
_NO_MEMORY = ("OutOfMemoryError", "not enough memory", "can't allocate memory", "out of memory")


def run(command: Callable[[], Any]) -> int:
    """Run a command to its end, whatever that is.

    Parameters
    ----------
    command
        Returns its exit status, or nothing.

    Returns
    -------
    The exit status.
    """
    with stopping() as stop:
        try:
            _prepare_streams()
            status = command() or 0
            sys.stdout.flush()
        except Stopped:
            return _end(stop.status, stop.sentence)
        except BrokenPipeError:  # as with `| head`
            return _unread()
        except SystemExit as leaving:
            if not isinstance(leaving.__context__, BrokenPipeError):
                raise
            return _unread()  # typer would leave with 1, which means something else here
        except Exception as error:
            if stop.number:  # somebody took the signal for an error
                return _end(stop.status, stop.sentence)
            return _failed(error)
    return int(status)


def _prepare_streams() -> None:
    """Have the streams take every name, whatever they are encoded in, and take everything where they are closed."""
    from xaesthetic.core.text import ESCAPES, register_escapes

    register_escapes()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115  # as long as the process
        with suppress(AttributeError):  # somebody else's stream
            getattr(sys, name).reconfigure(errors=ESCAPES)


def _failed(error: Exception) -> int:
    """Say what went wrong, and whose it is."""
    from xaesthetic.core.errors import XaestheticError

    if isinstance(error, XaestheticError):
        return _end(REFUSED, f"xaesthetic: {error}")
    if hasattr(error, "exit_code") and hasattr(error, "show"):  # typer's own, of a command line that it cannot take
        return _usage(error)
    if type(error).__name__ == "Abort":  # typer's, of a question that nobody answered with yes
        return _end(REFUSED, "xaesthetic: nothing was done, as nobody said yes; --yes says it beforehand.")
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or any(mark in text for mark in _NO_MEMORY):
        return _end(REFUSED, "xaesthetic: there is not enough memory; choose a smaller --batch, or fewer at once.")
    if isinstance(error, OSError) and error.errno in _FULL:
        where = f"{error.filename}: " if error.filename else ""
        return _end(REFUSED, f"xaesthetic: {where}{error.strerror}; make room, then the same command goes on where it was.")
    from xaesthetic.cli.crash import STATUS, report_crash

    return _end(STATUS, f"xaesthetic: {report_crash(error)}")


def _unread() -> int:
    _drop(sys.stdout)
    return _end(UNREAD)


def _usage(error: Any) -> int:  # of a class that typer does not show
    from xaesthetic.core.text import visible

    if isinstance(getattr(error, "message", None), str):
        error.message = visible(error.message)
    error.show()
    return int(error.exit_code)


def _end(status: int, sentence: str = "") -> int:
    """Say the last line; what nobody reads any more, or nothing takes, is dropped."""
    from xaesthetic.core.text import visible

    for stream in (sys.stdout, sys.stderr):
        try:
            if sentence and stream is sys.stderr:
                print(visible(sentence), file=stream)
            stream.flush()
        except (OSError, ValueError):
            _drop(stream)
    return status


def _drop(stream: Any) -> None:
    """Lead a stream to nowhere, so that the interpreter does not try again what has failed."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
