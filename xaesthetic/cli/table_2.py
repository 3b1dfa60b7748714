"""The paper's Table 2: how well single people agree with all."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from xaesthetic.cli import drawing, options
from xaesthetic.cli.table_files import Folder, Predictions, Resamples, named, tell

EXAMPLES = (
    "\b\nExamples:\n  "
    "xaesthetic table 2 --ratings allinAll.csv --out tables\n  "
    "xaesthetic table 2 --data para --root PARA\n  "
    "xaesthetic table 2 --ratings votes.csv --rater who --image photo --score stars --predictions mine=preds.csv"
)


def table_2(
    ratings: Annotated[
        Path | None, typer.Option(help="Who gave which score to which image: a table with a row for each.")
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FOLDER",
            help="Instead of --ratings: a data set. Its single votes where they lie in its folder, else how reliable its "
            "mean ratings are by its counts of votes.",
        ),
    ] = None,
    root: options.Root = None,
    rater: Annotated[str | None, typer.Option(help="The column of raters, if it is not found by its name.")] = None,
    image: Annotated[str | None, typer.Option(help="The column of images.")] = None,
    score: Annotated[str | None, typer.Option(help="The column of scores.")] = None,
    predictions: Predictions = None,
    attr: Annotated[
        str, typer.Option("--attr", "--attribute", help="Which attribute of the predictions the scores are for.")
    ] = "overall",
    label: drawing.Labels = None,
    out: Folder = None,
    resamples: Resamples = 2000,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    as_json: options.Json = False,
) -> None:
    """How well single raters agree with the mean, with the others, and what that allows a model, beside the paper's."""
    from xaesthetic.core.attributes import parse as parse_attributes
    from xaesthetic.paper.tables.given import read_predictions
    from xaesthetic.paper.tables.layout import rater_layouts
    from xaesthetic.paper.tables.raters import find_votes, rater_agreement, read_votes

    if (ratings is None) == (data is None):
        raise typer.BadParameter("one of --ratings and --data was wanted.", param_hint="--ratings")
    if data is not None:
        ratings = find_votes(*_folders(data, root))
    if ratings is None:
        _reliabilities(str(data), root, out, quiet, as_json)
        return
    votes, votes_notes = read_votes(ratings, {"rater": rater, "image": image, "score": score})
    images = sorted(votes["image"].unique())
    name, *more = parse_attributes([attr])
    if more:
        raise typer.BadParameter("the scores are for one attribute; name it.", param_hint="--attr")
    chosen, notes = {}, list(votes_notes)
    for item, file in named(predictions):
        table, said = read_predictions(item, file, images, (name,))
        rows = table[table["attribute"] == name]
        chosen[item] = dict(zip(rows["image"], rows["prediction"], strict=True))
        notes += said
    result = rater_agreement(votes, chosen, resamples=resamples, seed=seed)
    layouts = rater_layouts(replace(result, notes=tuple(notes)))
    tell(
        "Table 2",
        "table_2",
        layouts,
        {"table_2": result.raters, "table_2_models": result.models},
        out,
        quiet,
        as_json,
        label,
    )


def _folders(data: str, root: Path | None) -> list[Path]:
    """Where a data set's files may lie."""
    from xaesthetic.data.fetch.registry import cached
    from xaesthetic.data.records import whole_name

    name = whole_name(data)
    return [root] if root else [Path(name) if "/" in name else cached(name)]


def _reliabilities(data: str, root: Path | None, out: Path | None, quiet: bool, as_json: bool) -> None:
    """What counts of votes say, where there are no single votes."""
    from xaesthetic.core.described import Described
    from xaesthetic.data.records import collect
    from xaesthetic.paper.tables.reliabilities import TITLE, reliabilities, reliability_layout

    collection = collect(data, root)
    table = reliabilities(collection.records, data)
    layout = reliability_layout(table, Described(data=collection.described))
    tell(TITLE, "table_2", [layout], {"table_2": table}, out, quiet, as_json)
