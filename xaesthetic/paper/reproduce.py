"""One command for the whole paper: rate, explain, take a network apart, draw every figure and table, and the pages."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core.errors import XaestheticError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Experiment, PassedOver, ReportOptions
from xaesthetic.data.opening import file_sum
from xaesthetic.data.records import find_records
from xaesthetic.paper.drawing import Outcome, draw_exhibits, parse_numbers
from xaesthetic.pipeline import compare, measure
from xaesthetic.reporting import draw_reports

PAPER_DATA, WITHOUT = "aadb:test", "sample"


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What `reproduce` has made."""

    index: Path
    """The page that holds everything."""
    outcomes: tuple[Outcome, ...]
    left_out: Mapping[str, str]
    """Photographs that could not be used, by id, with the reason."""
    passed_over: tuple[PassedOver, ...] = ()
    """What else the data held."""


def paper_data() -> str:
    """The paper's data set where its photographs are here, else the sample."""
    try:
        present = any(file_sum(record.path) for record in find_records(PAPER_DATA))
    except XaestheticError:
        present = False
    return PAPER_DATA if present else WITHOUT


def reproduce(
    experiment: Experiment,
    out: str | Path,
    numbers: str | Sequence[str] = (),
    execution: Execution = Execution(),
    options: ReportOptions | None = None,
    optional: bool = False,
) -> Reproduction:
    """Every figure and table of the paper that the data at hand gives; goes on where a stopped one was.

    Parameters
    ----------
    experiment
        The question.
    out
        The run folder; figures, tables and pages come into its report/.
    numbers
        Which figures (`8`) and tables (`table 1`); all, and the HTML report, where empty.
    execution
        How it is carried out.
    options
        How to draw.
    optional
        Whether a method that a model cannot have is left out for it with a warning, because it was chosen by default.

    Raises
    ------
    XaestheticError
        As `compare`; or if the paper has no such figure.
    """
    numbers = (numbers,) if isinstance(numbers, str) else numbers
    wanted = parse_numbers(numbers)
    compared = compare(experiment, out, execution, draw=False, optional=optional)
    run = compared.run
    if not wanted or "3" in wanted:
        with suppress(XaestheticError):  # no model can be taken apart: the figure will say so
            measure(run, "blocks", execution)
    outcomes = draw_exhibits(run, numbers, options, execution.track)
    (index,) = draw_reports(run, ["index"], options)
    return Reproduction(index, tuple(outcomes), compared.left_out, compared.passed_over)
