"""Options of the edit slider."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from xaesthetic.core.sliding import SliderOptions

Slider = Annotated[
    str,
    typer.Option(
        "--slider",
        metavar="[beside|inside]",
        help="Edit the photographs with a subject step by step (a pass a step) for a slider in the page, whose pictures lie "
        "in files beside it (alone it means this) or inside it.",
        show_default=False,
    ),
]
Place = Annotated[
    str,
    typer.Option(
        "--slider",
        metavar="[beside|inside]",
        help="Where the pictures of a slider that 'score RUN --slider' has made lie. Default: beside the page.",
        show_default=False,
    ),
]
Steps = Annotated[int, typer.Option("--steps", min=2, max=21, help="With --slider: how many amounts from 0 to 1.")]
Subject = Annotated[
    str,
    typer.Option(
        "--subject",
        metavar="auto",
        help="With --slider: 'auto' has a network find the subject where none is drawn or marked (extra 'subject').",
        show_default=False,
    ),
]


def _refuse(value: str) -> str:
    """Say which commands make a slider: one that draws no page has none."""
    if value:
        raise typer.BadParameter(
            "this command draws no page; 'compare' and 'show' make the slider with it, and 'score RUN --slider "
            f"{value}' in a finished run.",
            param_hint="--slider",
        )
    return value


Elsewhere = Annotated[str, typer.Option("--slider", hidden=True, callback=_refuse)]


def with_place(args: list[str], is_photograph: Callable[[str], bool]) -> list[str]:
    """Arguments in which `--slider` without a place says `beside`, as it means; typer's options always take a value."""
    if "--slider" not in args:
        return args
    from xaesthetic.core.sliding import SLIDERS

    def is_place(arg: str) -> bool:  # a misspelt one too: it is refused where it is read
        return arg in SLIDERS or not (arg.startswith("-") or is_photograph(arg))

    spelled = []
    for arg, following in zip(args, [*args[1:], None], strict=True):
        spelled.append(arg)
        if arg == "--slider" and (following is None or not is_place(following)):
            spelled.append("beside")
    return spelled


def slider_options(slider: str, steps: int, subject: str) -> "SliderOptions | None":
    """How photographs are edited for the page's slider; None where none is wanted."""
    from xaesthetic.core.sliding import SLIDERS, SliderOptions

    if slider and slider not in SLIDERS:
        raise typer.BadParameter(f"{slider!r} is neither {' nor '.join(SLIDERS)}.", param_hint="--slider")
    if subject and not slider:
        raise typer.BadParameter("is for the edits of --slider; add that.", param_hint="--subject")
    if subject not in ("", "auto"):
        raise typer.BadParameter(f"{subject!r} is not 'auto'.", param_hint="--subject")
    return SliderOptions(steps, subject) if slider else None
