"""The paper's Table 2: how well single raters agree with the mean score."""

from dataclasses import replace
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.data.fetch.registry import cached
from xaesthetic.paper.tables.layout import rater_layouts
from xaesthetic.paper.tables.raters import rater_agreement, read_votes
from xaesthetic.paper.tables.render import to_html, to_latex
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run

_VOTES = "allinAll.csv"


def _votes(run: Run) -> list[Path]:
    """Where single votes lie, the run's own first."""
    places = [run.root, *([Path(run.experiment.root)] if run.experiment.root else []), cached("aadb")]
    return [place / _VOTES for place in places if (place / _VOTES).is_file()]


@report(on_request=True, inputs=_votes)
def table_2(run: Run, options: ReportOptions) -> list[Path]:
    """Raters above each threshold against the mean of all and of the others, and the run's overall scores.

    Parameters
    ----------
    run
        Beside whose experiment.json, or in AADB's folder, AADB's single votes (allinAll.csv) lie.
    options
        Not used.

    Returns
    -------
    ``report/table_2.csv``, ``table_2_models.csv``, ``table_2.tex``, ``table_2.html`` and the caption.

    Raises
    ------
    DataError
        If there are no single votes, or they cannot be read.
    """
    del options
    file = next(iter(_votes(run)), None)
    if file is None:
        raise DataError(
            f"{run.root}: Table 2 needs the raters' single votes, {_VOTES} of AADB's Drive folder; put it into the run's "
            "folder, or run 'xaesthetic table 2 --ratings FILE'."
        )
    votes, notes = read_votes(file, {"rater": None, "image": None, "score": None})
    table = run.read(PREDICTIONS)
    table = table[table["attribute"] == "overall"]
    chosen = {str(key): dict(zip(rows["image"], rows["prediction"], strict=True)) for key, rows in table.groupby("model")}
    result = rater_agreement(votes, chosen, seed=run.experiment.seed)
    layouts = rater_layouts(replace(result, notes=tuple(notes)))
    texts = {
        "table_2.csv": frame_csv(result.raters),
        "table_2_models.csv": frame_csv(result.models),
        "table_2.tex": to_latex(layouts),
        "table_2.html": to_html("Table 2", layouts),
        "table_2.txt": (
            f"How well single raters agree with the mean score of {run.experiment.data}, by how many photographs they rated "
            f"(votes: {file.name}), and how well models' overall scores do, with 95 % intervals.\n"
        ),
    }
    for name, text in texts.items():
        write_text(run.report / name, text)
    return [run.report / name for name in texts]
