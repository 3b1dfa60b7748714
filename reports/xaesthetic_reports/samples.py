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
    told = ratings_of(run)
    names = [each for each in ATTRIBUTES if each.in_paper and each.name in told.table.columns]
    names = [each for each in names if not options.attributes or each.name in options.attributes]
    rated = {each.name: int(told.table[each.name].notna().sum()) for each in names}
    names = [each for each in names if rated[each.name] > 1]
    if not names:
        raise DataError(
            f"{run.root}: none of the paper's attributes is rated for two photographs; Figure 1 needs AADB, or a "
            "model that rates one."
        )
    records = {record.id: record for record in run.records()}
    count = min(_SHOWN, *(rated[each.name] // 2 for each in names))
    rows = [grid.Row(each.title, _panels(told.table[each.name], records, count)) for each in names]
    page = grid.Page("", ((f"{count} highest", count), (f"{count} lowest", count)))
    caption = (
        f"The {count} photographs rated highest and the {count} rated lowest in each attribute: {told.whose}, "
        f"{len(told.table)} photographs. In the corner the rating. Photographs are padded to squares, not stretched."
    )
    return style.save(grid.photo_grid(rows, page, options.columns), run.report / "samples", caption)


def _panels(ratings: pd.Series, records: dict[str, Record], count: int) -> tuple[grid.Panel, ...]:
    ordered = ratings.dropna().sort_index().sort_values(ascending=False, kind="stable")
    shown = [*ordered.index[:count], *ordered.index[-count:]]
    return tuple(
        grid.Panel(style.padded(style.thumbnail(load_photograph(records[image]))), f"{ordered[image]:z.2f}")
        for image in shown
    )
