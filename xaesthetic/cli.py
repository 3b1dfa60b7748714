"""The command. Everything heavy is imported inside the commands, so that --help costs nothing."""

import json
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

import xaesthetic as xa
from xaesthetic import screen

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Shows where in a photograph an aesthetics model found its reasons, for several models side by side.",
    epilog="First figure: xaesthetic compare --attr depth_of_field",
)
data_app = typer.Typer(no_args_is_help=True, help="Data sets: what there is, under which licence.")
app.add_typer(data_app, name="data")

Attributes = Annotated[
    list[str],
    typer.Option(
        "--attr", metavar="NAME", help="An attribute, by name or title; 'all' for all. Repeats.", show_default=False
    ),
]
Data = Annotated[str, typer.Option(help="A data set's name, or a folder of photographs.", metavar="NAME|FOLDER")]
Root = Annotated[Path | None, typer.Option(help="Where the data set's files lie.")]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="A model; NAME=FOLDER with weights of one's own. Repeats. Default: multigap_lite0, lite0_ft.",
    ),
]
Methods = Annotated[
    list[str] | None,
    typer.Option("--method", metavar="NAME", help="How maps are made. Repeats. Default: cam, activation_energy."),
]
Pick = Annotated[int, typer.Option(min=1, help="How many of the highest and of the lowest are shown.")]
Out = Annotated[Path | None, typer.Option(help="The run folder. Default: a name of its own in runs/.")]
Reports = Annotated[list[str] | None, typer.Option("--report", metavar="NAME", help="Which report. Repeats. Default: all.")]
Scale = Annotated[str, typer.Option(help="Colours from each map's own lowest to highest ('per_map') or a row's ('shared').")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Batch = Annotated[int, typer.Option(min=1, help="Photographs at once.")]
Workers = Annotated[int, typer.Option(min=1, help="Threads that decode photographs.")]
Seed = Annotated[int, typer.Option(help="For whatever is drawn by chance.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no table.")]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]

MODELS = ("multigap_lite0", "lite0_ft")
METHODS = ("cam", "activation_energy")


def _experiment(
    attributes: Sequence[str],
    data: str,
    root: Path | None,
    models: Sequence[str] | None,
    methods: Sequence[str] | None,
    pick: int | None,
    seed: int,
    batch: int,
    device: str,
) -> "xa.Experiment":
    everything = any(text.strip().lower() == "all" for text in attributes)
    return xa.Experiment(
        data=data,
        root=str(root) if root else None,
        models=tuple(dict.fromkeys(models or MODELS)),
        methods=tuple(dict.fromkeys(methods or METHODS)),
        attributes=("all",) if everything else xa.parse_attributes(list(attributes)),
        pick=pick,
        seed=seed,
        batch=batch,
        device=device,
    )


def _folder(experiment: "xa.Experiment", out: Path | None) -> Path:
    """The run folder asked for, or one whose name tells the question: equal questions meet, others never do."""
    if out:
        return out
    from hashlib import sha256

    name = f"{Path(experiment.data).name or 'photographs'}-{'-'.join(experiment.attributes)}"
    return Path("runs") / f"{name[:60]}-{sha256(repr(experiment).encode()).hexdigest()[:8]}"


@app.command(
    epilog="\b\nExamples:\n  "
    "xaesthetic compare --attr depth_of_field\n  "
    "xaesthetic compare --attr light --attr 'Vivid Color' --data my/photos --out runs/mine\n  "
    "xaesthetic compare --attr all --method cam --method grad_cam --method occlusion --pick 3"
)
def compare(
    attr: Attributes,
    data: Data = "sample",
    root: Root = None,
    model: Models = None,
    method: Methods = None,
    pick: Pick = 5,
    out: Out = None,
    report: Reports = None,
    scale: Scale = "per_map",
    device: Device = "auto",
    batch: Batch = 8,
    workers: Workers = 2,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Everything at once: rate photographs, pick the highest and lowest, explain those, draw the figures."""
    experiment = _experiment(attr, data, root, model, method, pick, seed, batch, device)
    comparison = xa.compare(
        experiment, _folder(experiment, out), workers, xa.choose_progress(quiet), report or (), _options(scale)
    )
    _show(comparison, quiet, as_json)


def _options(scale: str) -> "xa.ReportOptions":
    if scale not in ("per_map", "shared"):
        raise typer.BadParameter(f"{scale!r} is neither 'per_map' nor 'shared'.", param_hint="--scale")
    return xa.ReportOptions(scale=scale)


def _show(comparison: "xa.Comparison", quiet: bool, as_json: bool) -> None:
    """Tell what was found and where it is; exit status 1 if photographs were left out."""
    run = comparison.run
    if as_json:
        result = {
            "run": str(run.root),
            "written": [str(path) for path in comparison.written],
            "left_out": dict(comparison.left_out),
            "predictions": json.loads(xa.to_json(run.predictions(), run.trained())),
        }
        typer.echo(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        if not quiet:
            screen.print_picks(run)
        for path in comparison.written:
            typer.echo(path)
    screen.print_left_out(comparison.left_out)
    if comparison.left_out:
        raise typer.Exit(1)


@app.command(epilog="\b\nExamples:\n  xaesthetic predict photo.jpg holiday/\n  xaesthetic predict --data sample --out r.csv")
def predict(
    photographs: Annotated[list[Path] | None, typer.Argument(metavar="[PHOTO|FOLDER]...", help="What to rate.")] = None,
    attr: Attributes = ["all"],  # noqa: B006  # typer copies it
    data: Data = "",
    root: Root = None,
    model: Models = None,
    out: Annotated[Path | None, typer.Option(help="Write .csv or .json instead of a table on the screen.")] = None,
    device: Device = "auto",
    batch: Batch = 8,
    workers: Workers = 2,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Rate photographs."""
    if out and out.suffix not in (".csv", ".json"):
        raise typer.BadParameter(f"{out}: ends neither in .csv nor in .json.", param_hint="--out")
    if bool(photographs) == bool(data):
        raise typer.BadParameter("give photographs or folders, or a data set with --data.")
    experiment = _experiment(attr, data, root, model, None, None, 0, batch, device)
    ratings = xa.rate(photographs or [], experiment, workers, xa.choose_progress(quiet))
    render = xa.to_json if as_json or (out and out.suffix == ".json") else xa.to_csv
    if out:
        xa.write_text(out, render(ratings.table, ratings.trained))
        typer.echo(out)
    elif as_json:
        typer.echo(render(ratings.table, ratings.trained))
    elif not quiet:
        screen.print_ratings(ratings)
    screen.print_left_out(ratings.left_out)
    if ratings.left_out:
        raise typer.Exit(1)


@app.command(
    epilog="\b\nExamples:\n  xaesthetic explain runs/mine\n  xaesthetic explain --data my/photos --attr light --out runs/all"
)
def explain(
    run: Annotated[Path | None, typer.Argument(help="A run folder to go on with.")] = None,
    attr: Attributes = ["all"],  # noqa: B006
    data: Data = "sample",
    root: Root = None,
    model: Models = None,
    method: Methods = None,
    out: Out = None,
    device: Device = "auto",
    batch: Batch = 8,
    workers: Workers = 2,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Make maps of all photographs, without picking and without figures; or go on with a stopped run."""
    if run and (attr != ["all"] or data != "sample" or root or model or method or out):
        raise typer.BadParameter(f"{run} is a run and its question stands; leave the choices out, or RUN.")
    experiment = xa.Run.open(run).experiment if run else _experiment(attr, data, root, model, method, None, 0, batch, device)
    comparison = xa.compare(experiment, run or _folder(experiment, out), workers, xa.choose_progress(quiet), None)
    if not as_json:
        typer.echo(comparison.run.root / "maps")
    _show(comparison, quiet=True, as_json=as_json)


@app.command(epilog="\b\nExample:\n  xaesthetic report runs/mine --scale shared")
def report(
    run: Annotated[Path, typer.Argument(help="A run folder.")], report: Reports = None, scale: Scale = "per_map"
) -> None:
    """Draw a run's figures and tables again; no model, no torch."""
    for path in xa.draw_reports(xa.Run.open(run), report or (), _options(scale)):
        typer.echo(path)


@app.command(epilog="\b\nExample:\n  xaesthetic train multigap_lite0 --data osie --root path/to/osie --out heads")
def train(
    model: Annotated[str, typer.Argument(help="A model whose head is global average pooling and one linear layer.")],
    out: Annotated[Path, typer.Option(help="The folder for the weights and the manifest.")],
    data: Data = "sample",
    root: Root = None,
    device: Device = "auto",
    workers: Workers = 2,
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Train a model's linear head on controlled edits of photographs, and test it on other photographs."""
    manifest = xa.train_head(model, data, root, out, device, seed, workers, xa.choose_progress(quiet))
    if as_json:
        typer.echo(json.dumps(manifest, indent=2))
    elif not quiet:
        screen.print_results(manifest)
    typer.echo(out / f"{model}.npz", err=as_json)


@app.command("list", epilog="\b\nExample:\n  xaesthetic list methods")
def list_plugins(
    kind: Annotated[str | None, typer.Argument(help="models, methods, metrics, datasets or reports.")] = None,
    as_json: Json = False,
) -> None:
    """What is installed, with a line each."""
    kinds = [kind] if kind else ["models", "methods", "metrics", "datasets", "reports"]
    found = {each: {name: xa.plugin_summary(each, name) for name in xa.plugin_names(each)} for each in kinds}
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    for each, plugins in found.items():
        if plugins:
            screen.print_table([each, ""], [[name, line] for name, line in plugins.items()])


@data_app.command("list", epilog="\b\nExample:\n  xaesthetic data list")
def data_list() -> None:
    """Data sets, and who made the embedded photographs under which licence."""
    screen.print_table(
        ["data set", ""], [[name, xa.plugin_summary("datasets", name)] for name in xa.plugin_names("datasets")]
    )
    typer.echo()
    rows = [[record.id, record.credit] for record in xa.find_records("sample") if record.edit is None]
    screen.print_table(["photograph in 'sample'", "credit and licence"], rows)


@app.command(epilog="\b\nExample:\n  xaesthetic doctor")
def doctor() -> None:
    """What works here: versions, device, weights, container engine."""
    findings = list(xa.examine())
    screen.print_table(["", "", ""], [["ok" if each.works else "NO", each.what, each.detail] for each in findings])
    if not all(each.works for each in findings):
        raise typer.Exit(1)


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False) -> None:
    """Answer --version."""
    if show:
        typer.echo(f"xaesthetic {xa.installed_version()}")
        raise typer.Exit


def main() -> None:
    """Run the command: exit status 0 done, 1 done with photographs left out, 2 refused."""
    warnings.filterwarnings("ignore", module="PIL")  # of odd metadata; what cannot be read is an error
    try:
        app()
    except xa.XaestheticError as error:
        typer.echo(f"xaesthetic: {error}", err=True)
        sys.exit(2)
