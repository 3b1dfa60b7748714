"""Whether maps add up to the prediction, as some methods promise."""

from pathlib import Path

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.completeness import COMPLETENESS
from xaesthetic.run.store import Run


@report()
def completeness(run: Run, options: ReportOptions) -> list[Path]:
    """A table: how much of the prediction each map's total accounts for, and what a promise leaves over.

    Parameters
    ----------
    run
        With maps.
    options
        Not used.

    Returns
    -------
    ``report/completeness.csv``.
    """
    del options
    if not run.has(COMPLETENESS):
        return []
    file = run.report / "completeness.csv"
    table = run.read(COMPLETENESS)
    write_text(file, frame_csv(table.assign(trained=table["model"].map(run.trained()))))
    return [file]
