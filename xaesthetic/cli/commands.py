"""All commands, put together."""

from typing import Annotated

import typer

from xaesthetic.cli import (
    about,
    annotate,
    annotations,
    convert,
    data,
    exports,
    models,
    photographs,
    reproduction,
    runs,
    scores,
    screen,
    server,
    table,
    training,
    upkeep,
)

app = typer.Typer(
    cls=photographs.PhotographGroup,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Shows where in a photograph an aesthetics model found its reasons, for several models side by side.",
    epilog="A photograph: xaesthetic photo.jpg. First figure: xaesthetic compare --attr depth_of_field",
)
for _group in (photographs, runs, scores, annotate, reproduction, training, models, convert, exports, upkeep, about):
    app.add_typer(_group.app)
app.add_typer(annotations.app, name="annotations")
app.add_typer(data.app, name="data")
app.add_typer(models.new, name="new")
app.add_typer(table.app, name="table")
app.add_typer(server.app, name="model-server")


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False) -> None:
    """Answer --version."""
    from xaesthetic.core.plugins import installed_version

    if show:
        screen.say(f"xaesthetic {installed_version()}")
        raise typer.Exit
