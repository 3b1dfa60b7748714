"""Commands that say what is installed and what works."""

import json
from collections.abc import Iterator, Mapping
from typing import Annotated

import typer

from xaesthetic.cli import options, screen
from xaesthetic.core.errors import PluginError
from xaesthetic.core.plugins import KINDS, warn

app = typer.Typer()
_ATTRIBUTES = "attributes"
_NAMED = "besides: a model folder (xaesthetic new model NAME), timm:NAME, torchvision:NAME, pyiqa:NAME"
_WORKS = {True: "ok", False: "NO", None: "-"}


@app.command("list", epilog="\b\nExamples:\n  xaesthetic list methods\n  xaesthetic list attributes")
def list_plugins(
    kind: Annotated[
        str | None, typer.Argument(metavar="[KIND]", help=f"{', '.join((*KINDS, _ATTRIBUTES))}; all where none is named.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """What is installed, with a line each; of attributes, which installed models rate them."""
    if kind == _ATTRIBUTES:
        _list_attributes(as_json)
        return
    from xaesthetic.core.free import LEFT_OUT, NOTE, free_only
    from xaesthetic.core.installed import model_names
    from xaesthetic.core.plugins import names as plugin_names
    from xaesthetic.core.plugins import summary as plugin_summary

    kinds = [kind] if kind else KINDS
    result: dict[str, dict[str, str]] = {item: {} for item in kinds}
    for item in kinds:
        for name in model_names() if item == "models" else plugin_names(item):
            try:
                result[item][name] = plugin_summary(item, name)
            except PluginError as error:  # somebody's; the others are shown
                warn(str(error))
    if as_json:
        screen.say_json(json.dumps(result, indent=2))
        return
    if kind == "methods":
        screen.print_table(["methods", "", "passes", "promises", "against"], list(_method_rows(result[kind])))
        return
    for item, plugins in result.items():
        if plugins:
            screen.print_table([item, ""], [[name, line] for name, line in plugins.items()])
        if item == "models":
            screen.say(_NAMED)
            screen.say(LEFT_OUT if free_only() else NOTE)


def _list_attributes(as_json: bool) -> None:
    """Print every attribute that an installed model declares, and what is declared of it; no model is loaded."""
    from xaesthetic.core.attributes import plain
    from xaesthetic.core.installed import installed_attributes

    listed = installed_attributes()
    if as_json:
        known = {name: {model: plain(item) for model, item in models.items()} for name, models in listed.items()}
        screen.say_json(json.dumps(known, indent=2, ensure_ascii=False))
        return
    rows = []
    for name, models in listed.items():
        kinds: dict[tuple[str, str], list[str]] = {}
        for model, item in models.items():
            kinds.setdefault((item.title, item.about), []).append(model)
        rows += [[name, *kind, ", ".join(those)] for kind, those in kinds.items()]
    screen.print_table(["attributes", "title", "range", "models"], rows)


def _method_rows(methods: Mapping[str, str]) -> Iterator[list[str]]:
    """Give each method's name, summary, cost, promise and what is known against it; this imports them."""
    from xaesthetic.core.plugins import facts

    for name, line in methods.items():
        try:
            known = facts("methods", name)
        except PluginError as error:  # somebody's; the others are shown
            warn(str(error))
            continue
        yield [name, line, str(known.passes), known.promises, known.against]


@app.command(epilog="\b\nExample:\n  xaesthetic doctor")
def doctor() -> None:
    """What works here: versions, device, weights, container engine."""
    from xaesthetic.cli.doctor import examine

    findings = list(examine())
    screen.print_table(["", "", ""], [[_WORKS[item.works], item.what, item.detail] for item in findings])
    if any(item.works is False for item in findings):
        raise typer.Exit(1)
