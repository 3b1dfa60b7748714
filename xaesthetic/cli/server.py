"""Commands about models that run in their own framework."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from xaesthetic.cli import options, screen

app = typer.Typer(no_args_is_help=True, help="Run a model in its own framework, in a container or a virtual environment.")
Name = Annotated[str, typer.Argument(help="A server that 'xaesthetic list servers' shows.")]


@app.command(
    epilog="\b\nExamples:\n  xaesthetic model-server start kong\n  "
    "xaesthetic model-server start kong --runtime venv --weights my/kong\n  "
    "xaesthetic model-server start kong --build-option=--network=host --build-option=--build-arg=BASE=debian:bullseye"
)
def start(
    name: Name,
    runtime: Annotated[
        str, typer.Option(help="container, venv (Python 3.9), or torch: the converted network.")
    ] = "container",
    weights: Annotated[
        Path | None, typer.Option(help="The published files' folder. Default: where they are fetched to.")
    ] = None,
    image: Annotated[Path | None, typer.Option(help="Load the image from this file instead of building it.")] = None,
    build_option: Annotated[
        list[str] | None, typer.Option(metavar="OPTION", help="Passed on to 'docker build'. Repeats.")
    ] = None,
    tcp: Annotated[
        bool | None,
        typer.Option("--tcp/--socket", help="A port of the loopback address, or a Unix socket (Linux's default)."),
    ] = None,
    python: Annotated[Path | None, typer.Option(help="The Python 3.9 for --runtime venv. Default: looked for.")] = None,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Start a model's server and wait until it is ready; it runs until it is stopped."""
    from xaesthetic.models.serving.manage import StartOptions, start_server

    chosen = StartOptions(runtime, weights, image, tuple(build_option or ()), tcp, python)
    serving = start_server(name, chosen, _silent if quiet else _say)
    if as_json:
        screen.say_json(json.dumps(asdict(serving), indent=2))
    elif not quiet:
        where = f"ready at {serving.address}" if serving.address else f"converted into {serving.weights}"
        screen.say(f"{name} ({serving.runtime}): {where}")


def _say(text: str) -> None:
    screen.say(text, err=True)


def _silent(text: str) -> None:
    del text


@app.command(epilog="\b\nExample:\n  xaesthetic model-server stop kong")
def stop(name: Name, quiet: options.Quiet = False) -> None:
    """Stop a model's server."""
    from xaesthetic.models.serving.manage import stop_server

    stopped = stop_server(name)
    if not quiet:
        screen.say(f"{name}: {'stopped' if stopped else 'none was started'}")


@app.command(epilog="\b\nExamples:\n  xaesthetic model-server status\n  xaesthetic model-server status kong --json")
def status(
    name: Annotated[str | None, typer.Argument(help="Which one. Default: all.")] = None, as_json: options.Json = False
) -> None:
    """Which servers run, where, and how much they have computed; exit status 1 if one that was started does not answer."""
    from xaesthetic.core.plugins import names as plugin_names
    from xaesthetic.models.serving.manage import server_status

    names = [name] if name else plugin_names("servers")
    result = {item: server_status(item) for item in names}
    if as_json:
        screen.say_json(json.dumps({item: known and asdict(known) for item, known in result.items()}, indent=2))
    else:
        screen.print_table(
            ["server", "state", "runtime", "at", "photographs"], [screen.server_row(*item) for item in result.items()]
        )
    if any(known is not None and not known.ready for known in result.values()):
        raise typer.Exit(1)
