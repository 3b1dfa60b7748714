"""The paper's Figures 6 to 11: the highest and the lowest photographs of an attribute and every model's maps of them."""

from pathlib import Path

import numpy as np

from xaesthetic import edits, figures, images
from xaesthetic.attributes import attribute
from xaesthetic.maps import MapStack
from xaesthetic.pick import Pick, pick_records
from xaesthetic.store import Run, model_key
from xaesthetic.types import Pixels, Record, ReportOptions

_SCALES = {"per_map": "each map has its own scale", "shared": "one scale for all maps of a row"}


def attribute_grid(run: Run, options: ReportOptions) -> list[Path]:
    """A column a photograph; originals in the first row, then a row for each model and method.

    Parameters
    ----------
    run
        With predictions and maps.
    options
        `scale` decides between the two scales; `attributes` which are drawn.

    Returns
    -------
    For each attribute ``report/attribute_grid_NAME.png``, ``.pdf`` and the caption.
    """
    records = {record.id: record for record in run.records()}
    written = []
    for pick in pick_records(run):
        if options.attributes and pick.attribute not in options.attributes:
            continue
        figure = figures.photo_grid(_rows(run, pick, records, options), _page(pick, options))
        caption = _caption(run, pick, _SCALES[options.scale])
        written += figures.save(figure, run.report / f"attribute_grid_{pick.attribute}", caption)
    return written


def _rows(run: Run, pick: Pick, records: dict[str, Record], options: ReportOptions) -> list[figures.Row]:
    shown = (*pick.highest, *pick.lowest)
    photographs = {image: figures.thumbnail(edits.photograph(records[image])) for image in shown}
    rows = [
        figures.Row(
            "photograph",
            tuple(
                figures.Panel(photographs[image], _truth(records[image], pick.attribute), _name(records[image]))
                for image in shown
            ),
        )
    ]
    table = run.predictions()
    rated = table[table["attribute"] == pick.attribute].set_index(["model", "image"])["prediction"]
    for model in map(model_key, run.experiment.models):
        for method in run.experiment.methods:
            stack = run.maps(model, method)
            if pick.attribute in stack.attributes:
                scores = {image: float(rated.loc[(model, image)]) for image in shown}
                panels = _panels(stack, pick.attribute, photographs, scores, options)
                rows.append(figures.Row(f"{model}\n{method}", panels))
    return rows


def _panels(
    stack: MapStack, name: str, photographs: dict[str, Pixels], scores: dict[str, float], options: ReportOptions
) -> tuple[figures.Panel, ...]:
    grids = {image: figures.coarse(stack.map(image, name)) for image in photographs}
    together = np.stack(list(grids.values()))
    limits = (float(together.min()), float(together.max())) if options.scale == "shared" else None
    panels = []
    for image, pixels in photographs.items():
        shown = images.to_pixels(figures.normalise(grids[image], limits), pixels.shape[:2])
        panels.append(figures.Panel(figures.overlay(pixels, shown), f"{scores[image]:.2f}", top=shown))
    return tuple(panels)


def _truth(record: Record, name: str) -> str:
    return f"{record.ratings[name]:.2f}" if name in record.ratings else ""


def _name(record: Record) -> str:
    original = Path(record.original).stem
    short = original if len(original) <= 22 else f"{original[:10]}…{original[-11:]}"
    if record.edit is None:
        return short
    return f"{short}\n{record.edit.name.replace('_', ' ')} {record.edit.amount:g}"


def _page(pick: Pick, options: ReportOptions) -> figures.Page:
    ends = (("highest", pick.highest), ("lowest", pick.lowest))
    scale = _SCALES[options.scale]
    return figures.Page(
        title=attribute(pick.attribute).title,
        groups=tuple((f"{len(ids)} {end}", len(ids)) for end, ids in ends if ids),
        bar=f"map value\n({scale})",
        ends=("least", "most"),
    )


def _caption(run: Run, pick: Pick, scale: str) -> str:
    """What a reader must know to judge the figure: selection, scale, models, weights, data."""
    answered = run.answered_by()
    first = next(
        key for key in map(model_key, run.experiment.models) if pick.attribute in answered["models"][key]["attributes"]
    )
    few = "; there were no more" if pick.short else ""
    parts = [
        f"The photographs rated highest ({len(pick.highest)}) and lowest ({len(pick.lowest)}{few}) for "
        f"{pick.attribute} by {first}; of each photograph only its highest or lowest version. In the corner of each map its "
        f"model's prediction. Maps as computed, signed, drawn from their lowest (least) to their highest value (most); "
        f"{scale}; the white line holds the top fifth of the area. Maps on finer grids "
        f"are shown as means on {figures.FINEST} x {figures.FINEST} cells. Data: {run.experiment.data}."
    ]
    for key in map(model_key, run.experiment.models):
        source = answered["models"][key]
        parts.append(f"{key}: {source['trained']}; {source['citation']}; {source['licence']}.")
    return "\n".join(parts)
