"""Commands that say what is installed and what works."""

import json
from typing import Annotated

import typer

from xaesthetic.cli import options, screen
from xaesthetic.core.plugins import KINDS

app = typer.Typer()
_WORKS = {True: "ok", False: "NO", None: "-"}


@app.command("list", epilog="\b\nExample:\n  xaesthetic list methods")
def list_plugins(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help=f"{', '.join(KINDS)}; all where none is named.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """What is installed, with a line each."""
    from xaesthetic.core.plugins import names as plugin_names
    from xaesthetic.core.plugins import summary as plugin_summary

    kinds = [kind] if kind else KINDS
    found = {each: {name: plugin_summary(each, name) for name in plugin_names(each)} for each in kinds}
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for each, plugins in found.items():
        if plugins:
            screen.print_table([each, ""], [[name, line] for name, line in plugins.items()])


@app.command(epilog="\b\nExample:\n  xaesthetic doctor")
def doctor() -> None:
    """What works here: versions, device, weights, container engine."""
    from xaesthetic.cli.doctor import examine

    findings = list(examine())
    screen.print_table(["", "", ""], [[_WORKS[each.works], each.what, each.detail] for each in findings])
    if any(each.works is False for each in findings):
        raise typer.Exit(1)
