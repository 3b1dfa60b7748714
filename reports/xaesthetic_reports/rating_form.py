"""The paper's Figure 5: the form on which people rated photographs, drawn from the vocabulary of attributes."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.core.facts import report
from xaesthetic.core.types import ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures import style
from xaesthetic.run.store import Run

_STYLE: dict[Any, Any] = {**style.STYLE, "font.size": 6.5}
_SIGNED, _PRESENT = ("negative", "neutral", "positive"), ("no", "", "yes")
_SCORES = 5
_SIDE = 720  # pixels of the photograph


@report(on_request=True)
def rating_form(run: Run, options: ReportOptions) -> list[Path]:
    """One photograph, its overall score of 1 to 5, and a vote on each of AADB's eleven attributes.

    Parameters
    ----------
    run
        With photographs; the first one is shown.
    options
        Not used.

    Returns
    -------
    ``report/rating_form.png``, ``.pdf`` and the caption.
    """
    del options
    record = run.records()[0]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(style.WIDTHS[2], 2.75))
        FigureCanvasAgg(figure)
        left = figure.add_axes((0.02, 0.06, 0.4, 0.82))
        left.imshow(style.thumbnail(load_photograph(record), _SIDE))
        left.set_axis_off()
        figure.text(0.02, 0.93, "How do you rate this photograph?", fontsize=8, fontweight="bold")
        _form(figure.add_axes((0.46, 0.03, 0.52, 0.94)))
    credit = f" ({record.credit})" if record.credit else ""
    caption = (
        "The rating form that AADB's ratings imply (Kong et al., ECCV 2016), drawn from this project's vocabulary, not a "
        "copy of the original: an overall score of 1 to 5, and for each attribute a vote of -1, 0 or +1 (0 or 1 for "
        f"repetition and symmetry); AADB gives the mean of five people's votes. Photograph: {record.id}{credit}."
    )
    return style.save(figure, run.report / "rating_form", caption)


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
        axes.text(x, 2.0, said, ha="center", va="center", color="0.25", fontsize=6)
    for row, attribute in enumerate(attributes):
        y = 2.85 + row
        axes.text(0.25, y, attribute.title, va="center")
        votes = _SIGNED if attribute.low < 0 else _PRESENT
        for x, said in zip(places, votes, strict=True):
            if said:
                _choice(axes, x, y)
                if votes is _PRESENT:
                    axes.text(x + 0.3, y, said, va="center", fontsize=6, color="0.25")


def _choice(axes: Axes, x: float, y: float) -> None:
    axes.plot([x], [y], "o", markersize=5, markerfacecolor="white", markeredgecolor="black", markeredgewidth=0.7)
