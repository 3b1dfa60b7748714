"""The paper's Figure 3: a photograph goes through the network, every block's weighted maps, and their sum."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import report
from xaesthetic.core.types import Pixels, ReportOptions
from xaesthetic.data import images
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures import style
from xaesthetic.run.schemas import BLOCKS
from xaesthetic.run.seen import seen_caption
from xaesthetic.run.store import Run
from xaesthetic_reports._determined import determined_notes
from xaesthetic_reports._titles import title_notes, titles_of

_STYLE: dict[Any, Any] = {**style.STYLE, "font.size": 6}
_WIDTH, _HEIGHT = style.WIDTHS[2], 2.25
_PHOTOGRAPH, _SIDE, _COLUMNS = 1.25, 400, 8  # inches and pixels of the photograph; blocks side by side


@report(on_request=True)
def approach(run: Run, options: ReportOptions) -> list[Path]:
    """One photograph: each block's own weighted map with what it adds to the prediction, and the sum, from real values.

    Parameters
    ----------
    run
        On which ``xaesthetic reproduce`` took a network apart (blocks.parquet).
    options
        Which files, and the names of models.

    Returns
    -------
    ``report/approach.png``, ``.pdf`` and the caption.

    Raises
    ------
    DataError
        If no network was taken apart.
    """
    if not run.has(BLOCKS):
        raise DataError(
            f"{run.root}: Figure 3 needs a network that was taken apart; 'xaesthetic reproduce' does it, for a model whose "
            "head is global averages and one linear layer."
        )
    blocks = run.read(BLOCKS)
    first = blocks.iloc[0]
    (record,) = run.records_of([first["image"]])
    model, attribute = str(first["model"]), str(first["attribute"])
    photograph = style.thumbnail(load_photograph(record), _SIDE)
    title = run.described().any(str(first["attribute"])).title
    maps = [np.asarray(row["values"], np.float32).reshape(row["height"], row["width"]) for _, row in blocks.iterrows()]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(_WIDTH, _HEIGHT))
        FigureCanvasAgg(figure)
        _photograph(figure, photograph, f"{titles_of(options).model(model)}: {title}")
        _blocks(figure, blocks, maps)
        _sum(figure, photograph, maps, first)
        _color_bar(figure)
    notes = [*seen_caption(run, frozenset([record.id]), [model]), *determined_notes(run, attribute, model)]
    caption = "\n".join([_caption(run, first, maps, title), *title_notes(run, options), *notes])
    table = blocks.drop(columns="values").assign(lowest=[*map(np.min, maps)], mean=[*map(np.mean, maps)])
    table = table.assign(highest=[*map(np.max, maps)])
    return style.save(figure, run.report / "approach", caption, options, table)


def _box(left: float, bottom: float, width: float, height: float) -> tuple[float, float, float, float]:
    """In inches."""
    return left / _WIDTH, bottom / _HEIGHT, width / _WIDTH, height / _HEIGHT


def _photograph(figure: Figure, photograph: Pixels, title: str) -> None:
    axes = figure.add_axes(_box(0.05, 0.55, _PHOTOGRAPH, _PHOTOGRAPH))
    axes.imshow(photograph)
    axes.set_axis_off()
    figure.text((0.05 + _PHOTOGRAPH / 2) / _WIDTH, 0.4 / _HEIGHT, "photograph", ha="center")
    _arrow(figure, 0.05 + _PHOTOGRAPH + 0.03)
    figure.text(0.05 / _WIDTH, 1 - 0.16 / _HEIGHT, title, weight="bold")


def _blocks(figure: Figure, blocks: pd.DataFrame, maps: list[np.ndarray]) -> None:
    left, room = 1.55, _WIDTH - 1.55 - _PHOTOGRAPH - 0.3
    columns = min(_COLUMNS, len(maps))
    rows = -(-len(maps) // columns)
    cell = min(room / columns, (_HEIGHT - 0.55) / rows - 0.24)
    for number, (values, (_, row)) in enumerate(zip(maps, blocks.iterrows(), strict=True)):
        x = left + (number % columns) * room / columns
        y = _HEIGHT - 0.3 - (number // columns + 1) * (cell + 0.33) + 0.3
        axes = figure.add_axes(_box(x, y, cell * 0.92, cell * 0.92))
        axes.imshow(values, cmap=style.colormap(), interpolation="none")
        axes.set_axis_off()
        middle = (x + cell * 0.46) / _WIDTH
        grid = f"{row['height']}×{row['width']}·{row['channels']}"
        figure.text(middle, (y - 0.02) / _HEIGHT, grid, ha="center", va="top", fontsize=4.8)
        figure.text(middle, (y - 0.11) / _HEIGHT, f"{values.mean():+.3f}", ha="center", va="top", fontsize=5.2)
    _arrow(figure, _WIDTH - _PHOTOGRAPH - 0.3)


def _sum(figure: Figure, photograph: Pixels, maps: list[np.ndarray], first: pd.Series) -> None:
    size = maps[-1].shape[0], maps[-1].shape[1]
    total = np.sum([images.area_pool(item, size) for item in maps], axis=0)
    shown = images.to_pixels(style.normalise(total.astype(np.float32)), photograph.shape[:2])
    axes = figure.add_axes(_box(_WIDTH - _PHOTOGRAPH - 0.05, 0.55, _PHOTOGRAPH, _PHOTOGRAPH))
    axes.imshow(style.overlay(photograph, shown))
    axes.set_axis_off()
    raw = sum(float(item.mean()) for item in maps) + first["bias"]
    middle = (_WIDTH - _PHOTOGRAPH / 2 - 0.05) / _WIDTH
    figure.text(middle, 0.36 / _HEIGHT, "Σ, the map", ha="center")
    figure.text(middle, 0.2 / _HEIGHT, f"mean {raw - first['bias']:+.3f}, bias {first['bias']:+.3f}", ha="center")
    figure.text(middle, 0.06 / _HEIGHT, f"output {raw:.3f}", ha="center", weight="bold")


def _color_bar(figure: Figure) -> None:
    """Below the blocks: every map has a scale of its own, from its lowest to its highest value."""
    left, width = 2.6, 1.6
    axes = figure.add_axes(_box(left, 0.06, width, 0.07))
    axes.imshow(np.linspace(0, 1, 256)[None], cmap=style.colormap(), aspect="auto")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_linewidth(0.4)
    place: dict[str, Any] = {"y": 0.095 / _HEIGHT, "va": "center", "fontsize": 5.5}
    figure.text((left - 0.05) / _WIDTH, s="map value: least", ha="right", **place)
    figure.text((left + width + 0.05) / _WIDTH, s="most, each map on its own scale", ha="left", **place)


def _arrow(figure: Figure, left: float) -> None:
    y = (0.55 + _PHOTOGRAPH / 2) / _HEIGHT
    ends = (left / _WIDTH, y), ((left + 0.17) / _WIDTH, y)
    drawn: dict[str, Any] = {"color": style.ink(), "arrowstyle": "-|>", "mutation_scale": 6, "linewidth": 0.7}
    figure.add_artist(FancyArrowPatch(*ends, transform=figure.transFigure, **drawn))


def _caption(run: Run, first: pd.Series, maps: list[np.ndarray], title: str) -> str:
    source = run.answered_by().models[first["model"]]
    said = f"{source.trained}; {source.citation}; {source.licence}"
    return (
        f"How a map is made, in real values: photograph {first['image']} of {run.experiment.data} through {first['model']}. "
        f"For each of the {len(maps)} blocks its channels, weighed by the output layer and summed, on the block's own grid "
        "(below: rows × columns of cells, channels, and the mean, which is what the block adds to the output); every "
        f"block's map has its own scale. Averaged onto the last grid they sum to the map of {title}; its "
        f"mean and the bias are the raw output. {first['model']}: {said}."
    )
