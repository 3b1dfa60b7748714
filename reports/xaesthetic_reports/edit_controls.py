"""Edits beside their controls: how far every attribute moves when a photograph is edited, and when it is only changed."""

from pathlib import Path

import pandas as pd

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.edit_controls import EDIT_MOVES, EDIT_VERDICTS
from xaesthetic.figures import style
from xaesthetic.figures.intervals import CHANCE, SHARE, IntervalPanel, Line, interval_figure
from xaesthetic.run.store import Run
from xaesthetic_reports._titles import title_notes, titles_of


@report()
def edit_controls(run: Run, options: ReportOptions) -> list[Path]:
    """A panel for each attribute: the share of photographs whose rating rose, by every edit and every control.

    Parameters
    ----------
    run
        On which ``xaesthetic score --edits`` was run; without, nothing is drawn.
    options
        `columns` says how wide the figures are.

    Returns
    -------
    For each model ``report/edit_controls_NAME.png``, ``.pdf`` and the caption; ``report/edit_controls.csv`` (all moves) and
    ``report/edit_verdicts.csv``.
    """
    if not run.has(EDIT_MOVES) or not run.has(EDIT_VERDICTS):
        return []
    moves, verdicts = run.read(EDIT_MOVES), run.read(EDIT_VERDICTS)
    written = [run.report / "edit_controls.csv", run.report / "edit_verdicts.csv"]
    for file, table in zip(written, (moves, verdicts), strict=True):
        write_text(file, frame_csv(table))
    for model, rows in moves.groupby("model", sort=False):
        said = verdicts[verdicts["model"] == model]
        panels = [_panel(str(name), rows[rows["attribute"] == name]) for name in dict.fromkeys(said["attribute"])]
        if panels:
            caption = "\n".join([_caption(run, str(model), rows, said), *title_notes(run, options)])
            figure = interval_figure(
                panels, f"{titles_of(options).model(str(model))}: edits beside controls", options.columns
            )
            written += style.save(figure, run.report / f"edit_controls_{model}", caption, options, rows)
    return written


def _panel(attribute: str, rows: pd.DataFrame) -> IntervalPanel:
    lines = tuple(
        Line(
            row["change"].replace("_", " "),
            str(row["kind"]),
            *(float(row[name]) for name in ("rose", "rose_low", "rose_high")),
        )
        for _, row in rows.iterrows()
    )
    return IntervalPanel(f"{attribute.replace('_', ' ')} rose", lines, (CHANCE,), axis=SHARE)


def _caption(run: Run, model: str, rows: pd.DataFrame, verdicts: pd.DataFrame) -> str:
    said = "; ".join(f"{row['edit'].replace('_', ' ')}: {row['verdict']}" for _, row in verdicts.iterrows())
    return (
        f"The share of {int(rows['photographs'].max())} photographs of {run.experiment.data} whose raw output rose, with "
        "Wilson's 95 % interval, by edits and by controls; edit_controls.csv says (`concerns`) which may rightly move it. "
        f"{said}. {model}: {run.trained()[model]}."
    )
