"""The predictions as a table for a spreadsheet."""

from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import report
from xaesthetic.core.files import atomic_write
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.paper.tables.predictions import wide_table
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
    with atomic_write(path) as temporary, temporary.open("w", encoding="utf-8") as file:
        for text in _texts(run):
            file.write(text)
    return [path]


def _texts(run: Run) -> Iterator[str]:
    """Give the table in parts: of a million photographs as many as lie in a row group."""
    trained, described, columns = run.trained(), run.described(), None
    for frame in run.frames(PREDICTIONS):
        wide = wide_table(frame, trained, described)
        text = frame_csv(wide, index=True, float_format="%.6g")
        if columns is None:
            columns = list(wide.columns)
            yield text
        elif columns != list(wide.columns):
            raise DataError(f"{run.root}: some photographs have other ratings than those before them; rate them anew.")
        else:
            yield text[len(frame_csv(wide.iloc[:0], index=True)) :]
