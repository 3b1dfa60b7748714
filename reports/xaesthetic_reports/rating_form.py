"""The paper's Figure 5: the form on which people rated photographs, drawn from what is known of the attributes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from xaesthetic.core.attributes import ATTRIBUTES, Attribute, in_order
from xaesthetic.core.facts import report
from xaesthetic.core.types import ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures import style
from xaesthetic.run.store import Run

_STYLE: dict[Any, Any] = {**style.STYLE, "font.size": 6.5}
_SIGNED, _PRESENT = ("negative", "neutral", "positive"), ("no", "", "yes")
_SCORES = 5
_PALE = 0.75  # how much of the ink small print has
_SIDE = 720  # pixels of the photograph


@report(on_request=True)
def rating_form(run: Run, options: ReportOptions) -> list[Path]:
    """One photograph, and what people are asked of it.

    What the data set's people rated, where it has ratings; else AADB's form: an overall score of 1 to 5, and a vote on each
    of eleven attributes.

    Parameters
    ----------
    run
        With photographs; the first one is shown.
    options
        Which files.

    Returns
    -------
    ``report/rating_form.png``, ``.pdf``, the caption, and ``.csv`` with what can be chosen.
    """
    records = run.records()
    aadb = run.experiment.data.partition(":")[0] == "aadb"
    rated = () if aadb else in_order(name for record in records for name in record.ratings)
    declared = [run.described().of_people(name) for name in rated]
    record = records[0]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(style.WIDTHS[2], 2.75))
        FigureCanvasAgg(figure)
        left = figure.add_axes((0.02, 0.06, 0.4, 0.82))
        left.imshow(style.thumbnail(load_photograph(record), _SIDE))
        left.set_axis_off()
        figure.text(0.02, 0.93, "How do you rate this photograph?", fontsize=8, fontweight="bold")
        axes = figure.add_axes((0.46, 0.03, 0.52, 0.94))
        if declared:
            _declared_form(axes, declared)
        else:
            _form(axes)
    credit = f" ({record.credit})" if record.credit else ""
    said = _DECLARED.format(data=run.experiment.data) if declared else _AADB
    caption = f"{said} Photograph: {record.id}{credit}."
    return style.save(figure, run.report / "rating_form", caption, options, _choices(declared))


def _choices(declared: Sequence[Attribute]) -> pd.DataFrame:
    """A row for each circle: what is rated, the number that it stands for, and what is written beside it."""
    rows: list[tuple[str, str, str, float, str]] = []
    for item in declared:
        rows += [(item.name, item.title, item.question, step, f"{step:g}") for step in _steps(item) or (np.nan,)]
    for item in () if declared else ATTRIBUTES:
        votes = enumerate(_SIGNED, -1) if item.low < 0 else enumerate(filter(None, _PRESENT))
        scores = ((score, str(score)) for score in range(1, _SCORES + 1))
        shown = scores if item.name == "overall" else votes
        rows += [(item.name, item.title, item.question, float(value), said) for value, said in shown]
    return pd.DataFrame(rows, columns=["attribute", "title", "question", "value", "label"])


_AADB = (
    "The rating form that AADB's ratings imply (Kong et al., ECCV 2016), drawn from this project's vocabulary, not a "
    "copy of the original: an overall score of 1 to 5, and for each attribute a vote of -1, 0 or +1 (0 or 1 for "
    "repetition and symmetry); AADB gives the mean of five people's votes."
)
_DECLARED = (
    "The rating form that the attributes of {data} imply, drawn from the titles, questions and ranges that the data set "
    "declares (AADB's for names of its vocabulary of which it declares none), not a copy of the original. The paper's "
    "figure is of AADB's form."
)
_MOST = 20
"""Attributes that have room."""


def _declared_form(axes: Axes, items: list[Attribute]) -> None:
    """What a data set declares: a line for the title and its scale, and one for the question."""
    shown = items[:_MOST]
    lines = sum(2 if item.question else 1.4 for item in shown) + 0.8 * (len(items) > _MOST)
    axes.set(xlim=(0, 10), ylim=(lines + 0.8, 0))
    axes.set_axis_off()
    axes.add_patch(Rectangle((0, 0), 10, lines + 0.8, fill=False, edgecolor="0.6", linewidth=0.6))
    y, size = 0.8, min(6.5, 140 / lines)
    for item in shown:
        axes.text(0.25, y, item.title, va="center", fontsize=size)
        steps = _steps(item)
        for x, value in zip(np.linspace(9.4 - 0.95 * (len(steps) - 1), 9.4, len(steps)), steps, strict=True):
            axes.plot([x - 0.2], [y], "o", markersize=0.7 * size, mfc=style.paper(), mec=style.ink(), mew=0.6)
            axes.text(x, y, f"{value:g}", va="center", fontsize=size - 0.5)
        if item.question:
            axes.text(0.25, y + 0.85, item.question, va="center", fontsize=size - 1.5, color=style.ink(), alpha=_PALE)
        y += 2 if item.question else 1.4
    if len(items) > _MOST:
        axes.text(0.25, y, f"and {len(items) - _MOST} more", va="center", fontsize=size)


def _steps(item: Attribute) -> list[float]:
    """Return what can be chosen: whole numbers where they are few, else both ends and what lies between; none if unknown."""
    if not np.isfinite([item.low, item.high]).all():
        return []
    width = item.high - item.low
    count = int(width) + 1 if float(width).is_integer() and width <= 5 else 5
    return [float(value) for value in np.linspace(item.low, item.high, count)]


def _form(axes: Axes) -> None:
    attributes = [item for item in ATTRIBUTES if item.name != "overall"]
    height = len(attributes) + 3.2
    axes.set(xlim=(0, 10), ylim=(height, 0))
    axes.set_aspect("auto")
    axes.set_axis_off()
    axes.add_patch(Rectangle((0, 0), 10, height, fill=False, edgecolor="0.6", linewidth=0.6))
    axes.text(0.25, 0.95, "Overall aesthetic score", va="center", fontweight="bold")
    for score in range(1, _SCORES + 1):
        _choice(axes, 4.6 + (score - 1) * 1.05, 0.95)
        axes.text(4.9 + (score - 1) * 1.05, 0.95, str(score), va="center")
    places = (5.5, 7.3, 9.1)
    for x, said in zip(places, _SIGNED, strict=True):
        axes.text(x, 2.0, said, ha="center", va="center", color=style.ink(), alpha=_PALE, fontsize=6)
    for row, attribute in enumerate(attributes):
        y = 2.85 + row
        axes.text(0.25, y, attribute.title, va="center")
        votes = _SIGNED if attribute.low < 0 else _PRESENT
        for x, said in zip(places, votes, strict=True):
            if said:
                _choice(axes, x, y)
                if votes is _PRESENT:
                    axes.text(x + 0.3, y, said, va="center", fontsize=6, color=style.ink(), alpha=_PALE)


def _choice(axes: Axes, x: float, y: float) -> None:
    axes.plot([x], [y], "o", markersize=5, markerfacecolor=style.paper(), markeredgecolor=style.ink(), markeredgewidth=0.7)
