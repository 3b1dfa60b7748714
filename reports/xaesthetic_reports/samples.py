"""The paper's Figure 1: the photographs rated highest and lowest in each attribute."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from xaesthetic.core.attributes import ATTRIBUTES, Attribute, in_order
from xaesthetic.core.described import find_related
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import report
from xaesthetic.core.types import Record, ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures import grid, style
from xaesthetic.run.seen import seen_caption
from xaesthetic.run.store import Run
from xaesthetic_reports._labels import key_to_labels, title_labels
from xaesthetic_reports._ratings import Ratings, ratings_of

_SHOWN = 3


@report(on_request=True)
def samples(run: Run, options: ReportOptions) -> list[Path]:
    """A row for each of the paper's attributes, or of all where none of those is rated; none is stretched or cut.

    Where one is not rated, but something related to it, that has the row, under its own name.

    Parameters
    ----------
    run
        With predictions.
    options
        `attributes` says which rows are drawn, `columns` how wide.

    Returns
    -------
    ``report/samples.png``, ``.pdf`` and the caption.

    Raises
    ------
    DataError
        If no attribute is rated for two photographs.
    """
    known = ratings_of(run)
    rated = {name: int(known.table[name].notna().sum()) for name in in_order(known.table.columns)}
    paper = _papers(rated, known)
    names = [name for name in options.attributes or paper or rated if rated.get(name, 0) > 1]
    if not names:
        raise DataError(
            f"{run.root}: no attribute is rated for two photographs; Figure 1 needs AADB, or a model that rates one."
        )
    count = min(_SHOWN, *(rated[name] // 2 for name in names))
    items = [known.attribute(name) for name in names]
    named = title_labels(item.title for item in items)
    shown = {item.name: _ends(known.table[item.name], count) for item in items}
    images = {str(image) for ends in shown.values() for image in ends.index}
    records = {record.id: record for record in run.records_of(images)}
    rows = [grid.Row(named[item.title], _panels(shown[item.name], records, item)) for item in items]
    page = grid.Page("", ((f"{count} highest", count), (f"{count} lowest", count)))
    caption = (
        f"The {count} photographs rated highest and the {count} rated lowest in each attribute: {known.whose}, "
        f"{len(known.table)} photographs. In the corner the rating."
    )
    seen = seen_caption(run, frozenset(images), known.models)
    likeness = [f"{item.title}: {item.likeness}." for item in items if item.likeness]
    caption = "\n".join([caption, *likeness, *seen, *key_to_labels(named)])
    table = pd.concat([ends.rename("rating").rename_axis("image").reset_index() for ends in shown.values()], keys=shown)
    table = table.reset_index(level=0, names="attribute")
    return style.save(grid.photo_grid(rows, page, options.columns), run.report / "samples", caption, options, table)


def _papers(rated: Mapping[str, int], known: Ratings) -> list[str]:
    """Return the paper's attributes that are rated, and where one is not what is related to it."""
    present = [known.attribute(name) for name in rated]
    wanted = [item.name for item in ATTRIBUTES if item.in_paper]
    near = {name: find_related(name, present) for name in wanted if name not in rated}
    standing = (name if name in rated else item.name if (item := near[name]) else "" for name in wanted)
    return list(dict.fromkeys(filter(None, standing)))


def _ends(ratings: "pd.Series[float]", count: int) -> "pd.Series[float]":
    """The highest and the lowest ratings, by photograph."""
    ordered = ratings.dropna().sort_index().sort_values(ascending=False, kind="stable")
    return pd.concat([ordered.iloc[:count], ordered.iloc[-count:]])


def _panels(ratings: pd.Series, records: dict[str, Record], item: Attribute) -> tuple[grid.Panel, ...]:
    return tuple(
        grid.Panel(style.thumbnail(load_photograph(records[str(image)])), item.text(float(rating)))
        for image, rating in ratings.items()
    )
