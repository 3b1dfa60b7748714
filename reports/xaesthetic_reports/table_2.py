"""The paper's Table 2: how well single raters agree with the mean score."""

from dataclasses import replace
from pathlib import Path

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.data.fetch.registry import cached
from xaesthetic.paper.tables.layout import rater_layouts
from xaesthetic.paper.tables.raters import find_votes, rater_agreement, read_votes
from xaesthetic.paper.tables.reliabilities import TITLE, reliabilities, reliability_layout
from xaesthetic.paper.tables.render import to_html, to_latex
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run


def _votes(run: Run) -> list[Path]:
    """Where single votes lie, the run's own first."""
    places = [run.root, *([Path(run.experiment.root)] if run.experiment.root else [])]
    name = run.experiment.data.partition(":")[0]
    file = find_votes(*places, *([cached(name)] if name in ("aadb", "para") else []))
    return [file] if file else []


@report(on_request=True, inputs=_votes)
def table_2(run: Run, options: ReportOptions) -> list[Path]:
    """Raters above each threshold against the mean of all and of the others, and the run's overall scores.

    Where there are no single votes but counts of them, only how reliable the mean ratings are, under a title of its own.

    Parameters
    ----------
    run
        Beside whose experiment.json, or in the data's folder, single votes lie (allinAll.csv, PARA-Images.csv).
    options
        Not used.

    Returns
    -------
    ``report/table_2.csv``, ``table_2_models.csv``, ``table_2.tex``, ``table_2.html`` and the caption.

    Raises
    ------
    DataError
        If there are neither single votes nor counts of them, or they cannot be read.
    """
    del options
    file = next(iter(_votes(run)), None)
    texts = _reliability(run) if file is None else _agreement(run, file)
    for name, text in texts.items():
        write_text(run.report / name, text)
    return [run.report / name for name in texts]


def _reliability(run: Run) -> dict[str, str]:
    """What counts of votes say."""
    table = reliabilities(run.records(), run.experiment.data)
    layout = reliability_layout(table, run.described())
    return {
        "table_2.csv": frame_csv(table),
        "table_2.tex": to_latex([layout]),
        "table_2.html": to_html(TITLE, [layout]),
        "table_2.txt": "\n".join([f"{layout.title}.", *layout.notes, ""]),
    }


def _agreement(run: Run, file: Path) -> dict[str, str]:
    """The paper's table, from single votes."""
    votes, notes = read_votes(file, {"rater": None, "image": None, "score": None})
    table = run.read(PREDICTIONS)
    table = table[table["attribute"] == "overall"]
    chosen = {str(key): dict(zip(rows["image"], rows["prediction"], strict=True)) for key, rows in table.groupby("model")}
    result = rater_agreement(votes, chosen, seed=run.experiment.seed)
    layouts = rater_layouts(replace(result, notes=tuple(notes)))
    return {
        "table_2.csv": frame_csv(result.raters),
        "table_2_models.csv": frame_csv(result.models),
        "table_2.tex": to_latex(layouts),
        "table_2.html": to_html("Table 2", layouts),
        "table_2.txt": (
            f"How well single raters agree with the mean score of {run.experiment.data}, by how many photographs they rated "
            f"(votes: {file.name}), and how well models' overall scores do, with 95 % intervals.\n"
        ),
    }
