"""The command that holds maps against people."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import xaesthetic as xa
from xaesthetic.cli import judgement, options
from xaesthetic.run.schemas import ANNOTATIONS

if TYPE_CHECKING:
    import pandas as pd

app = typer.Typer()
_REPORTS = (
    "leaderboard", "leaderboard_by_person", "agreement", "specificity", "additivity", "edits", "faithfulness", "randomised",
)  # fmt: skip


@app.command(
    epilog="\b\nExamples:\n  xaesthetic score runs/osie\n  xaesthetic score runs/osie --metric nss --metric shuffled_auc\n  "
    "xaesthetic score runs/osie --metric nss --by-person\n  xaesthetic score runs/sample --edits --faithfulness --randomise"
)
def score(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    metric: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Repeats. Default: all that fit what people did.")
    ] = None,
    by_person: Annotated[
        bool, typer.Option("--by-person", help="Against each person alone too, with intervals that count people as chance.")
    ] = False,
    edits: Annotated[
        bool,
        typer.Option("--edits", help="Edit the photographs too: does the rating move, and the map change, as it should?"),
    ] = False,
    faithfulness: Annotated[
        bool,
        typer.Option("--faithfulness", help="Delete and insert what maps point at: did the prediction come from there?"),
    ] = False,
    randomise: Annotated[
        bool, typer.Option("--randomise", help="Shuffle the networks' weights, layer by layer: are the maps still the same?")
    ] = False,
    workers: options.Workers = 2,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Measure maps: do they depend on the attribute, and, where people were watched, do they agree with them."""
    opened = xa.Run.open(run)
    execution = options.execution(workers, quiet)
    told: dict[str, pd.DataFrame] = {}
    if opened.has(ANNOTATIONS):
        scores = xa.score_run(opened, metric or (), execution)
        told["leaderboard"] = xa.rank_maps(scores, opened.experiment.seed)
        told["ranks"] = xa.rank_groups(scores, opened.experiment.seed)
        told["agreement"] = xa.measure_agreement(opened)
        if by_person:
            each = xa.score_by_person(opened, metric or (), execution)
            told["by_person"] = xa.rank_by_person(each, opened.experiment.seed)
    elif metric or by_person:
        raise typer.BadParameter(
            f"{run}: nobody was watched here, there is nothing to measure against.",
            param_hint="--metric" if metric else "--by-person",
        )
    if edits:
        told["edits"] = xa.look_at_edits(opened, execution)
    if faithfulness:
        told["faithfulness"] = xa.look_at_faithfulness(opened, execution)
    if randomise:
        told["randomised"] = xa.look_at_randomised(opened, execution)
    told["additivity"] = xa.measure_additivity(opened)
    told["specificity"] = xa.measure_specificity(opened)
    if as_json:
        typer.echo(json.dumps({name: json.loads(table.to_json(orient="records")) for name, table in told.items()}, indent=2))
    elif not quiet:
        judgement.print_judgement(opened, told, metric or ())
    for file in xa.draw_reports(opened, _REPORTS):
        typer.echo(file, err=as_json)
