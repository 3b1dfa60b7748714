"""CSV that is safe to open in a spreadsheet: a cell of text that would be a formula there begins with an apostrophe.

A photograph may be called ``=HYPERLINK(…)``. The apostrophe is what OWASP advises; `raw_cell` takes it off again, so that our
readers get every text as it was. Numbers are left as they are.
"""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_QUOTED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def safe_cell(text: str) -> str:
    """Return a cell's text as it can be written; text that is a number, a sign in front or not, is one."""
    return f"'{text}" if _FORMULA.match(text) and not _is_number(text) else text


def raw_cell(text: str) -> str:
    """Return what a cell's text was before `safe_cell`."""
    return text[1:] if _QUOTED.match(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def frame_csv(frame: "pd.DataFrame", index: bool = False, float_format: str | None = None) -> str:
    """Return a table as CSV, its texts and the names of its columns safe to open in a spreadsheet.

    Parameters
    ----------
    frame
        The table.
    index
        Whether its index is written, as the first column.
    float_format
        How numbers are written, as for `pandas.DataFrame.to_csv`.
    """
    safe = frame.rename(columns=_safe)
    for place, kind in enumerate(frame.dtypes):
        if kind.kind not in "biuf":
            safe.isetitem(place, frame.iloc[:, place].map(_safe))
    if index:
        safe = safe.rename(index=_safe).rename_axis(index=_safe)
    return str(safe.to_csv(index=index, float_format=float_format))


def _safe(value: Any) -> Any:  # whatever a table holds
    return safe_cell(value) if isinstance(value, str) else value
