"""Deletion and insertion: whether the prediction came from where maps point."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from xaesthetic.core.baselines import BASELINES, is_confounded, split
from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.titles import Titles
from xaesthetic.core.types import ReportOptions
from xaesthetic.evaluation.summaries import FAITHFULNESS_SUMMARY
from xaesthetic.figures import style
from xaesthetic.figures.intervals import Band, IntervalPanel, Line, interval_figure
from xaesthetic.run.seen import seen_notes
from xaesthetic.run.store import Run
from xaesthetic_reports._labels import key_to_labels, title_labels
from xaesthetic_reports._titles import title_notes, titles_of

_FLOORS = "All: maps that ask no output have one row, means over all outputs. "
_AXIS = "output beyond a random order, mean, 95 % interval"
_CHANCE = (Band("chance", 0.0, 0.0, 0.0, "0.8"),)


@report()
def faithfulness(run: Run, options: ReportOptions) -> list[Path]:
    """A row for each attribute and method: what deletion and insertion by the map do beyond a random order.

    Parameters
    ----------
    run
        On which ``xaesthetic score --faithfulness`` was run; without, nothing is drawn.
    options
        `columns` says how wide.

    Returns
    -------
    For each model ``report/faithfulness_NAME.png``, ``.pdf`` and the caption; ``report/faithfulness.csv``.
    """
    if not run.has(FAITHFULNESS_SUMMARY):
        return []
    table = run.read(FAITHFULNESS_SUMMARY)
    file = run.report / "faithfulness.csv"
    write_text(file, frame_csv(table))
    written = [file]
    notes = [*seen_notes(run), *title_notes(run, options)]
    described, titles = run.described(), titles_of(options)
    for model, rows in table.groupby("model", sort=False):
        names = [str(name) for name in rows["attribute"].unique() if name]
        declared = {name: described.of_model(str(model), name).title for name in names}
        named = title_labels(declared.values())
        labels = {name: named[title] for name, title in declared.items()} | {"": "all"}
        panels = [
            IntervalPanel(f"{end}, {fill} →", _lines(known, end, labels, titles), _CHANCE, axis=_AXIS)
            for fill, known in rows.groupby("fill", sort=False)
            for end in ("deletion", "insertion")
        ]
        figure = interval_figure(panels, f"{titles.model(str(model))}: deletion and insertion", options.columns)
        caption = "\n".join([_caption(run, str(model), rows), *notes, *key_to_labels(named)])
        written += style.save(figure, run.report / f"faithfulness_{model}", caption, options, rows)
    return written


def _lines(rows: pd.DataFrame, name: str, labels: Mapping[str, str], titles: Titles) -> tuple[Line, ...]:
    return tuple(
        Line(
            f"{labels[row['attribute']]}, {titles.method(str(row['method']))}",
            str(row["method"]),
            *(float(row[column]) for column in (name, f"{name}_low", f"{name}_high")),
        )
        for _, row in rows.iterrows()
    )


def _baselines(rows: pd.DataFrame) -> str:
    return "; ".join(f"{name}, {BASELINES[name].about}" for name in dict.fromkeys(rows["fill"]) if name in BASELINES)


def _confounded(rows: pd.DataFrame) -> str:
    rows = rows[rows["attribute"] != ""]
    pairs = dict.fromkeys(zip(rows["attribute"], rows["fill"], strict=True))
    pairs |= dict.fromkeys((row["attribute"], split(str(row["method"]))[1]) for _, row in rows.iterrows())
    marked = [f"{attribute.replace('_', ' ')} with {name}" for attribute, name in pairs if is_confounded(attribute, name)]
    return ", ".join(marked) or "none"


def _caption(run: Run, model: str, rows: pd.DataFrame) -> str:
    return (
        f"Pixels of {int(rows['photographs'].max())} photographs of {run.experiment.data} taken away (deletion) or brought "
        "back (insertion) by the map's order, a tenth of the area a step, over a baseline: how much lower, or higher, the "
        "mean raw output is than in a random order, with 95 % (bootstrap-t). Right of 0 is more than by chance. Baselines: "
        f"{_baselines(rows)}. Confounded, as the baseline by itself edits the attribute: {_confounded(rows)}. "
        f"{_FLOORS * bool((rows['attribute'] == '').any())}"
        f"{model}: {run.trained()[model]}."
    )
