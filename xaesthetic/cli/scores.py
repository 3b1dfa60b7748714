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
    "xaesthetic score runs/sample --edits --faithfulness"
)
def score(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    metric: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Repeats. Default: all that fit what people did.")
    ] = None,
    edits: Annotated[
        bool,
        typer.Option("--edits", help="Edit the photographs too: does the rating move, and the map change, as it should?"),
    ] = False,
    faithfulness: Annotated[
        bool,
        typer.Option("--faithfulness", help="Delete and insert what maps point at: did the prediction come from there?"),
    ] = False,
    workers: options.Workers = 2,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Measure maps: do they depend on the attribute, and, where people were watched, do they agree with them."""
    opened = xa.Run.open(run)
    people = opened.has_people()
    if metric and not people:
        raise typer.BadParameter(
            f"{run}: nobody was watched here, there is nothing to measure against.", param_hint="--metric"
        )
    specific = xa.measure_specificity(opened)
    told = {"specificity": json.loads(specific.to_json(orient="records"))}
    if people:
        scores = xa.score_run(opened, metric or (), workers, xa.choose_progress(quiet))
        table = xa.rank_maps(scores, opened.experiment.seed)
        told["leaderboard"] = json.loads(table.to_json(orient="records"))
        if not (quiet or as_json):
            screen.print_leaderboard(table)
            screen.print_people_left_out(opened)
    if edits:
        truth = xa.look_at_edits(opened, xa.choose_progress(quiet))
        told["edits"] = json.loads(truth.to_json(orient="records"))
        xa.write_text(opened.report / "edits.csv", truth.to_csv(index=False))
        if not (quiet or as_json):
            screen.print_edits(truth)
    if faithfulness:
        faithful = xa.look_at_faithfulness(opened, xa.choose_progress(quiet))
        told["faithfulness"] = json.loads(faithful.to_json(orient="records"))
        xa.write_text(opened.report / "faithfulness.csv", faithful.to_csv(index=False))
        if not (quiet or as_json):
            screen.print_faithfulness(faithful)
    if as_json:
        typer.echo(json.dumps(told, indent=2))
    elif not quiet:
        screen.print_specificity(specific)
    for file in xa.draw_reports(opened, ["leaderboard", "specificity"]):
        typer.echo(file, err=as_json)
