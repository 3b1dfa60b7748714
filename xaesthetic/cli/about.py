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
    result = {item: {name: plugin_summary(item, name) for name in plugin_names(item)} for item in kinds}
    if as_json:
        screen.say_json(json.dumps(result, indent=2))
        return
    for item, plugins in result.items():
        if plugins:
            screen.print_table([item, ""], [[name, line] for name, line in plugins.items()])


@app.command(epilog="\b\nExample:\n  xaesthetic doctor")
def doctor() -> None:
    """What works here: versions, device, weights, container engine."""
    from xaesthetic.cli.doctor import examine

    findings = list(examine())
    screen.print_table(["", "", ""], [[_WORKS[item.works], item.what, item.detail] for item in findings])
    if any(item.works is False for item in findings):
        raise typer.Exit(1)
