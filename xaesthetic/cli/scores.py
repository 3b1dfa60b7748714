"""The command that holds maps against people."""

import json
from pathlib import Path
from typing import Annotated

import typer

import xaesthetic as xa
from xaesthetic import screen
from xaesthetic.cli import options

app = typer.Typer()


@app.command(
    epilog="\b\nExamples:\n  xaesthetic score runs/osie\n  xaesthetic score runs/osie --metric nss --metric shuffled_auc\n  "
    "xaesthetic score runs/osie --json"
)
def score(
    run: Annotated[Path, typer.Argument(help="A run folder of a data set with fixations or masks.")],
    metric: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Repeats. Default: all that fit what people did.")
    ] = None,
    workers: options.Workers = 2,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Measure maps against what people looked at or marked: a leaderboard with floors and a ceiling."""
    opened = xa.Run.open(run)
    scores = xa.score_run(opened, metric or (), workers, xa.choose_progress(quiet))
    table = xa.rank_maps(scores, opened.experiment.seed)
    file = opened.report / "leaderboard.csv"
    xa.write_text(file, table.to_csv(index=False))
    if as_json:
        typer.echo(json.dumps(json.loads(table.to_json(orient="records")), indent=2))
    elif not quiet:
        screen.print_leaderboard(table)
        screen.print_people_left_out(opened)
    typer.echo(file, err=as_json)
