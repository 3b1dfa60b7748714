"""What the tables' commands share: options, and how a table is shown and written."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xaesthetic.cli import screen
from xaesthetic.cli.drawing import parse_labels
from xaesthetic.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from xaesthetic.paper.tables.cells import Layout

Predictions = Annotated[
    list[str] | None,
    typer.Option(
        "--predictions",
        metavar="[NAME=]FILE",
        help="Ratings made elsewhere: a CSV of image and attributes; or of 'predict --long', all its models where no NAME "
        "is given. Repeats.",
    ),
]


def _writable(out: Path | None) -> Path | None:
    """Refuse a folder that cannot be made or written into before anything is computed."""
    if out is not None:
        nearest = next(place for place in (out, *out.parents) if place.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
            reason = "may not be written into" if nearest.is_dir() else "is no folder"
            raise DataError(f"{out}: cannot be made, as {nearest} {reason}; choose another folder with --out.")
    return out


Folder = Annotated[Path | None, typer.Option(help="Write CSV, LaTeX and HTML into this folder.", callback=_writable)]
Resamples = Annotated[int, typer.Option(min=100, help="Bootstrap resamples.")]


def named(choices: Sequence[str] | None) -> list[tuple[str, Path]]:
    """Return names with files out of NAME=FILE, and all models of a long table that has no name.

    Raises
    ------
    BadParameter
        If one is none, or two have one name.
    """
    named: list[tuple[str, Path]] = []
    for choice in choices or ():
        name, sign, file = choice.partition("=")
        both = [(name, Path(file))] if name and sign and file else _models(choice)
        for item, path in both:
            if item in dict(named):
                raise typer.BadParameter(f"two are called {item!r}.", param_hint="--predictions")
            named.append((item, path))
    return named


def _models(choice: str) -> list[tuple[str, Path]]:
    """The models of a file without a name, which a long table says."""
    from xaesthetic.paper.tables.given_long import long_models

    models = long_models(Path(choice)) if Path(choice).is_file() else ()
    if not models:
        said = f"{choice!r} is not NAME=FILE, and no file with columns image, model, attribute, prediction."
        raise typer.BadParameter(said, param_hint="--predictions")
    return [(model, Path(choice)) for model in models]


def tell(
    title: str,
    stem: str,
    layouts: "Sequence[Layout]",
    frames: "dict[str, pd.DataFrame]",
    out: Path | None,
    quiet: bool,
    as_json: bool,
    labels: Sequence[str] | None = None,
) -> None:
    """Print tables, or the numbers as JSON, and write them into a folder where one is named."""
    from xaesthetic.core.files import write_text
    from xaesthetic.core.locks import hold
    from xaesthetic.core.spreadsheet import frame_csv
    from xaesthetic.paper.tables.labelled import labelled
    from xaesthetic.paper.tables.render import to_html, to_latex

    layouts = labelled(layouts, dict(parse_labels(labels)))
    if as_json:
        known = {name: json.loads(frame.to_json(orient="records", double_precision=10)) for name, frame in frames.items()}
        screen.say_json(json.dumps(known, indent=2, ensure_ascii=False))
    elif not quiet:
        screen.print_layouts(layouts)
    if out is None:
        return
    texts = {f"{name}.csv": frame_csv(frame) for name, frame in frames.items()}
    texts |= {f"{stem}.tex": to_latex(layouts), f"{stem}.html": to_html(title, layouts)}
    with hold(out / ".lock", "writing tables"):
        for name, text in texts.items():
            write_text(out / name, text)
    for name in texts:
        screen.say(out / name, err=as_json)
