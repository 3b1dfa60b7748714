"""The command that exports a run for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from xaesthetic.cli import options, screen
from xaesthetic.cli.models import new

app = typer.Typer()


@app.command(
    epilog="\b\nExamples:\n  xaesthetic export runs/mine --to fiftyone --out exports/mine\n  "
    "xaesthetic export runs/mine --to tensorboard --out exports/board --model multigap_lite0 --attr light,content"
)
def export(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    to: Annotated[
        str, typer.Option(metavar="NAME", help="For which tool; 'list exporters' shows them.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="The folder to write, which must not be there yet.", show_default=False)],
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="NAMES", help="Models, with commas between. Default: all.")
    ] = None,
    method: Annotated[
        list[str] | None, typer.Option("--method", metavar="NAMES", help="Methods, with commas between. Default: all.")
    ] = None,
    attr: Annotated[
        list[str] | None, typer.Option("--attr", metavar="NAMES", help="Attributes, with commas between. Default: all.")
    ] = None,
    quiet: options.Quiet = False,
) -> None:
    """Write a run for FiftyOne, Label Studio, TensorBoard, MLflow or Weights & Biases; nothing leaves the machine."""
    from xaesthetic.core.progress import choose
    from xaesthetic.exporting.choice import ExportOptions
    from xaesthetic.exporting.export import export

    left_out: dict[str, str] = {}
    chosen = ExportOptions(_listed(model), _listed(method), _listed(attr), choose(quiet), left_out.__setitem__)
    screen.say(export(options.open_run(run), to, out, chosen))
    screen.print_left_out(left_out)
    if left_out:
        raise typer.Exit(1)


def _listed(texts: list[str] | None) -> tuple[str, ...]:
    """The names in some texts, once each."""
    parts = [part.strip() for text in texts or () for part in text.split(",")]
    return tuple(dict.fromkeys(filter(None, parts)))


@new.command("exporter", epilog="\b\nExample:\n  xaesthetic new exporter my_tool\n  pip install -e my_tool")
def new_exporter(
    name: Annotated[str, typer.Argument(help="The folder, which must not be there yet.")],
) -> None:
    """Write a package with an exporter for a tool of one's own, which works as it stands."""
    from xaesthetic.cli.template_exporter import write_exporter

    for path in write_exporter(Path(name)):
        screen.say(path)
