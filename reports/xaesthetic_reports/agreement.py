"""Whether annotators mark the same regions."""

from pathlib import Path

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.agreement import AGREEMENT
from xaesthetic.run.store import Run


@report()
def agreement(run: Run, options: ReportOptions) -> list[Path]:
    """A table: overlap and Krippendorff's alpha of annotators' regions, against regions that lie by chance.

    Parameters
    ----------
    run
        In which two annotators or more marked regions of a photograph; otherwise nothing is written.
    options
        Not used.

    Returns
    -------
    ``report/agreement.csv``.
    """
    del options
    if not run.has(AGREEMENT):
        return []
    table = run.read(AGREEMENT)
    if not len(table):
        return []
    file = run.report / "agreement.csv"
    write_text(file, frame_csv(table))
    return [file]
