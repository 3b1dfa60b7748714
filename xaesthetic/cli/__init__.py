"""The command. Everything heavy is imported inside the commands, so that --help costs nothing."""

import sys
import warnings
from typing import Annotated

import typer

from xaesthetic.cli import about, convert, data, reproduction, runs, scores, server, table, training

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Shows where in a photograph an aesthetics model found its reasons, for several models side by side.",
    epilog="First figure: xaesthetic compare --attr depth_of_field",
)
for _group in (runs, scores, reproduction, training, convert, about):
    app.add_typer(_group.app)
app.add_typer(data.app, name="data")
app.add_typer(table.app, name="table")
app.add_typer(server.app, name="model-server")


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False) -> None:
    """Answer --version."""
    from xaesthetic.core.plugins import installed_version

    if show:
        typer.echo(f"xaesthetic {installed_version()}")
        raise typer.Exit


def main() -> None:
    """Run the command: exit status 0 done, 1 done with photographs left out, 2 refused."""
    from xaesthetic.core.errors import XaestheticError

    warnings.formatwarning = lambda message, *_, **__: f"xaesthetic: {message}\n"
    warnings.filterwarnings("ignore", module="PIL")  # of odd metadata; what cannot be read is an error
    try:
        app()
    except XaestheticError as error:
        typer.echo(f"xaesthetic: {error}", err=True)
        sys.exit(2)
