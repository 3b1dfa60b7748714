"""What several commands take, and the experiment that it makes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import completing, crash
from xaesthetic.cli.engines import Address as Address
from xaesthetic.cli.engines import CacheSize as CacheSize
from xaesthetic.cli.engines import Engine as Engine
from xaesthetic.cli.engines import Workers as Workers
from xaesthetic.cli.engines import carried_out as carried_out
from xaesthetic.cli.engines import execution as execution
from xaesthetic.cli.lists import split_commas
from xaesthetic.core.choices import METHODS, ModelChoice

if TYPE_CHECKING:
    from xaesthetic.core.types import Experiment
    from xaesthetic.run.store import Run

Attributes = Annotated[
    list[str],
    typer.Option(
        "--attr",
        "--attribute",
        metavar="NAME",
        help="An attribute of the models, by name or title; 'all' for all. Repeats, or a list with commas.",
        show_default=False,
        callback=split_commas,
        autocompletion=completing.attributes,
    ),
]
Data = Annotated[
    str,
    typer.Option(
        help="A data set's name (NAME:LIST for one of its lists), a folder, a list (.txt, .parquet, - for standard input), "
        "tar shards (p-{00..31}.tar), or an address of these (https, s3, gs).",
        metavar="NAME|FOLDER|LIST|TAR|URL",
    ),
]
Root = Annotated[Path | None, typer.Option(help="Where the data set's files lie; what paths in a list are relative to.")]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="A model that 'list models' shows; NAME=FOLDER with weights of one's own; a model folder; timm:NAME, "
        "torchvision:NAME, pyiqa:NAME. Repeats, or a list with commas. Default: multigap_lite0, lite0_ft, and "
        "multigap_lite0_edits where it has an attribute that is named.",
        callback=split_commas,
        autocompletion=completing.models,
    ),
]
Weights = Annotated[
    str | None,
    typer.Option(
        metavar="FOLDER|random",
        help="Weights for every model that names none of its own: a folder, or the word 'random' to try things out.",
    ),
]
Methods = Annotated[
    list[str] | None,
    typer.Option(
        "--method",
        metavar="NAME",
        help="How maps are made; 'all-cam' for the CAM family. Repeats, or a list with commas. Default: cam, "
        "activation_energy.",
        callback=split_commas,
        autocompletion=completing.methods,
    ),
]
Pick = Annotated[int, typer.Option(min=1, help="How many of the highest and of the lowest are shown.")]
Out = Annotated[Path | None, typer.Option(help="The run folder. Default: a name of its own in runs/.")]
Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="NAME",
        help="Which report. Repeats, or a list with commas. Default: all.",
        callback=split_commas,
        autocompletion=completing.reports,
    ),
]
RunFolder = Annotated[Path, typer.Argument(help="A run folder.", autocompletion=completing.run_folders)]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or mps.")]
Precision = Annotated[
    str, typer.Option(metavar="full|bf16", help="What networks compute in; the error of bf16 is measured and printed.")
]
Decode = Annotated[
    str,
    typer.Option(
        metavar="full|reduced",
        help="Whether JPEGs are decoded at a half, a quarter or an eighth of their scale where models take no more; the "
        "error is measured and printed.",
    ),
]
Target = Annotated[
    str,
    typer.Option(
        metavar="up|down",
        help="What maps show: what raises an output, or what lowers it. Signed maps change their sign, others change "
        "altogether.",
    ),
]
Of = Annotated[
    str,
    typer.Option(
        "--of",
        metavar="raw|rating",
        help="What maps explain: the output before its link, which maps add up to, or the rating behind it (no cam).",
    ),
]
Zero = Annotated[
    str,
    typer.Option(
        "--zero",
        metavar="photo:FILE|mean|people",
        help="What counts as zero: a photograph, the mean over the photographs, or the mean of people's ratings. It "
        "changes no map; figures say how far the output lies from it. Default: 0.",
        show_default=False,
    ),
]
Beyond = Annotated[
    str,
    typer.Option(
        "--beyond",
        metavar="overall",
        help="Rate and explain what attributes have beyond the overall score of the same model. Under 0 is less than the "
        "overall rating predicts.",
        show_default=False,
    ),
]
Sharded = Annotated[
    str,
    typer.Option(
        "--shard",
        metavar="I/N",
        help="Only the I-th of N parts of the photographs, for a run folder of its own; 'merge' joins them.",
        show_default=False,
    ),
]
Store = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="float32|float16",
        help="What maps are kept in. float16 takes half the room; what that changes is measured and said, and maps that it "
        "would change by more than 1 % of their spread stay float32.",
    ),
]
Photographs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PHOTO|FOLDER]...", help="Photographs and folders; lists, shards, URLs.", show_default=False),
]


Batch = Annotated[int, typer.Option(min=1, help="Photographs at once.")]
Seed = Annotated[int, typer.Option(help="For whatever is drawn by chance.")]
Trust = Annotated[bool, typer.Option("--trust", help="Run the Python file of a model folder, which may do anything.")]
OpenPage = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress, no table.")]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON on standard output.")]


def experiment(
    attributes: Sequence[str],
    data: str,
    root: Path | None,
    models: Sequence[str] | None,
    methods: Sequence[str] | None,
    pick: int | None,
    seed: int,
    batch: int,
    device: str,
    weights: str | None = None,
    precision: str = "full",
    photographs: Sequence[str] = (),
    target: str = "up",
    of: str = "raw",
    zero: str = "",
    beyond: str = "",
    shard: str = "",
    store: str = "float32",
    decode: str = "full",
) -> "Experiment":
    """The question that the options ask; of photographs that are named one by one, where they are."""
    from xaesthetic.core.attributes import choose as choose_attributes
    from xaesthetic.core.targets import DIRECTIONS, SCALES
    from xaesthetic.core.types import DECODES, PRECISIONS, STORES, Experiment
    from xaesthetic.run.question import name_photographs

    if precision not in PRECISIONS:
        raise typer.BadParameter(f"{precision!r} is neither {' nor '.join(PRECISIONS)}.", param_hint="--precision")
    names = (
        ("--target", target, DIRECTIONS),
        ("--of", of, SCALES),
        ("--store", store, STORES),
        ("--decode", decode, DECODES),
    )
    for option, value, known in names:
        if value not in known:
            raise typer.BadParameter(f"{value!r} is neither {' nor '.join(known)}.", param_hint=option)
    usual = METHODS if of == "raw" else ("grad_cam", *METHODS[1:])  # cam has no map of a rating behind a link
    named = name_photographs(photographs) if photographs else {"data": data}
    return Experiment(
        **named,
        root=str(root) if root else None,
        models=choices(models, weights, choose_attributes(attributes), beyond),
        methods=tuple(dict.fromkeys(methods or usual)),
        attributes=choose_attributes(attributes),
        pick=pick,
        seed=seed,
        batch=batch,
        device=device,
        precision=precision,
        target=target,
        of=of,
        zero=zero,
        beyond=beyond,
        shard=shard,
        store=store,
        decode=decode,
    )


def folder(experiment: "Experiment", out: Path | None) -> Path:
    """The run folder that was named, or one whose name tells the question: equal questions meet, others never do."""
    from xaesthetic.run.question import default_folder

    out = default_folder(experiment) if out is None else out
    crash.log_in(out)
    return out


def open_run(root: Path) -> "Run":
    """Open a run folder, which gets the traceback of a fault of ours from now on."""
    from xaesthetic.run.store import Run

    crash.log_in(root)
    return Run.open(root)


def choices(
    models: Sequence[str] | None, weights: str | None, attributes: Sequence[str] = ("all",), beyond: str = ""
) -> tuple[str, ...]:
    """Return the models that are chosen, once each, with the weights for those that name none."""
    from xaesthetic.core.having import default_models

    named = [ModelChoice.parse(model).or_weights(weights) for model in models or default_models(attributes, beyond)]
    return tuple(map(str, dict.fromkeys(named)))
