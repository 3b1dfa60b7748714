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
from xaesthetic.core.errors import DataError, XaestheticError
from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.types import ReportOptions
from xaesthetic.data.fetch.registry import cached
from xaesthetic.data.records import find_records, whole_name
from xaesthetic.figures import style
from xaesthetic.run.store import Run
from xaesthetic_reports._labels import key_to_labels, title_labels
from xaesthetic_reports._ratings import Ratings, ratings_of, ratings_of_people

_BINS = 20
_TRAIN = "train"
_STYLE: dict[Any, Any] = {**style.STYLE, "font.size": 6}


def _lists(run: Run) -> list[Path]:
    """The tables beside a data set's photographs, of which one may hold the training labels."""
    name = whole_name(run.experiment.data)
    if name == run.experiment.data:
        return []
    folder = Path(run.experiment.root) if run.experiment.root else cached(name)
    return sorted(file for pattern in ("*.csv", "*/*.csv") for file in folder.glob(pattern) if file.is_file())


@report(on_request=True, inputs=_lists)
def label_distributions(run: Run, options: ReportOptions) -> list[Path]:
    """A histogram for each rated attribute and the overall score, with the share of zeros, mean and standard deviation.

    Parameters
    ----------
    run
        With predictions. Of one list of a data set (`aadb:test`) the labels of the list `train` are shown, where that lies
        beside it: they are what models are trained on, and what the paper's figure is of.
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
    known = _training_labels(run) or ratings_of(run)
    rated = [name for name in in_order(known.table.columns) if known.table[name].notna().any()]
    shown = [known.attribute(name) for name in rated]
    if not shown:
        raise DataError(f"{run.root}: no attribute is rated; Figure 4 needs AADB or a model.")
    named = title_labels(item.title for item in shown)
    most = 2 * options.columns
    across = min(most, len(shown))
    rows, width = -(-len(shown) // across), style.WIDTHS[options.columns] * max(2, across) / most
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, 1.25 * rows + 0.25), layout="constrained")
        FigureCanvasAgg(figure)
        figure.supxlabel("rating", fontsize=6.5)
        figure.supylabel("photographs", fontsize=6.5)
        for axes, item in zip(figure.subplots(rows, across, squeeze=False).flat, [*shown, *[None] * across], strict=False):
            if item is None:
                axes.set_axis_off()
            else:
                _draw(axes, named[item.title], item, known.table[item.name].dropna())
    table = known.table[rated]
    caption = (
        f"Distribution of the ratings in each attribute: {known.whose}, {int(table.notna().any(axis=1).sum())} photographs "
        f"that are rated; bins are a {_BINS}th of the range wide, from the attribute's declared lowest to its highest "
        "(AADB's for its attributes), or the ratings' where they go beyond it. The dotted line is the mean; the share of "
        f"exact zeros stands above. Behind it the mean's 95 % interval.{_unlike_the_paper(run, known)}"
    )
    caption = "\n".join([caption, *key_to_labels(named)])
    summary = table.describe().T.assign(zeros=(table == 0).sum() / table.count())
    file = run.report / "label_distributions.csv"
    write_text(file, frame_csv(summary.assign(whose=known.whose).rename_axis("attribute"), index=True))
    return [file, *style.save(figure, run.report / "label_distributions", caption, options)]


def _training_labels(run: Run) -> Ratings | None:
    """People's ratings of the list `train` of the data set that the run has another list of; None where there are none."""
    name, _, split = run.experiment.data.partition(":")
    if split in ("", _TRAIN) or whole_name(run.experiment.data) != name:
        return None
    try:
        records = find_records(f"{name}:{_TRAIN}", run.experiment.root)
    except XaestheticError:  # it has no such list, or that is not here
        return None
    return ratings_of_people(records, f"{name}:{_TRAIN}, the training labels", run.described())


def _unlike_the_paper(run: Run, known: Ratings) -> str:
    name, _, split = run.experiment.data.partition(":")
    of_training = split == _TRAIN or f":{_TRAIN}" in known.whose
    return "" if of_training or name != "aadb" else " The paper's figure is of the training labels: --data aadb:train."


def _draw(axes: Axes, title: str, attribute: Attribute, values: pd.Series) -> None:
    low, high = np.nanmin([attribute.low, values.min()]), np.nanmax([attribute.high, values.max()])
    high = high if high > low else low + 1.0
    half = (high - low) / _BINS / 2  # a vote stands in the middle of its bin, not on an edge
    axes.hist(
        values,
        bins=np.linspace(low - half, high + half, _BINS + 2).tolist(),
        color=style.OKABE_ITO[0],
        edgecolor=style.paper(),
        linewidth=0.3,
    )
    error = 1.96 * float(values.std()) / len(values) ** 0.5 if len(values) > 1 else 0.0
    axes.axvspan(float(values.mean()) - error, float(values.mean()) + error, color="0.7", alpha=0.6, linewidth=0, zorder=0)
    axes.axvline(float(values.mean()), color=style.ink(), linewidth=0.8, linestyle=":")
    zeros = float((values == 0).mean())
    axes.set_title(title + (f"  ({zeros:.0%} zero)" if zeros >= 0.005 else ""), fontsize=6.5, pad=3)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.tick_params(labelsize=5.5, length=2)
    axes.spines[["top", "right"]].set_visible(False)
