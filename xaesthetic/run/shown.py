"""A run in a notebook: its question, and how far it is."""

from typing import TYPE_CHECKING

from xaesthetic.core.errors import DataError
from xaesthetic.core.html import html_table
from xaesthetic.run.schemas import RECORDS

if TYPE_CHECKING:
    from xaesthetic.run.store import Run


def run_html(run: "Run") -> str:
    """Return a run as a table in HTML."""
    question = run.experiment
    rows = [
        ["data", question.data],
        ["models", ", ".join(run.model_keys())],
        ["methods", ", ".join(question.methods)],
        ["attributes", ", ".join(question.attributes)],
        ["state", _state(run)],
    ]
    return html_table(["run", str(run.root)], rows)


def _state(run: "Run") -> str:
    try:
        if not run.has(RECORDS):
            return "nothing is computed yet"
        left_out = run.left_out_photographs()
        state = "complete" if run.is_complete() else "not complete"
        more = f", {len(left_out)} left out" if left_out else ""
        images = run.images()
        return f"{state}; {len(images) - len(left_out.keys() & set(images))} photographs{more}"
    except DataError as error:  # a notebook shows what there is
        return str(error)
