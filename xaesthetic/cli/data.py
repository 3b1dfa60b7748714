"""Commands about data sets."""

import typer

import xaesthetic as xa
from xaesthetic import screen

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
