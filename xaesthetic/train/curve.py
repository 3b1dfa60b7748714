"""A training's log: a CSV and a figure of loss and rank correlation over the epochs."""

import csv
import io
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from xaesthetic.core.files import write_text
from xaesthetic.figures.style import OKABE_ITO, save
from xaesthetic.train.checkpoint import History
from xaesthetic.train.recipe import Recipe

_COLOURS = OKABE_ITO[:7]
_DASHES = ("-", "--", ":", "-.")


def write_log(history: History, folder: Path) -> None:
    """Write log.csv, a row for every finished epoch."""
    text = io.StringIO()
    table = csv.DictWriter(text, list(history[0]), lineterminator="\n")
    table.writeheader()
    table.writerows([{name: f"{value:.9g}" for name, value in row.items()} for row in history])
    write_text(folder / "log.csv", text.getvalue())


def draw_curve(history: History, recipe: Recipe, folder: Path, chosen: int) -> None:
    """Draw the figure training.png and .pdf with its caption.

    Parameters
    ----------
    history
        A row for every finished epoch.
    recipe
        Names the attributes.
    folder
        Gets the files.
    chosen
        The epoch kept, from 0; -1 for none.
    """
    save(_figure(history, recipe, chosen), folder / "training", _caption(recipe, chosen))


def _caption(recipe: Recipe, chosen: int) -> str:
    kept = f" The vertical line is the epoch that was kept ({chosen + 1})." if chosen >= 0 else ""
    return (
        "Weighted mean squared error of what was trained on and not, and Spearman's correlation of ratings not trained on, "
        f"for {', '.join(recipe.attributes)}, over the epochs.{kept}"
    )


def _figure(history: History, recipe: Recipe, chosen: int) -> Figure:
    figure = Figure(figsize=(7.2, 2.9), layout="constrained")
    losses, correlations = figure.subplots(1, 2)
    epochs = [int(row["epoch"]) for row in history]
    for name, label, style in (("train_loss", "trained on", "-"), ("select_loss", "not trained on", "--")):
        losses.plot(epochs, [row[name] for row in history], style, color=_COLOURS[0], label=label, marker=".", markersize=4)
    for number, attribute in enumerate(recipe.attributes):
        style = _DASHES[number % len(_DASHES)]  # told apart on paper too
        values = [row[f"rho_{attribute}"] for row in history]
        colour = _COLOURS[number % len(_COLOURS)]
        correlations.plot(epochs, values, style, color=colour, label=attribute.replace("_", " "), marker=".", markersize=4)
    _finish(losses, "weighted mean squared error", chosen)
    _finish(correlations, "Spearman's ρ, not trained on", chosen)
    return figure


def _finish(axes: Axes, title: str, chosen: int) -> None:
    axes.set_title(title, loc="left", fontsize=8)
    axes.set_xlabel("epoch", fontsize=7)
    axes.tick_params(labelsize=7)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.spines[["top", "right"]].set_visible(False)
    if chosen >= 0:
        axes.axvline(chosen + 1, color="0.6", linewidth=0.8, zorder=0)
    axes.legend(frameon=False, fontsize=6, ncols=2 if len(axes.lines) > 6 else 1)
