"""The command that draws the paper's figures and tables."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from xaesthetic.cli import drawing, options, screen
from xaesthetic.cli.lists import split_commas

app = typer.Typer()


@app.command(
    epilog="\b\nExamples:\n  xaesthetic reproduce\n  xaesthetic reproduce --figure 8\n  "
    "xaesthetic reproduce --data aadb:test --model multigap_resnet50 --model resnet50_ft --out paper\n  "
    "xaesthetic reproduce --data my/photos --figure 1 --figure 'table 1'"
)
def reproduce(
    figure: Annotated[
        list[str] | None,
        typer.Option(
            "--figure",
            metavar="NUMBER",
            help="Only this one: 1 to 11, 'table 1', 'table 2'. Repeats, or a list with commas.",
            callback=split_commas,
        ),
    ] = None,
    data: options.Data = "",
    root: options.Root = None,
    model: options.Models = None,
    weights: options.Weights = None,
    method: options.Methods = None,
    pick: options.Pick = 5,
    out: Annotated[Path, typer.Option(help="The folder that gets everything.")] = Path("reproduction"),
    scale: drawing.Scale = "per_map",
    columns: drawing.Columns = 2,
    label: drawing.Labels = None,
    format: drawing.Formats = None,  # noqa: A002  # the option's name
    dpi: drawing.Dpi = None,
    cmap: drawing.Cmap = "viridis",
    style: drawing.Style = "paper",
    open_page: options.OpenPage = False,
    device: options.Device = "auto",
    batch: options.Batch = 8,
    workers: options.Workers = 0,
    trust: options.Trust = False,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Every figure and table of the paper, a report to look around in, and a page that holds them.

    From AADB's test photographs where they are here, else from the sample. What the data at hand cannot give is named with
    what it needs. Started again, only what changed is drawn again.
    """
    from xaesthetic.paper.reproduce import paper_data
    from xaesthetic.paper.reproduce import reproduce as reproduce_paper

    chosen = data or paper_data()
    experiment = options.experiment(["all"], chosen, root, model, method, pick, seed, batch, device, weights)
    done = reproduce_paper(
        experiment,
        options.folder(experiment, out),
        figure or (),
        options.execution(workers, quiet, trust=trust),
        drawing.report_options(scale, columns, True, label, format, dpi, cmap, style),
        optional=not method,
    )
    if as_json:
        known = [asdict(item) for item in done.outcomes]
        passed = [asdict(item) for item in done.passed_over]
        result = {"index": str(done.index), "exhibits": known, "left_out": dict(done.left_out), "passed_over": passed}
        screen.say_json(json.dumps(result, indent=2))
    else:
        if not quiet:
            screen.print_outcomes(done.outcomes)
        screen.print_written([done.index], done.index)
    screen.print_passed_over(done.passed_over)
    screen.print_left_out(done.left_out)
    if open_page:
        screen.open_page(done.index)
    if done.left_out:
        raise typer.Exit(1)
