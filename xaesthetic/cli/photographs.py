"""`xaesthetic photo.jpg`: photographs without a command are shown."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup, TyperOption

from xaesthetic.cli import completing, drawing, options, ratings, screen, sliding
from xaesthetic.cli.lists import split_commas

if TYPE_CHECKING:
    from xaesthetic.pipeline import Comparison

app = typer.Typer()
_SHOW = "show"
_PLAN = ["annotate", "plan"]


class PhotographGroup(TyperGroup):
    """Commands, of which `show` is the one where the first argument is a photograph or a folder and no command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what is meant."""
        if args and args[0] in self.commands:
            _say_of_file(args)
        return super().parse_args(ctx, self.spelled(args))

    def spelled(self, args: list[str]) -> list[str]:
        """Arguments as they are meant: `show` before photographs, a study planned under either name, a slider's place."""
        if args[:2] == _PLAN and not os.path.exists(args[1]):  # noqa: PTH110
            args = ["annotations", *args[1:]]
        args = sliding.with_place(args, _is_photograph)
        words = list(self._words(args))
        if words and words[0] not in self.commands and any(map(_is_photograph, words)):
            args = [_SHOW, *args]
        return args

    def _words(self, args: list[str]) -> Iterator[str]:
        """Give the arguments that are neither options of `show` nor values of these: `--out report` names no command."""
        options = [option for option in self.commands[_SHOW].params if isinstance(option, TyperOption)]
        valued = {name for option in options if not option.is_flag for name in option.opts}
        rest = iter(args)
        for arg in rest:
            if arg in valued:
                next(rest, None)
            elif not arg.startswith("-"):
                yield arg


def _is_photograph(arg: str) -> bool:
    """Whether an argument is a file or folder, or is written as one."""
    if arg.startswith("-"):
        return False
    from xaesthetic.data.formats import SUFFIXES

    return os.path.exists(arg) or os.sep in arg or Path(arg).suffix.lower() in (*SUFFIXES, ".tar")  # noqa: PTH110


def _say_of_file(args: list[str]) -> None:
    """Say how a file is reached that is called as a command; a folder (`data`) only where nothing else is wanted."""
    name = args[0]
    if os.path.isfile(name) or (len(args) == 1 and os.path.isdir(name)):  # noqa: PTH112, PTH113
        shown = f"'xaesthetic {_SHOW} ./{name}' shows that"
        screen.say(f"xaesthetic: {name} is a command, and there is a file or folder of that name; {shown}.", err=True)


@app.command(
    epilog="\b\nExamples:\n  xaesthetic show photo.jpg\n  "
    "xaesthetic show a.jpg holiday/ --attr light --attr 'Vivid Color'\n  "
    "xaesthetic show photo.jpg --method occlusion --open\n  "
    "xaesthetic show photo.jpg --slider inside --subject auto"
)
def show(
    photographs: Annotated[
        list[str], typer.Argument(metavar="PHOTO|FOLDER...", help="Photographs and folders; lists, shards, URLs.")
    ],
    attr: options.Attributes = ["all"],  # noqa: B006  # typer copies it
    model: options.Models = None,
    weights: options.Weights = None,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="NAME",
            help="How maps are made. Repeats, or a list with commas. Default: cam, else grad_cam.",
            callback=split_commas,
            autocompletion=completing.methods,
        ),
    ] = None,
    out: options.Out = None,
    slider: sliding.Slider = "",
    steps: sliding.Steps = 6,
    subject: sliding.Subject = "",
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
    device: options.Device = "auto",
    precision: options.Precision = "full",
    cache_size: options.CacheSize = "",
    batch: options.Batch = 8,
    workers: options.Workers = 0,
    trust: options.Trust = False,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """Rate photographs and show where the ratings come from: a picture for every attribute, and a page."""
    from xaesthetic.pipeline import show

    experiment = options.experiment(
        attr, "", None, model, method, None, 0, batch, device, weights, precision, photographs, target, of, zero, beyond
    )
    slides = sliding.slider_options(slider, steps, subject)
    folder = options.folder(experiment, out)
    execution = options.execution(workers, quiet, trust=trust, cache_size=cache_size)
    look = drawing.report_options("per_map", 2, True, label, format or ["png"], dpi, cmap, style, slider)
    _print(
        show(experiment, folder, execution, not method, slides, look),
        quiet,
        as_json,
        open_page,
    )


def _print(comparison: "Comparison", quiet: bool, as_json: bool, open_page: bool) -> None:
    """Print ratings and where the files are; exit status 1 if photographs were left out."""
    from xaesthetic.paper.tables.predictions import to_json
    from xaesthetic.reporting import raise_failures
    from xaesthetic.run.schemas import PREDICTIONS

    run = comparison.run
    pictures = [file for file in comparison.written if file.parent.name == "overlays"]
    numbers = [file for file in comparison.written if file.name == "overlays.csv"]
    pages = [file for file in comparison.written if file.suffix == ".html"]
    page = screen.find_page(pages)
    if as_json:
        result = {
            "run": str(run.root),
            "page": str(page) if page else None,
            "overlays": list(map(str, pictures)),
            "left_out": dict(comparison.left_out),
            "predictions": json.loads(to_json(run.read(PREDICTIONS), run.trained(), run.described())),
        }
        screen.say_json(json.dumps(result, indent=2, ensure_ascii=False))
    else:
        if not quiet:
            ratings.print_shown(run)
            screen.print_precision_of(run)
        screen.print_written([*pictures, *numbers, *pages], page)
    screen.print_passed_over(comparison.passed_over)
    screen.print_left_out(comparison.left_out)
    raise_failures(comparison.failed)
    if open_page and page:
        screen.open_page(page)
    if comparison.left_out:
        raise typer.Exit(1)
