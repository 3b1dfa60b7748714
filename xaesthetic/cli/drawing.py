"""How figures are drawn: options of the commands that draw, and what they make."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli.lists import split_commas

if TYPE_CHECKING:
    from xaesthetic.core.types import ReportOptions

Scale = Annotated[
    str, typer.Option(metavar="per_map|shared", help="Colours from each map's own lowest to highest, or from a row's.")
]
Columns = Annotated[int, typer.Option(min=1, max=2, help="Of a two-column paper: how wide figures are.")]
Fade = Annotated[bool, typer.Option(help="Maps fade to grey where refits of the head do not agree about the sign.")]
Labels = Annotated[
    list[str] | None,
    typer.Option(
        "--label", metavar="NAME=TITLE", help="What a model or method is called in figures. Repeats. Default: its title."
    ),
]
Formats = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="png|pdf|svg",
        help="Which files of a figure. Repeats, or a list with commas. Default: png,pdf.",
        callback=split_commas,
    ),
]
Dpi = Annotated[
    int | None,
    typer.Option(min=30, max=2400, help="Dots an inch of pictures. Default: 300; slides 600.", show_default=False),
]
Cmap = Annotated[
    str,
    typer.Option(
        metavar="viridis|cividis|magma|inferno|plasma",
        help="Colours of maps: those that are perceptually uniform, so that equal steps look equally large.",
    ),
]
Style = Annotated[
    str,
    typer.Option(
        metavar="paper|slides|dark",
        help="'slides' is narrow, with letters that are large beside its pictures; 'dark' is for a dark ground.",
    ),
]
_SLIDES = 600  # dots an inch of a figure of 3.35: twice a screen's width


def report_options(
    scale: str,
    columns: int,
    fade: bool = True,
    labels: Sequence[str] | None = None,
    formats: Sequence[str] | None = None,
    dpi: int | None = None,
    cmap: str = "viridis",
    style: str = "paper",
    slider: str = "",
) -> "ReportOptions":
    """How figures are drawn.

    Raises
    ------
    BadParameter
        If a choice is none of those that there are.
    """
    from xaesthetic.core.sliding import SLIDERS
    from xaesthetic.core.types import CMAPS, FORMATS, STYLES, ReportOptions

    kinds = tuple(dict.fromkeys(kind.lower().removeprefix(".") for kind in formats or FORMATS[:2]))
    _validate("--scale", (scale,), ("per_map", "shared"))
    _validate("--format", kinds, FORMATS)
    _validate("--cmap", (cmap,), CMAPS, "perceptually uniform colours are ")
    _validate("--style", (style,), STYLES)
    _validate("--slider", (slider or SLIDERS[0],), SLIDERS)
    slides = style == "slides"
    return ReportOptions(
        scale=scale,
        columns=1 if slides else columns,
        fade=fade,
        formats=kinds,
        dpi=dpi or (_SLIDES if slides else 300),
        cmap=cmap,
        style=style,
        labels=parse_labels(labels),
        slider=slider or SLIDERS[0],
    )


def _validate(option: str, values: Sequence[str], known: Sequence[str], hint: str = "") -> None:
    wrong = [value for value in values if value not in known]
    if wrong:
        said = f"{hint}{', '.join(known)}" if hint else f"it is one of {', '.join(known)}"
        raise typer.BadParameter(f"{wrong[0]!r} is not known here; {said}.", param_hint=option)


def parse_labels(labels: Sequence[str] | None) -> tuple[tuple[str, str], ...]:
    """Return names with their titles out of NAME=TITLE; the last of one name counts.

    Raises
    ------
    BadParameter
        If one is none.
    """
    named: dict[str, str] = {}
    for text in labels or ():
        name, sign, title = (part.strip() for part in text.partition("="))
        if not (name and sign and title):
            raise typer.BadParameter(f'{text!r} is not NAME=TITLE, as multigap_lite0="Ours".', param_hint="--label")
        named[name] = title
    return tuple(named.items())
