"""Published checkpoints become weights that models here read."""

import json
from inspect import signature
from pathlib import Path
from typing import Annotated, Any

import typer

from xaesthetic.cli import options, screen

app = typer.Typer()


@app.command(
    epilog="\b\nExamples:\n  "
    "xaesthetic convert malu weights-improvement__016-0.022715.hdf5\n  "
    "xaesthetic convert malu weights-improvement__016-0.022715.hdf5 --norm running --data my/photos --out weights/malu\n  "
    "xaesthetic convert malu weights.pkl --heads --out weights/malu_heads\n  "
    "xaesthetic convert kong initModel.prototxt initModel.caffemodel mean_AADB_regression_warp256.binaryproto"
)
def convert(
    name: Annotated[str, typer.Argument(help="A converter that 'xaesthetic list converters' shows.")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What was published.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder for the weights. Default: where the model looks for them.")
    ] = None,
    norm: Annotated[
        str | None, typer.Option(help="malu: 'none' (the paper), 'batch' (its code) or 'running' (needs --data).")
    ] = None,
    data: Annotated[str | None, typer.Option(metavar="NAME|FOLDER", help="Photographs to measure features on.")] = None,
    root: options.Root = None,
    heads: Annotated[bool, typer.Option("--heads", help="malu: the file holds the output weights only.")] = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Turn a published checkpoint into weights for a model here."""
    from xaesthetic.core.plugins import load as load_plugin
    from xaesthetic.core.progress import choose as choose_progress

    for file in files:
        if not file.is_file():
            raise typer.BadParameter(f"{file}: there is no such file.", param_hint="FILE")
    converter = load_plugin("converters", name)
    wanted = list(signature(converter).parameters)
    wanted = wanted[: wanted.index("out")]
    if len(files) != len(wanted):
        raise typer.BadParameter(f"{name} takes {', '.join(wanted).upper()}; {len(files)} came.", param_hint="FILE")
    requested: dict[str, Any] = {"norm": norm, "data": data, "root": root, "heads": heads or None}
    chosen = {option: value for option, value in requested.items() if value is not None}
    for option in chosen:
        if option not in signature(converter).parameters:
            raise typer.BadParameter(f"{name} takes no such option.", param_hint=f"--{option}")
    folder, manifest = converter(*files, out=out, track=choose_progress(quiet), **chosen)
    if as_json:
        screen.say_json(json.dumps(manifest, indent=2, ensure_ascii=False))
    elif not quiet:
        for line in filter(None, map(manifest.get, ("trained", "precision", "citation", "licence"))):
            screen.say(line)
    screen.say(folder, err=as_json)
