"""Commands that make weights."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xaesthetic.cli import options, screen
from xaesthetic.core.choices import MODELS, RATINGS_MODELS, ModelChoice, validate_choice

if TYPE_CHECKING:
    from collections.abc import Mapping

app = typer.Typer()


@app.command(
    epilog="\b\nExamples:\n  "
    "xaesthetic train multigap_resnet50 --data aadb --out weights/paper\n  "
    "xaesthetic train resnet50_ft --data aadb --recipe code --set epochs=8 --out weights/ft\n  "
    "xaesthetic train multigap_lite0 --data aadb --freeze-backbone --out weights/lite0\n  "
    "xaesthetic train multigap_lite0 --data para --edits osie --out heads\n  "
    "xaesthetic train multigap_lite0_edits --data osie --out heads\n  "
    "xaesthetic train timm:convnext_tiny --head multigap --data aadb --out my_model\n  "
    "xaesthetic train my_folder --trust --head multigap --data osie --out with_head\n  "
    "torchrun --no-python --nproc-per-node 4 xaesthetic train multigap_resnet50 --data aadb --out weights/paper"
)
def train(
    model: Annotated[
        str, typer.Argument(help="A model whose head is global averages and one linear layer; with --head any network.")
    ],
    out: Annotated[Path, typer.Option(help="The folder for the weights and all that is told of them.")],
    data: options.Data = "sample",
    root: options.Root = None,
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE",
            help="'paper' (the default where photographs are rated), 'code' (twelve outputs), 'edits', a JSON file; or "
            "'ridge': the head alone, in closed form, from ratings or, where there are none, from edits (the default there, "
            "with --edits, and for the models that are embedded).",
            show_default=False,
        ),
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="CHOICE=VALUE", help="Change a choice of the recipe. Repeats.")
    ] = None,
    freeze_backbone: Annotated[
        bool, typer.Option("--freeze-backbone", help="Train the head only, on features computed once.")
    ] = False,
    edits: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FOLDER",
            help="With rated photographs: others, with a subject, whose edits become further rows of the ridge.",
            show_default=False,
        ),
    ] = None,
    edits_root: Annotated[Path | None, typer.Option(help="Where the files of --edits lie.")] = None,
    weights: Annotated[
        str | None, typer.Option(metavar="FOLDER|random", help="Where the backbone starts, if not with the model's own.")
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="multigap",
            help="A new head on timm:NAME, torchvision:NAME or a model folder, fitted to frozen features; a model folder.",
            show_default=False,
        ),
    ] = None,
    device: options.Device = "auto",
    workers: options.Workers = 0,
    trust: options.Trust = False,
    seed: Annotated[int | None, typer.Option(help="For whatever is drawn by chance; else the recipe's.")] = None,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Train a network on people's ratings, or on controlled edits, and test it on other photographs."""
    from xaesthetic.data.records import find_records
    from xaesthetic.train.fit import train_network
    from xaesthetic.train.multigap import train_multigap
    from xaesthetic.train.rated import train_rated_head
    from xaesthetic.train.recipe import read_recipe
    from xaesthetic.train.ridge import train_head

    execution = options.execution(workers, quiet, device, trust)
    validate_choice(ModelChoice.parse(model).or_weights(weights if head else None))
    if head is not None:
        if recipe not in (None, "ridge") or changes or freeze_backbone or edits or head != "multigap":
            raise typer.BadParameter(
                f"{head!r} with a recipe; --head multigap is fitted as it is, or to edits with --recipe ridge.",
                param_hint="--head",
            )
        chosen_model = ModelChoice.parse(model).or_weights(weights)
        manifest = train_multigap(chosen_model, data, root, out, seed or 0, execution, from_edits=recipe == "ridge")
        _tell(manifest, out, quiet, as_json)
        return
    rated = any(record.ratings for record in find_records(data, root))
    changed_by_hand = bool(changes or freeze_backbone or weights)
    if recipe is None:
        closed = edits is not None or not rated or (model in (*MODELS, *RATINGS_MODELS) and not changed_by_hand)
        recipe = "ridge" if closed else "paper"
    if edits is not None and (recipe != "ridge" or not rated):
        raise typer.BadParameter("goes with rated photographs in --data and the recipe 'ridge'.", param_hint="--edits")
    if recipe == "ridge":
        if changed_by_hand:
            raise typer.BadParameter("'ridge' is no recipe to change; choose another with --recipe.", param_hint="--recipe")
        if rated:
            manifest = train_rated_head(model, data, root, out, seed or 0, execution, edits, edits_root)
        else:
            manifest = train_head(model, data, root, out, seed or 0, execution)
    else:
        changed = [*(changes or ()), *(["freeze_backbone=true"] * freeze_backbone)]
        changed += [f"seed={seed}"] * (seed is not None)
        chosen = read_recipe(recipe, changed)
        manifest = train_network(model, data, root, out, chosen, weights, execution)
    if os.environ.get("RANK", "0") == "0":  # of several processes the first one tells
        _tell(manifest, out / f"{model}.safetensors", quiet, as_json)


def _tell(manifest: "Mapping[str, Any]", written: Path, quiet: bool, as_json: bool) -> None:
    """Print what the weights are worth, and where they are."""
    if as_json:
        screen.say_json(json.dumps(manifest, indent=2))
    elif not quiet:
        screen.print_results(manifest)
    screen.say(written, err=as_json)
