"""How far the people of a study agree: measured, written as tables, and drawn where they disagree most."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import Pixels, ReportOptions

if TYPE_CHECKING:
    from xaesthetic.annotate.marks import Mark
    from xaesthetic.annotate.store import Store
    from xaesthetic.annotate.study import Study
    from xaesthetic.evaluation.study import StudyAgreement

_DRAWN = 6


def measure_agreement(store: "Store", study: "Study") -> "StudyAgreement":
    """Measure how far people agree: regions, ratings, with themselves, on catch trials, against floors.

    Parameters
    ----------
    store, study
        The study; what is not finished does not count.

    Raises
    ------
    DataError
        If nobody has finished a task yet.
    """
    from xaesthetic.evaluation.study import measure_study

    return measure_study(finished_marks(store, study), study.exclusions, seed=study.seed)


def finished_marks(store: "Store", study: "Study") -> list["Mark"]:
    """Return all marks of a study.

    Raises
    ------
    DataError
        If nobody has finished a task yet.
    """
    marks = list(store.marks())
    if not any(mark.kind == "task" and mark.status == "finished" for mark in marks):
        raise DataError(f"{study.title or 'the study'}: nobody has finished a task yet; there is nothing to measure.")
    return marks


def write_agreement(
    agreement: "StudyAgreement",
    store: "Store",
    study: "Study",
    folder: Path,
    out: Path,
    look: ReportOptions | None = None,
) -> list[Path]:
    """Write the tables as CSV, and draw what people disagree on most.

    Parameters
    ----------
    agreement, store, study
        Of one study.
    folder
        The study's.
    out
        Where to; made where it is missing.
    look
        How the figure is drawn: `formats`, `dpi`, `style` and `columns` concern it.

    Returns
    -------
    The files; those of the people whom no rule excludes begin with `kept_`, where one excludes somebody.
    """
    written = []
    for name, table in agreement.tables().items():
        if agreement.excluded or not name.startswith("kept_"):
            file = out / f"{name}.csv"
            write_text(file, frame_csv(table))
            written.append(file)
    return [*written, *_draw_disagreement(agreement, store, study, folder, out, look or ReportOptions())]


def _draw_disagreement(
    agreement: "StudyAgreement", store: "Store", study: "Study", folder: Path, out: Path, look: ReportOptions
) -> list[Path]:
    """Draw what people disagree on most, with the Dice of each as CSV; nothing where nobody's regions can be compared."""
    from xaesthetic.evaluation.study_agreement import most_disagreed
    from xaesthetic.figures import style
    from xaesthetic.figures.regions import regions_figure

    worst = most_disagreed(agreement.everybody.agreement.regions, _DRAWN)
    panels = {row: panel for row, values in worst.iterrows() if (panel := _panel(values, store, study, folder))}
    if not panels:
        return []
    caption = (
        "What people disagree on most: each person's region in a colour of its own, with the mean Dice of all pairs. "
        "Where nobody agrees, the attribute may have no place in this photograph."
    )
    names = {item.number: item.id for item in study.photographs}
    table = worst.loc[list(panels)]
    table.insert(1, "image", [names[number] for number in table["photograph"]])
    with style.looking(look):
        return style.save(regions_figure(list(panels.values()), look.columns), out / "disagreement", caption, look, table)


def _panel(row: pd.Series, store: "Store", study: "Study", folder: Path) -> tuple[Pixels, list[np.ndarray], str] | None:
    """A photograph, everybody's regions of one attribute and sign, and what stands above them."""
    from xaesthetic.data.images import decode

    number, attribute, sign = int(row["photograph"]), str(row["attribute"]), str(row["sign"])
    masks = [
        mask
        for mark in store.marks()
        if (mark.photograph, mark.attribute, mark.kind, mark.status) == (number, attribute, "task", "finished")
        and (mask := mark.masks[sign]) is not None
    ]
    shown = {item.number: item for item in study.photographs}
    if not masks or number not in shown:
        return None
    title = f"{shown[number].id}, {study.attribute(attribute).title}, what {sign} it: Dice {row['dice']:.2f}"
    return decode(folder / shown[number].path), masks, title


def exclusions(marks: Sequence["Mark"], study: "Study") -> dict[str, str]:
    """Return by annotator why the study's rules exclude them."""
    from xaesthetic.evaluation.study_agreement import measure_by_person
    from xaesthetic.evaluation.study_people import measure_people

    people = measure_people(marks, measure_by_person(marks), study.exclusions)
    return {str(row["annotator"]): str(row["why"]) for _, row in people[people["excluded"].astype(bool)].iterrows()}
