"""A fault of ours: its traceback goes into a file, and one line says where that is."""

import platform
import shlex
import sys
import tempfile
import time
import traceback
from contextvars import ContextVar
from pathlib import Path

from xaesthetic.core.errors import XaestheticError
from xaesthetic.core.places import redact
from xaesthetic.core.plugins import installed_version

STATUS = 70
"""The exit status: EX_SOFTWARE of BSD's sysexits."""
_FILE = "crash.log"
_RUN: ContextVar[Path | None] = ContextVar("run", default=None)


def log_in(run: Path | None) -> None:
    """Say into which run folder the traceback goes, if there is one then."""
    _RUN.set(run)


def report_crash(error: BaseException) -> str:
    """Write the traceback into the run's folder, else into the user's state folder or where temporary files go.

    Parameters
    ----------
    error
        What nobody has expected.

    Returns
    -------
    The sentence for the user.
    """
    what = redact(f"{type(error).__name__}: {error}")[:300].strip().removesuffix(":")
    hint = "Started again, the same command goes on where it was"
    return (
        f"this is a fault of xaesthetic or of a plug-in, not of your input ({what}); {_logged(error)}. {hint}; where it "
        "fails again, report it with that."
    )


def _logged(error: BaseException) -> str:
    text = _text(error)
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / _FILE).open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return f"the traceback is in {folder / _FILE}"
    sys.stderr.write(text)
    return "the traceback is above, no folder takes it"


def _folders() -> list[Path]:
    from platformdirs import user_state_path

    run = _RUN.get()
    runs = [run] if run is not None and (run / "experiment.json").is_file() else []
    return [*runs, user_state_path("xaesthetic", appauthor=False), Path(tempfile.gettempdir())]


def _text(error: BaseException) -> str:
    try:
        version = installed_version()
    except (ImportError, XaestheticError):
        version = "not installed"
    lines = [
        time.strftime("%Y-%m-%d %H:%M:%S"),
        f"xaesthetic {version}, Python {platform.python_version()}, {platform.platform()}",
        redact(shlex.join(sys.argv)),
        *(redact(line.rstrip("\n")) for line in traceback.format_exception(error)),
    ]
    return "\n".join(lines) + "\n\n"
