"""Commands about a model of one's own: what it is, and a folder to begin with."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import options, screen

if TYPE_CHECKING:
    from xaesthetic.models.examine import Examination

app = typer.Typer()
new = typer.Typer(no_args_is_help=True, help="Write a folder to begin with.")
_LISTED = 20  # outputs named on the screen; --json has all


@app.command(
    "check-model",
    epilog="\b\nExamples:\n  xaesthetic check-model my_folder\n  xaesthetic check-model timm:resnet18 --weights random\n"
    "  xaesthetic check-model my_folder --trust --json",
)
def examine(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="A model folder, timm:NAME, or whatever --model takes.")],
    weights: options.Weights = None,
    trust: options.Trust = False,
    as_json: options.Json = False,
) -> None:
    """Say what a model is, and whether its maps add up, or why not; exit status 1 where they should and do not."""
    from xaesthetic.core.choices import ModelChoice
    from xaesthetic.data import images
    from xaesthetic.data.records import find_records
    from xaesthetic.models.examine import examine_model, state

    choice = ModelChoice.parse(model).or_weights(weights)
    originals = [record.path for record in find_records("sample", None) if record.edit is None][:2]
    found_out = examine_model(choice, [images.decode(path) for path in originals], trust)
    if as_json:
        screen.say_json(json.dumps(state(found_out), indent=2, ensure_ascii=False))
    else:
        _show(found_out)
    if not found_out.fits:
        raise typer.Exit(1)


def _show(result: "Examination") -> None:
    inputs, source = result.inputs, result.source
    layers = ", ".join(f"{name} ({' × '.join(map(str, shape))})" for name, shape in result.layers.items())
    height, width = inputs.size
    colors = "an image as mean" if not isinstance(inputs.mean, tuple) else f"mean {_listed(inputs.mean)}"
    rows = [
        ["layers", layers or "none: it is explained at its inputs only"],
        ["inputs", f"{height} × {width}, {'BGR' if inputs.bgr else 'RGB'} from 0 to {inputs.scale:g}, {colors}, "
         f"std {_listed(inputs.std)}, {inputs.resample}"],
        ["source", source.citation],
        ["licence", source.licence],
        ["trained", source.trained],
        *(["sha256", f"{name} {digest}"] for name, digest in source.files.items()),
        *(["note", note] for note in result.notes),
        ["proof", result.proof.sentence],
    ]  # fmt: skip
    screen.print_table([result.name, ""], rows)
    outputs = [
        [item.name, item.title, item.range or "not stated", "" if item.higher_is_better else "lower is better", link]
        for item, link in zip(result.outputs, result.links, strict=True)
    ]
    screen.print_table(["output", "title", "range", "", "link"], outputs[:_LISTED])
    if len(outputs) > _LISTED:
        screen.say(f"and {len(outputs) - _LISTED} outputs more (--json has all)")


def _listed(numbers: tuple[float, ...]) -> str:
    return " ".join(f"{number:g}" for number in numbers)


@new.command("model", epilog="\b\nExample:\n  xaesthetic new model my_net")
def new_model(
    name: Annotated[str, typer.Argument(help="The folder, which must not be there yet.")],
) -> None:
    """Write a model folder with a tiny network that works as it stands, every field explained, and a test."""
    from xaesthetic.cli.template import write_template

    for path in write_template(Path(name)):
        screen.say(path)
