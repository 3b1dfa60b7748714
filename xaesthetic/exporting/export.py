"""A run is exported: everything is refused before anything is written, and the folder is there whole or not at all."""

from dataclasses import replace
from pathlib import Path

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import is_installed, missing
from xaesthetic.core.files import atomic_write, printable
from xaesthetic.exporting.choice import ExportOptions, choose
from xaesthetic.run.store import Run


def export(run: Run | str | Path, to: str, out: str | Path, options: ExportOptions | None = None) -> Path:
    """Export a run for another tool; needs no model and no torch, and nothing leaves the machine.

    Parameters
    ----------
    run
        A finished one, or its folder.
    to
        An exporter (`xaesthetic list exporters`).
    out
        The folder to write, which must not be there yet.
    options
        What of the run is exported, and who is told how far it is.

    Returns
    -------
    The folder.

    Raises
    ------
    XaestheticError
        If there is no such exporter, the package that it needs is not installed, the run holds nothing of a name, or
        something is at `out` already; nothing is written then. If the disk is unwilling; nothing is left behind then.
    """
    run, out, options = Run.of(run), Path(out).absolute(), options or ExportOptions()
    function, facts = plugins.load("exporters", to), plugins.facts("exporters", to)
    if not is_installed(facts.requires):
        raise missing(facts.requires, facts.extra, f"an export to {to}")
    choose(run, options)
    if out.exists() or out.is_symlink():
        raise DataError(f"{printable(out)}: is there already; choose another folder with --out.")
    with atomic_write(out) as temporary:
        temporary.mkdir()
        function(run, temporary, replace(options, place=out))
    return out
