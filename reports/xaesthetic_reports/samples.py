"""The paper's Figure 1: the photographs rated highest and lowest in each attribute."""

from pathlib import Path

import pandas as pd

from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import report
from xaesthetic.core.types import Record, ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures import grid, style
from xaesthetic.run.store import Run
from xaesthetic_reports._ratings import ratings_of

_SHOWN = 3


@report(on_request=True)
def samples(run: Run, options: ReportOptions) -> list[Path]:
    """A row for each of the paper's attributes; no photograph is stretched or cut.

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
        If none of the paper's attributes is rated.
    """
    known = ratings_of(run)
    names = [item for item in ATTRIBUTES if item.in_paper and item.name in known.table.columns]
    names = [item for item in names if not options.attributes or item.name in options.attributes]
    rated = {item.name: int(known.table[item.name].notna().sum()) for item in names}
    names = [item for item in names if rated[item.name] > 1]
    if not names:
        raise DataError(
            f"{run.root}: none of the paper's attributes is rated for two photographs; Figure 1 needs AADB, or a "
            "model that rates one."
        )
    records = {record.id: record for record in run.records()}
    count = min(_SHOWN, *(rated[item.name] // 2 for item in names))
    rows = [grid.Row(item.title, _panels(known.table[item.name], records, count)) for item in names]
    page = grid.Page("", ((f"{count} highest", count), (f"{count} lowest", count)))
    caption = (
        f"The {count} photographs rated highest and the {count} rated lowest in each attribute: {known.whose}, "
        f"{len(known.table)} photographs. In the corner the rating. Photographs are padded to squares, not stretched."
    )
    return style.save(grid.photo_grid(rows, page, options.columns), run.report / "samples", caption)


def _panels(ratings: pd.Series, records: dict[str, Record], count: int) -> tuple[grid.Panel, ...]:
    ordered = ratings.dropna().sort_index().sort_values(ascending=False, kind="stable")
    shown = [*ordered.index[:count], *ordered.index[-count:]]
    return tuple(
        grid.Panel(style.padded(style.thumbnail(load_photograph(records[image]))), f"{ordered[image]:z.2f}")
        for image in shown
    )
