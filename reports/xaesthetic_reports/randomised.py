"""Whether maps depend on what the network has learnt: the same maps with its weights shuffled."""

from pathlib import Path

import pandas as pd

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.titles import Titles
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.summaries import RANDOMISATION_SUMMARY
from xaesthetic.figures import style
from xaesthetic.figures.intervals import CORRELATION, IntervalPanel, Line, interval_figure
from xaesthetic.run.store import Run
from xaesthetic_reports._titles import title_notes, titles_of


@report()
def randomised(run: Run, options: ReportOptions) -> list[Path]:
    """A panel for each share of shuffled weights, a row for each model and method.

    Parameters
    ----------
    run
        On which ``xaesthetic score --randomise`` was run; without, nothing is drawn.
    options
        `columns` says how wide.

    Returns
    -------
    ``report/randomised.png``, ``.pdf``, the caption and ``.csv``.
    """
    if not run.has(RANDOMISATION_SUMMARY):
        return []
    table = run.read(RANDOMISATION_SUMMARY)
    file = run.report / "randomised.csv"
    write_text(file, frame_csv(table))
    keys = list(dict.fromkeys(zip(table["model"], table["method"], strict=True)))
    titles = titles_of(options)
    panels = [
        IntervalPanel(str(stage), _lines(rows, keys, titles), (), CORRELATION, "Pearson's r, mean, 95 % interval")
        for stage, rows in table.groupby("shuffled", sort=False)
    ]
    figure = interval_figure(panels, "What is left of a map when weights are shuffled", options.columns)
    return [
        file,
        *style.save(
            figure, run.report / "randomised", "\n".join([_caption(run, table), *title_notes(run, options)]), options
        ),
    ]


def _lines(rows: pd.DataFrame, keys: list[tuple[str, str]], titles: Titles) -> tuple[Line, ...]:
    known = rows.set_index(["model", "method"])[["r", "low", "high"]].astype(float)
    whole = known.reindex(pd.MultiIndex.from_tuples(keys))
    return tuple(
        Line(titles.place(model, method), model, float(r), float(low), float(high))
        for (model, method), (r, low, high) in zip(keys, whole.to_numpy(), strict=True)
    )


def _caption(run: Run, table: pd.DataFrame) -> str:
    trained = "; ".join(f"{key}: {how}" for key, how in run.trained().items())
    return (
        "Pearson's r of a map with the same map after the weights named above were shuffled within each tensor, from the "
        f"output down, mean over attributes and {int(table['photographs'].max())} photographs of {run.experiment.data}, "
        f"with 95 % (bootstrap-t). A map that stays at 1 does not show what was learnt. {trained}."
    )
