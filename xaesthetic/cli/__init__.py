"""The command. Nothing is imported before it listens to signals, and everything heavy inside the commands only."""

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typer


def main() -> None:
    """Run the command and leave with its exit status, of which `xaesthetic.cli.ending` has the list."""
    try:
        from xaesthetic.cli.ending import run
    except KeyboardInterrupt:  # before signals are listened to
        sys.stderr.write("xaesthetic: stopped; the same command goes on where it was.\n")
        sys.exit(130)
    sys.exit(run(_command))


def _command() -> Any:
    import os
    import warnings

    from xaesthetic.cli.commands import app
    from xaesthetic.cli.loading import announce_torch
    from xaesthetic.cli.screen import show_warning
    from xaesthetic.core.errors import XaestheticWarning
    from xaesthetic.core.memory import keep_freed_memory

    # torch reads it when it is imported. Threads that wait sleep: spinning takes ten times as long on a busy machine.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    keep_freed_memory()
    announce_torch(sys.argv)
    warnings.simplefilter("always", XaestheticWarning)
    warnings.showwarning = show_warning
    warnings.filterwarnings("ignore", module="PIL")  # of odd metadata; what cannot be read is an error
    return app(prog_name="xaesthetic", standalone_mode=False)


def __getattr__(name: str) -> "typer.Typer":
    if name == "app":
        from xaesthetic.cli.commands import app

        return app
    raise AttributeError(name)
