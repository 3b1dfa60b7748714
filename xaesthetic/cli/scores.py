"""The command that holds maps against people."""

import json
from typing import Annotated

import typer

from xaesthetic.cli import completing, drawing, options, screen, sliding
from xaesthetic.cli.judgement import print_judgement
from xaesthetic.cli.lists import split_commas

app = typer.Typer()
_REPORTS = (
    "leaderboard", "leaderboard_by_person", "agreement", "specificity", "completeness", "edits", "edit_controls",
    "faithfulness", "randomised",
)  # fmt: skip


@app.command(
    epilog="\b\nExamples:\n  xaesthetic score runs/osie\n  xaesthetic score runs/osie --metric nss --metric shuffled_auc\n  "
    "xaesthetic score runs/osie --metric nss --by-person\n  xaesthetic score runs/sample --edits --faithfulness "
    "--randomise\n  xaesthetic score runs/sample --slider --steps 9"
)
def score(
    run: options.RunFolder,
    metric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Repeats, or a list with commas. Default: all that fit what people did.",
            callback=split_commas,
            autocompletion=completing.metrics,
        ),
    ] = None,
    by_person: Annotated[
        bool, typer.Option("--by-person", help="Against each person alone too, with intervals that count people as chance.")
    ] = False,
    edits: Annotated[
        bool,
        typer.Option("--edits", help="Edit the photographs too: does the rating move, and the map change, as it should?"),
    ] = False,
    controls: Annotated[
        bool,
        typer.Option(
            "--controls/--no-controls",
            help="With --edits: beside them changes that no attribute is about (blur, noise, casts, …), a pass each.",
        ),
    ] = True,
    faithfulness: Annotated[
        bool,
        typer.Option("--faithfulness", help="Delete and insert what maps point at: did the prediction come from there?"),
    ] = False,
    randomise: Annotated[
        bool, typer.Option("--randomise", help="Shuffle the networks' weights, layer by layer: are the maps still the same?")
    ] = False,
    slider: sliding.Slider = "",
    steps: sliding.Steps = 6,
    subject: sliding.Subject = "",
    workers: options.Workers = 0,
    engine: options.Engine = "local",
    address: options.Address = "",
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Measure maps: do they depend on the attribute, and, where people were watched, do they agree with them."""
    from xaesthetic.core.errors import DataError
    from xaesthetic.pipeline import judge, measure_slider
    from xaesthetic.reporting import draw_available, raise_failures
    from xaesthetic.run.schemas import ANNOTATIONS

    opened = options.open_run(run)
    if not opened.has(ANNOTATIONS) and (metric or by_person):
        raise typer.BadParameter(
            f"{run}: nobody was watched here, there is nothing to measure against.",
            param_hint="--metric" if metric else "--by-person",
        )
    chosen = {
        "edits": edits,
        "controls": edits and controls,
        "faithfulness": faithfulness,
        "baselines": faithfulness,
        "randomisation": randomise,
    }
    measured = [name for name, wanted in chosen.items() if wanted]
    slides = sliding.slider_options(slider, steps, subject)
    look = drawing.report_options("per_map", 2, True, slider=slider)
    with options.carried_out(workers, quiet, engine, address, trust) as execution:
        if slides:
            measure_slider(opened, slides, execution)
        judgement = judge(opened, metric or (), execution, by_person, measurements=measured)
    if as_json:
        screen.say_json(
            json.dumps(
                {name: json.loads(table.to_json(orient="records")) for name, table in judgement.tables.items()}, indent=2
            )
        )
    elif not quiet:
        print_judgement(opened, judgement, metric or ())
    drawn = draw_available(opened, [*_REPORTS, *(["html_report"] if slider else [])], look)
    for file in drawn.written:
        screen.say(file, err=as_json)
    if not (quiet or slider) and (opened.report / "report.html").exists():
        screen.say(f"the page is as it was; 'xaesthetic report {run}' draws it anew, with what was measured.", err=True)
    if judgement.damaged:
        raise DataError(judgement.damaged[0])
    raise_failures(drawn.failed)
