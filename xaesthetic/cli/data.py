"""Commands about data sets."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

import xaesthetic as xa
from xaesthetic import screen
from xaesthetic.cli import options

app = typer.Typer(no_args_is_help=True, help="Data sets: what there is, under which licence.")


@app.command("list", epilog="\b\nExample:\n  xaesthetic data list")
def data_list() -> None:
    """Data sets, and who made the embedded photographs under which licence."""
    screen.print_table(
        ["data set", ""], [[name, xa.plugin_summary("datasets", name)] for name in xa.plugin_names("datasets")]
    )
    typer.echo()
    rows = [[record.id, record.credit] for record in xa.find_records("sample") if record.edit is None]
    screen.print_table(["photograph in 'sample'", "credit and licence"], rows)


@app.command("check", epilog="\b\nExample:\n  xaesthetic data check aadb --root path/to/AADB --missing missing.txt")
def data_check(
    name: Annotated[str, typer.Argument(metavar="NAME|FOLDER", help="A data set, or a folder of photographs.")],
    root: options.Root = None,
    missing: Annotated[Path | None, typer.Option(help="Write the names of missing photographs to this file.")] = None,
    as_json: options.Json = False,
) -> None:
    """Count the photographs that are there, and show how people's ratings are distributed and hang together."""
    check = xa.check_data(name, root)
    if missing:
        xa.write_text(missing, "".join(f"{each}\n" for each in check.missing))
    if as_json:
        typer.echo(json.dumps(asdict(check), indent=2, ensure_ascii=False))
    else:
        screen.print_check(check)
    if check.missing:
        raise typer.Exit(1)
