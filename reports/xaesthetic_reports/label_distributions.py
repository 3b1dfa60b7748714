"""The paper's Figure 4: how ratings are distributed, attribute by attribute."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from xaesthetic.core.attributes import Attribute, in_order
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.figures import style
from xaesthetic.run.store import Run
from xaesthetic_reports._labels import key_to_labels, title_labels
from xaesthetic_reports._ratings import ratings_of

_BINS = 20
_STYLE: dict[Any, Any] = {**style.STYLE, "font.size": 6}


@report(on_request=True)
def label_distributions(run: Run, options: ReportOptions) -> list[Path]:
    """A histogram for each rated attribute and the overall score, with the share of zeros, mean and standard deviation.

    Parameters
    ----------
    run
        With predictions.
    options
        `columns` says how wide.

    Returns
    -------
    ``report/label_distributions.png``, ``.pdf`` and the caption; ``report/label_distributions.csv``.

    Raises
    ------
    DataError
        If nothing is rated.
    """
    known = ratings_of(run)
    rated = [name for name in in_order(known.table.columns) if known.table[name].notna().any()]
    shown = [known.attribute(name) for name in rated]
    if not shown:
        raise DataError(f"{run.root}: no attribute is rated; Figure 4 needs AADB or a model.")
    named = title_labels(item.title for item in shown)
    across = 2 * options.columns
    rows = -(-len(shown) // across)
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(style.WIDTHS[options.columns], 1.25 * rows + 0.1), layout="constrained")
        FigureCanvasAgg(figure)
        for axes, item in zip(figure.subplots(rows, across, squeeze=False).flat, [*shown, *[None] * across], strict=False):
            if item is None:
                axes.set_axis_off()
            else:
                _draw(axes, named[item.title], item, known.table[item.name].dropna())
    caption = (
        f"Distribution of the ratings in each attribute: {known.whose}, {len(known.table)} photographs; bins are a "
        f"{_BINS}th of the range wide, from the attribute's declared lowest to its highest (AADB's for "
        "its attributes), or the ratings' where they go beyond it. The dotted line is the mean; the share of "
        f"exact zeros stands above.{_unlike_the_paper(run)}"
    )
    caption = "\n".join([caption, *key_to_labels(named)])
    summary = known.table[[item.name for item in shown]].describe().T.assign(zeros=(known.table == 0).mean())
    file = run.report / "label_distributions.csv"
    write_text(file, frame_csv(summary.assign(whose=known.whose).rename_axis("attribute"), index=True))
    return [file, *style.save(figure, run.report / "label_distributions", caption)]


def _unlike_the_paper(run: Run) -> str:
    name, _, split = run.experiment.data.partition(":")
    return " The paper's figure is of the training labels: --data aadb:train." if name == "aadb" and split != "train" else ""


def _draw(axes: Axes, title: str, attribute: Attribute, values: pd.Series) -> None:
    low, high = np.nanmin([attribute.low, values.min()]), np.nanmax([attribute.high, values.max()])
    high = high if high > low else low + 1.0
    half = (high - low) / _BINS / 2  # a vote stands in the middle of its bin, not on an edge
    axes.hist(
        values,
        bins=np.linspace(low - half, high + half, _BINS + 2).tolist(),
        color="#0072B2",
        edgecolor="white",
        linewidth=0.3,
    )
    axes.axvline(float(values.mean()), color="black", linewidth=0.8, linestyle=":")
    zeros = float((values == 0).mean())
    axes.set_title(title + (f"  ({zeros:.0%} zero)" if zeros >= 0.005 else ""), fontsize=6.5, pad=3)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.tick_params(labelsize=5.5, length=2)
    axes.spines[["top", "right"]].set_visible(False)
