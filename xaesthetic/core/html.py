"""What a notebook shows of our values: small pieces of HTML, in which every text is escaped."""

from collections.abc import Sequence
from html import escape

_LINES = 20  # of a table; more are counted


def html_table(columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """Return a table of texts.

    Parameters
    ----------
    columns
        Headings.
    rows
        As long as the headings; of more than twenty the first, and how many more there are.
    caption
        A sentence above it; none where empty.

    Examples
    --------
    >>> html_table(["a"], [["<b>"]])
    '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows[:_LINES])
    more = f"{html_line(f'and {len(rows) - _LINES} more')}" if len(rows) > _LINES else ""
    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{above}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def html_line(text: str) -> str:
    """Return a paragraph of one text."""
    return f"<p>{escape(text)}</p>"
