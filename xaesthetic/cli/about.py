"""Commands that say what is installed and what works."""

import json
from typing import Annotated

import typer

from xaesthetic.cli import options, screen
from xaesthetic.core.errors import PluginError
from xaesthetic.core.plugins import KINDS, warn

app = typer.Typer()
_NAMED = "besides: a model folder (xaesthetic new model NAME), timm:NAME, torchvision:NAME, pyiqa:NAME"
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
    result: dict[str, dict[str, str]] = {item: {} for item in kinds}
    for item in kinds:
        for name in plugin_names(item):
            try:
                result[item][name] = plugin_summary(item, name)
            except PluginError as error:  # somebody's; the others are shown
                warn(str(error))
    if as_json:
        screen.say_json(json.dumps(result, indent=2))
        return
    for item, plugins in result.items():
        if plugins:
            screen.print_table([item, ""], [[name, line] for name, line in plugins.items()])
        if item == "models":
            screen.say(_NAMED)


@app.command(epilog="\b\nExample:\n  xaesthetic doctor")
def doctor() -> None:
    """What works here: versions, device, weights, container engine."""
    from xaesthetic.cli.doctor import examine

    findings = list(examine())
    screen.print_table(["", "", ""], [[_WORKS[item.works], item.what, item.detail] for item in findings])
    if any(item.works is False for item in findings):
        raise typer.Exit(1)
