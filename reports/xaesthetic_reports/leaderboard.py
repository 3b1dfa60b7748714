"""Which maps agree best with people: values with intervals, floors and the ceiling behind them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.titles import Titles
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.leaderboard import LEADERBOARD, leading_metrics
from xaesthetic.evaluation.ranking import RANKS
from xaesthetic.evaluation.score import metric_scale
from xaesthetic.figures import style
from xaesthetic.figures.intervals import Band, IntervalPanel, Line, interval_figure
from xaesthetic.run.seen import seen_notes
from xaesthetic.run.store import Run
from xaesthetic_reports._labels import key_to_labels, title_labels
from xaesthetic_reports._titles import title_notes, titles_of

_BANDS = (("uniform", "chance", "0.92"), ("centre", "centre", "0.8"), ("each_against_others", "people", "0.65"))
"""Floors and the ceiling that stand behind the maps."""
_SHOWN = 4
_UNKNOWN = dict.fromkeys(("value", "low", "high"), float("nan"))
"""Of a map that a metric does not measure: its row stays empty, as rows of all panels stand side by side."""


@report()
def leaderboard(run: Run, options: ReportOptions) -> list[Path]:
    """A panel a metric, a row for each model and method, the centre blob and people against each other as bands.

    Parameters
    ----------
    run
        With scores; without any, nothing is drawn.
    options
        `columns` says how wide.

    Returns
    -------
    For each attribute ``report/leaderboard_NAME.png``, ``.pdf`` and the caption;
    ``report/leaderboard.csv`` and ``report/ranks.csv`` with every metric.
    """
    if not run.has(LEADERBOARD):
        return []
    table = run.read(LEADERBOARD)
    file = run.report / "leaderboard.csv"
    write_text(file, frame_csv(table))
    ranks = run.report / "ranks.csv"
    write_text(ranks, frame_csv(run.read(RANKS)))
    written = [file, ranks]
    described = run.described()
    notes = [*seen_notes(run), *title_notes(run, options)]
    for name, rows in table.groupby("attribute", sort=False):
        lead = leading_metrics(rows)[:_SHOWN]  # its own: marks of one attribute may have sides, those of another none
        order = _order(rows, lead)
        panels = [_panel(metric, rows[rows["metric"] == metric], order, titles_of(options)) for metric in lead]
        title = described.any(str(name)).title
        figure = interval_figure(panels, f"{title}: maps against people", options.columns)
        caption = "\n".join([_caption(run, rows), *notes, *key_to_labels(title_labels([title]))])
        written += style.save(figure, run.report / f"leaderboard_{name}", caption, options, rows)
    return written


def _order(rows: pd.DataFrame, lead: Sequence[str]) -> list[tuple[str, str]]:
    """Models and methods, the best of the first metric first, then those that only the others measure."""
    maps = [rows[(rows["metric"] == metric) & (rows["kind"] == "map")] for metric in lead]
    return list(dict.fromkeys((str(row["model"]), str(row["method"])) for table in maps for row in table.to_dict("records")))


def _panel(metric: str, rows: pd.DataFrame, order: list[tuple[str, str]], titles: Titles) -> IntervalPanel:
    known = {(row["model"], row["method"]): row for row in rows.to_dict("records")}
    behind = {row["method"]: row for row in rows[rows["kind"] != "map"].to_dict("records")}
    lines = tuple(Line(titles.place(*key), key[0], *_interval(known.get(key, _UNKNOWN))) for key in order)
    bands = tuple(
        Band(label, *_interval(behind[method]), gray)
        for method, label, gray in _BANDS
        if method in behind and not np.isnan(behind[method]["value"])
    )
    arrow = "→" if metric_scale(metric).higher else "←"
    return IntervalPanel(f"{metric.replace('_', ' ').replace('@', ', ')} {arrow}", lines, bands, axis="mean, 95 % interval")


def _interval(row: dict[Any, Any]) -> tuple[float, float, float]:
    return float(row["value"]), float(row["low"]), float(row["high"])


def _caption(run: Run, rows: pd.DataFrame) -> str:
    trained = "; ".join(f"{key}: {how}" for key, how in run.trained().items())
    return (
        f"Means over {int(rows['photographs'].max())} photographs of {run.experiment.data} with 95 % intervals "
        "(bootstrap-t). Arrows point to closer agreement. Bands: all pixels alike (chance), a Gaussian in the middle "
        f"(centre), each person against the others (people). {trained}."
    )
