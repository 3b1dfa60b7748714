"""Maps against each person alone, with intervals that count people as drawn by chance."""

from pathlib import Path

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.leaderboard import BY_PERSON
from xaesthetic.run.store import Run


@report()
def leaderboard_by_person(run: Run, options: ReportOptions) -> list[Path]:
    """A table: every map, floor and people themselves against each person alone.

    Parameters
    ----------
    run
        On which ``xaesthetic score --by-person`` was run; without, nothing is written.
    options
        Not used.

    Returns
    -------
    ``report/leaderboard_by_person.csv``.
    """
    del options
    if not run.has(BY_PERSON):
        return []
    file = run.report / "leaderboard_by_person.csv"
    table = run.read(BY_PERSON)
    write_text(file, frame_csv(table.assign(trained=table["model"].map(run.trained()))))
    return [file]
