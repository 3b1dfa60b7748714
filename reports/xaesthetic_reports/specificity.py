"""Whether maps depend on the attribute: how alike the maps of different attributes are."""

from pathlib import Path

import pandas as pd

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.titles import Titles
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.specificity import SPECIFICITY
from xaesthetic.figures import style
from xaesthetic.figures.intervals import CORRELATION, IntervalPanel, Line, interval_figure
from xaesthetic.run.seen import seen_caption
from xaesthetic.run.store import Run
from xaesthetic_reports._titles import title_notes, titles_of

_AXIS = "Pearson's r, mean, 95 % interval"


@report()
def specificity(run: Run, options: ReportOptions) -> list[Path]:
    """A row for each model and method: the correlation between attributes' maps, and with the activation energy.

    Parameters
    ----------
    run
        With maps for two attributes or more; for one alone nothing is drawn.
    options
        `columns` says how wide.

    Returns
    -------
    ``report/specificity.png``, ``.pdf``, the caption and ``.csv``.
    """
    if not run.has(SPECIFICITY):
        return []
    table = run.read(SPECIFICITY)
    if table["between"].isna().all():
        return []
    file = run.report / "specificity.csv"
    write_text(file, frame_csv(table))
    titles, energy = titles_of(options), ("with_energy", "with_energy_low", "with_energy_high")
    panels = [
        IntervalPanel("between attributes", _lines(table, "between", "low", "high", titles), (), CORRELATION, _AXIS),
        IntervalPanel("with activation energy", _lines(table, *energy, titles), (), CORRELATION, _AXIS),
    ]
    explained = frozenset(image for place in run.places() for image in run.maps(*place).images)
    caption = "\n".join([_caption(run, table), *seen_caption(run, explained), *title_notes(run, options)])
    figure = interval_figure(panels, "Do maps depend on the attribute?", options.columns)
    return [file, *style.save(figure, run.report / "specificity", caption, options)]


def _lines(table: pd.DataFrame, value: str, low: str, high: str, titles: Titles) -> tuple[Line, ...]:
    return tuple(
        Line(
            titles.place(str(row["model"]), str(row["method"])),
            str(row["model"]),
            float(row[value]),
            float(row[low]),
            float(row[high]),
        )
        for _, row in table.iterrows()
    )


def _caption(run: Run, table: pd.DataFrame) -> str:
    trained = "; ".join(f"{key}: {how}" for key, how in run.trained().items())
    verdicts = "; ".join(f"{row['model']} {row['method']} {row['verdict']}" for _, row in table.iterrows())
    return (
        f"Pearson's r of one photograph's maps for two attributes, mean over all pairs of {int(table['attributes'].max())} "
        f"attributes and {int(table['photographs'].max())} photographs of {run.experiment.data}, with 95 % intervals "
        "(bootstrap-t); and, likewise, of a map with the same model's activation energy, which asks no head. "
        f"{verdicts}. {trained}."
    )
