"""Controlled edits: whether ratings moved the right way, and maps changed where the picture did."""

from pathlib import Path

import pandas as pd

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.titles import Titles
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.summaries import EDIT_RESPONSE
from xaesthetic.figures import style
from xaesthetic.figures.intervals import CHANCE, SHARE, IntervalPanel, Line, interval_figure
from xaesthetic.run.seen import seen_notes
from xaesthetic.run.store import Run
from xaesthetic_reports._titles import title_notes, titles_of

_AUC = "AUC, mean, 95 % interval"


@report()
def edits(run: Run, options: ReportOptions) -> list[Path]:
    """A row for each edit and method: how often the rating moved as it should, and the AUC of the map's change.

    A floor, which asks no output, has one row, of all edits.

    Parameters
    ----------
    run
        On which ``xaesthetic score --edits`` was run; without, nothing is drawn.
    options
        `columns` says how wide.

    Returns
    -------
    For each model ``report/edits_NAME.png``, ``.pdf`` and the caption; ``report/edits.csv``.
    """
    if not run.has(EDIT_RESPONSE):
        return []
    table = run.read(EDIT_RESPONSE)
    file = run.report / "edits.csv"
    write_text(file, frame_csv(table))
    written, titles = [file], titles_of(options)
    notes = [*seen_notes(run), *title_notes(run, options)]
    for model, rows in table.groupby("model", sort=False):
        panels = [
            IntervalPanel("moved the right way", _lines(rows, "right", titles), (CHANCE,), axis=SHARE),
            IntervalPanel("AUC of the map's change", _lines(rows, "auc", titles), (CHANCE,), axis=_AUC),
        ]
        figure = interval_figure(panels, f"{titles.model(str(model))}: what follows controlled edits", options.columns)
        written += style.save(
            figure,
            run.report / f"edits_{model}",
            "\n".join([_caption(run, str(model), rows), *notes]),
            options,
            rows,
        )
    return written


def _lines(rows: pd.DataFrame, name: str, titles: Titles) -> tuple[Line, ...]:
    return tuple(
        Line(
            f"{row['edit'].replace('_', ' ') or 'all edits'}, {titles.method(str(row['method']))}",
            str(row["method"]),
            *(float(row[column]) for column in (name, f"{name}_low", f"{name}_high")),
        )
        for _, row in rows.iterrows()
    )


def _caption(run: Run, model: str, rows: pd.DataFrame) -> str:
    return (
        f"Each edit at its strongest, of the subject or the background of {int(rows['photographs'].max())} photographs of "
        f"{run.experiment.data}. Left: the share whose rating moved the right way, with Wilson's 95 % interval. Right: how "
        "likely a map's absolute change is greater inside the changed region than outside, with 95 % (bootstrap-t). "
        f"{model}: {run.trained()[model]}."
    )
