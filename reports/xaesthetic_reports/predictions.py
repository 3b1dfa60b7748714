"""The predictions as a table for a spreadsheet."""

from pathlib import Path

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.types import ReportOptions
from xaesthetic.paper.tables.predictions import to_csv
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run


@report()
def predictions(run: Run, options: ReportOptions) -> list[Path]:
    """A row a photograph, a column for each attribute and model, with how each model was trained.

    Returns
    -------
    ``report/predictions.csv``.
    """
    del options
    path = run.report / "predictions.csv"
    write_text(path, to_csv(run.read(PREDICTIONS), run.trained(), run.described()))
    return [path]
