"""Commands that make a run folder or ratings, and draw what is in one."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import completing, drawing, options, screen, sliding
from xaesthetic.cli import ratings as ratings_shown

if TYPE_CHECKING:
    from xaesthetic.pipeline import Comparison
    from xaesthetic.stages.predict import Ratings


app = typer.Typer()


@app.command(
    epilog="\b\nExamples:\n  "
    "xaesthetic compare --attr depth_of_field\n  "
    "xaesthetic compare a.jpg b.jpg holiday/ --attr light\n  "
    "xaesthetic compare --attr light --attr 'Vivid Color' --data my/photos --out runs/mine\n  "
    "xaesthetic compare --attr light --data 'shards/photos-{0000..0031}.tar'\n  "
    "xaesthetic compare --attr depth_of_field --slider\n  "
    "xaesthetic compare --attr all --method cam --method grad_cam --method occlusion --pick 3\n  "
    "xaesthetic compare --attr all --data my/photos --shard 3/20 --out runs/3"
)
def compare(
    attr: options.Attributes,
    photographs: options.Photographs = None,
    data: options.Data = "",
    root: options.Root = None,
    model: options.Models = None,
    weights: options.Weights = None,
    method: options.Methods = None,
    pick: options.Pick = 5,
    out: options.Out = None,
    report: options.Reports = None,
    slider: sliding.Slider = "",
    steps: sliding.Steps = 6,
    subject: sliding.Subject = "",
    scale: drawing.Scale = "per_map",
    columns: drawing.Columns = 2,
    fade: drawing.Fade = True,
    label: drawing.Labels = None,
    format: drawing.Formats = None,  # noqa: A002  # the option's name
    dpi: drawing.Dpi = None,
    cmap: drawing.Cmap = "viridis",
    style: drawing.Style = "paper",
    open_page: options.OpenPage = False,
    target: options.Target = "up",
    of: options.Of = "raw",
    zero: options.Zero = "",
    beyond: options.Beyond = "",
    shard: options.Sharded = "",
    store: options.Store = "float32",
    device: options.Device = "auto",
    precision: options.Precision = "full",
    decode: options.Decode = "full",
    cache_size: options.CacheSize = "",
    batch: options.Batch = 8,
    workers: options.Workers = 0,
    engine: options.Engine = "local",
    address: options.Address = "",
    trust: options.Trust = False,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Everything at once: rate photographs, pick the highest and lowest, explain those, draw the figures."""
    from xaesthetic.pipeline import compare

    if photographs and (data or root):
        raise typer.BadParameter("give photographs or folders, or a data set with --data.")
    experiment = options.experiment(
        attr, data or "sample", root, model, method, pick, seed, batch, device, weights, precision, photographs or (),
        target, of, zero, beyond, shard, store, decode,
    )  # fmt: skip
    slides = sliding.slider_options(slider, steps, subject)
    folder = options.folder(experiment, out)
    look = drawing.report_options(scale, columns, fade, label, format, dpi, cmap, style, slider)
    with options.carried_out(workers, quiet, engine, address, trust, cache_size) as execution:
        comparison = compare(experiment, folder, execution, report or (), look, optional=not method, slider=slides)
    _show(comparison, quiet, as_json, open_page)


def _show(comparison: "Comparison", quiet: bool, as_json: bool, open_page: bool = False) -> None:
    """Tell what was found and where it is; exit status 1 if photographs were left out."""
    from xaesthetic.paper.tables.predictions import to_json
    from xaesthetic.reporting import raise_failures
    from xaesthetic.run.schemas import PREDICTIONS

    run, page = comparison.run, screen.find_page(comparison.written)
    if as_json:
        result = {
            "run": str(run.root),
            "page": str(page) if page else None,
            "written": [str(path) for path in comparison.written],
            "left_out": dict(comparison.left_out),
            "passed_over": [asdict(item) for item in comparison.passed_over],
            "same_maps": run.same_maps(),
            "predictions": json.loads(to_json(run.read(PREDICTIONS), run.trained(), run.described())),
        }
        screen.say_json(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        if not quiet:
            ratings_shown.print_picks(run)
        screen.print_same_maps(run.same_maps())
        screen.print_precision_of(run)
        screen.print_stored(run)
        screen.print_written(comparison.written, page)
    screen.print_passed_over(comparison.passed_over)
    screen.print_left_out(comparison.left_out)
    raise_failures(comparison.failed)
    if open_page and page:
        screen.open_page(page)
    if comparison.left_out:
        raise typer.Exit(1)


@app.command(
    epilog="\b\nExamples:\n  xaesthetic predict photo.jpg holiday/\n  xaesthetic predict --data sample --out r.csv\n  "
    "xaesthetic predict --data aadb:test --out r.csv --long"
)
def predict(
    photographs: Annotated[list[str] | None, typer.Argument(metavar="[PHOTO|FOLDER]...", help="What to rate.")] = None,
    attr: options.Attributes = ["all"],  # noqa: B006  # typer copies it
    data: options.Data = "",
    root: options.Root = None,
    model: options.Models = None,
    weights: options.Weights = None,
    out: Annotated[Path | None, typer.Option(help="Write .csv or .json instead of a table on the screen.")] = None,
    long: Annotated[
        bool,
        typer.Option(
            "--long", help="As CSV with a row for each photograph, model and attribute: for 'table 1 --predictions'."
        ),
    ] = False,
    device: options.Device = "auto",
    precision: options.Precision = "full",
    decode: options.Decode = "full",
    cache_size: options.CacheSize = "",
    batch: options.Batch = 8,
    workers: options.Workers = 0,
    engine: options.Engine = "local",
    address: options.Address = "",
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Rate photographs."""
    from xaesthetic.core.files import write_text
    from xaesthetic.run.seen import seen_lines
    from xaesthetic.stages.predict import rate

    if out and out.suffix not in (".csv", ".json"):
        raise typer.BadParameter(f"{out}: ends neither in .csv nor in .json.", param_hint="--out")
    if long and (as_json or (out and out.suffix == ".json")):
        raise typer.BadParameter("is for CSV; the JSON has a row for each of them anyway.", param_hint="--long")
    if bool(photographs) == bool(data):
        raise typer.BadParameter("give photographs or folders, or a data set with --data.")
    experiment = options.experiment(attr, data, root, model, None, None, 0, batch, device, weights, precision, decode=decode)
    with options.carried_out(workers, quiet, engine, address, trust, cache_size) as execution:
        ratings = rate(photographs or [], experiment, execution)
    is_json = as_json or bool(out and out.suffix == ".json")
    if out:
        write_text(out, _rendered(ratings, is_json, long))
        screen.say(out)
    elif as_json:
        screen.say_json(_rendered(ratings, is_json, long))
    elif long:
        screen.say(_rendered(ratings, is_json, long).rstrip("\n"))
    elif not quiet:
        ratings_shown.print_ratings(ratings)
        screen.print_precision(ratings.precision, ratings.given_up)
    if (out or as_json) and not quiet:
        for line in seen_lines(ratings.seen):
            screen.say(line, err=True)
    screen.print_passed_over(ratings.passed_over)
    screen.print_left_out(ratings.left_out)
    if ratings.left_out:
        raise typer.Exit(1)


def _rendered(ratings: "Ratings", as_json: bool, long: bool) -> str:
    from xaesthetic.paper.tables.predictions import to_csv, to_json, to_long_csv

    if long:
        return to_long_csv(ratings.table, ratings.trained)
    return (to_json if as_json else to_csv)(ratings.table, ratings.trained, ratings.described)


@app.command(
    epilog="\b\nExamples:\n  xaesthetic explain runs/mine\n  xaesthetic explain --data my/photos --attr light --out runs/all"
    "\n  xaesthetic explain runs/all --engine ray --address auto --workers 20"
)
def explain(
    run: Annotated[
        Path | None, typer.Argument(help="A run folder to go on with.", autocompletion=completing.run_folders)
    ] = None,
    attr: options.Attributes = ["all"],  # noqa: B006
    data: options.Data = "sample",
    root: options.Root = None,
    model: options.Models = None,
    weights: options.Weights = None,
    method: options.Methods = None,
    out: options.Out = None,
    target: options.Target = "up",
    of: options.Of = "raw",
    zero: options.Zero = "",
    beyond: options.Beyond = "",
    shard: options.Sharded = "",
    store: options.Store = "float32",
    device: options.Device = "auto",
    precision: options.Precision = "full",
    decode: options.Decode = "full",
    cache_size: options.CacheSize = "",
    batch: options.Batch = 8,
    workers: options.Workers = 0,
    engine: options.Engine = "local",
    address: options.Address = "",
    trust: options.Trust = False,
    slider: sliding.Elsewhere = "",
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Make maps of all photographs, without picking and without figures; or go on with a stopped run."""
    from xaesthetic.pipeline import compare

    del slider
    aim = target, of, zero, beyond, shard, store, decode
    chosen = (attr, data, precision, aim) != (["all"], "sample", "full", ("up", "raw", "", "", "", "float32", "full"))
    if run and (chosen or root or model or weights or method or out):
        raise typer.BadParameter(f"{run} is a run and its question stands; leave the choices out, or RUN.")
    experiment = (
        options.open_run(run).experiment
        if run
        else options.experiment(attr, data, root, model, method, None, 0, batch, device, weights, precision, (), *aim)
    )
    folder = run or options.folder(experiment, out)
    with options.carried_out(workers, quiet, engine, address, trust, cache_size) as execution:
        comparison = compare(experiment, folder, execution, draw=False, optional=not method)
    if not as_json:
        screen.say(comparison.run.root / "maps")
    _show(comparison, quiet=True, as_json=as_json)


@app.command(
    epilog="\b\nExamples:\n  xaesthetic report runs/mine --scale shared\n  xaesthetic report runs/mine --columns 1\n"
    "  xaesthetic report runs/mine --label multigap_lite0=Ours --format svg,pdf --cmap cividis --style dark\n"
    "  xaesthetic report runs/mine --report html_report --slider inside"
)
def report(
    run: options.RunFolder,
    report: options.Reports = None,
    slider: sliding.Place = "",
    scale: drawing.Scale = "per_map",
    columns: drawing.Columns = 2,
    fade: drawing.Fade = True,
    label: drawing.Labels = None,
    format: drawing.Formats = None,  # noqa: A002  # the option's name
    dpi: drawing.Dpi = None,
    cmap: drawing.Cmap = "viridis",
    style: drawing.Style = "paper",
    open_page: options.OpenPage = False,
) -> None:
    """Draw a run's figures and tables again; no model, no torch."""
    from xaesthetic.reporting import draw_available, raise_failures
    from xaesthetic.run.schemas import SLIDER

    opened, look = (
        options.open_run(run),
        drawing.report_options(scale, columns, fade, label, format, dpi, cmap, style, slider),
    )
    if slider:
        opened.file(SLIDER)  # says how it is made where it is not there
    drawn = draw_available(opened, report or (), look)
    page = screen.find_page(drawn.written)
    screen.print_written(drawn.written, page)
    raise_failures(drawn.failed)
    if open_page and page:
        screen.open_page(page)
