"""Commands that make weights."""

import json
from pathlib import Path
from typing import Annotated

import typer

import xaesthetic as xa
from xaesthetic import screen
from xaesthetic.cli import options

app = typer.Typer()


@app.command(epilog="\b\nExample:\n  xaesthetic train multigap_lite0 --data osie --root path/to/osie --out heads")
def train(
    model: Annotated[str, typer.Argument(help="A model whose head is global average pooling and one linear layer.")],
    out: Annotated[Path, typer.Option(help="The folder for the weights and the manifest.")],
    data: options.Data = "sample",
    root: options.Root = None,
    device: options.Device = "auto",
    workers: options.Workers = 2,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Train a model's linear head on controlled edits of photographs, and test it on other photographs."""
    manifest = xa.train_head(model, data, root, out, device, seed, workers, xa.choose_progress(quiet))
    if as_json:
        typer.echo(json.dumps(manifest, indent=2))
    elif not quiet:
        screen.print_results(manifest)
    typer.echo(out / f"{model}.safetensors", err=as_json)
