"""The paper's Figures 6 to 11: the highest and the lowest photographs of an attribute and every model's maps of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan
from pathlib import Path

import pandas as pd

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.described import Described
from xaesthetic.core.facts import report
from xaesthetic.core.targets import describe_units
from xaesthetic.core.titles import Titles
from xaesthetic.core.types import Record, ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures import grid, style
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.seen import seen_caption
from xaesthetic.run.store import Run, model_key
from xaesthetic.stages.pick import Pick, pick_records
from xaesthetic_reports._determined import Fading, determined_notes, fading
from xaesthetic_reports._explained import Units, target_notes, units_of
from xaesthetic_reports._labels import key_to_labels, labels, title_labels
from xaesthetic_reports._panels import ends_of, panels_of
from xaesthetic_reports._ranges import range_notes
from xaesthetic_reports._titles import title_notes, titles_of

_MOST = {1: 5, 2: 10}
"""Photographs of each end in a figure, by columns of the paper; more would be too small to see."""
_SCALES = {"per_map": "each map has its own scale", "shared": "one scale for all maps of a row"}


@report()
def attribute_grid(run: Run, options: ReportOptions) -> list[Path]:
    """A column a photograph; originals in the first row, then a row for each model and method.

    Parameters
    ----------
    run
        With predictions and maps.
    options
        `scale` decides between the two scales; `attributes` which are drawn; `columns` how wide.

    Returns
    -------
    For each attribute ``report/attribute_grid_NAME.png``, ``.pdf`` and the caption.
    """
    picks = pick_records(run)
    picked = {image for pick in picks for image in (*pick.highest, *pick.lowest)}
    records, rated = {record.id: record for record in run.records_of(picked)}, run.rows(PREDICTIONS, picked)
    described, units, notes, fades = run.described(), units_of(run), target_notes(run), fading(run, options)
    written = []
    for pick in picks:
        if options.attributes and pick.attribute not in options.attributes:
            continue
        most = _MOST[options.columns]
        shown = replace(pick, highest=pick.highest[:most], lowest=pick.lowest[-most:])
        named = labels([records[image].original for image in (*shown.highest, *shown.lowest)])
        ratings = rated[rated["attribute"] == pick.attribute].set_index(["model", "image"])["prediction"]
        rows = _rows(run, shown, records, ratings, named, options, units, fades)
        title, faded = described.any(pick.attribute).title, fades.notes(run, pick.attribute)
        scale = f"{_SCALES[options.scale]}{'; grey: sign not stable' * bool(faded)}"
        figure = grid.photo_grid(
            rows, _page(title, pick, shown, scale, _unit(run, pick.attribute, units, titles_of(options))), options.columns
        )
        caption = "\n".join(
            [
                _caption(run, pick, shown, _SCALES[options.scale], described),
                *notes,
                *title_notes(run, options),
                *faded,
                *determined_notes(run, pick.attribute),
                *key_to_labels(named | title_labels([title])),
            ]
        )
        written += style.save(
            figure, run.report / f"attribute_grid_{pick.attribute}", caption, options, _numbers(run, shown, rated)
        )
    return written


def _rows(
    run: Run,
    pick: Pick,
    records: dict[str, Record],
    rated: "pd.Series[float]",
    named: Mapping[str, str],
    options: ReportOptions,
    units: Units,
    fades: Fading,
) -> list[grid.Row]:
    shown, titles = (*pick.highest, *pick.lowest), titles_of(options)
    people = units.described.of_people(pick.attribute)
    photographs = {image: style.thumbnail(load_photograph(records[image])) for image in shown}
    rows = [
        grid.Row(
            "photograph",
            tuple(
                grid.Panel(photographs[image], _rating_of_people(records[image], people), _name(records[image], named))
                for image in shown
            ),
        )
    ]
    for model in map(model_key, run.experiment.models):
        scores = _scores(rated, model, shown, pick.attribute, units)
        for method in run.methods(model):
            stack = run.maps(model, method)
            if pick.attribute in stack.attributes and stack.asks_output:  # a floor is drawn once, by `floors`
                kept = fades.row(model, method, shown, pick.attribute)
                panels = panels_of(stack, pick.attribute, photographs, scores, options, kept)
                rows.append(grid.Row(f"{titles.model(model)}\n{titles.method(method)}", panels))
                scores = {}  # once a model is enough
    return rows


def _numbers(run: Run, pick: Pick, rated: pd.DataFrame) -> pd.DataFrame:
    """What the figure shows: of every map its rating, and its lowest, mean and highest value."""
    ratings = rated[rated["attribute"] == pick.attribute].set_index(["model", "image"])["prediction"]
    places = [(*place, run.maps(*place)) for place in run.places()]
    ends = [("highest", image) for image in pick.highest] + [("lowest", image) for image in pick.lowest]
    rows = [
        (end, image, model, method, float(ratings.get((model, image), nan)), *ends_of(stack.map(image, pick.attribute)))
        for model, method, stack in places
        if pick.attribute in stack.attributes and stack.asks_output
        for end, image in ends
    ]
    columns = ["end", "image", "model", "method", "rating", "map_lowest", "map_mean", "map_highest"]
    return pd.DataFrame(rows, columns=columns)


def _scores(rated: pd.Series, model: str, shown: Sequence[str], attribute: str, units: Units) -> dict[str, str]:
    return {
        image: units.corner(image, model, attribute, float(rated.loc[(model, image)]))
        for image in shown
        if (model, image) in rated.index
    }


def _unit(run: Run, attribute: str, units: Units, titles: Titles) -> str:
    """The units of the maps that a figure shows, and whose they are where not all have one."""
    places = [(*place, run.maps(*place)) for place in run.places()]
    shown = [item for item in places if item[2].asks_output and attribute in item[2].attributes]
    held = {(model, method): units.unit(stack, model, attribute) for model, method, stack in shown}
    said = describe_units(held.values())
    with_unit = dict.fromkeys(titles.method(method) for (_, method), (unit, _) in held.items() if unit)
    return f"{said} for {', '.join(with_unit)}" if said and not all(unit for unit, _ in held.values()) else said


def _rating_of_people(record: Record, item: Attribute) -> str:
    return item.text(record.ratings[item.name]) if item.name in record.ratings else ""


def _name(record: Record, named: Mapping[str, str]) -> str:
    short = named[record.original]
    if record.edit is None:
        return short
    return f"{short}\n{record.edit.name.replace('_', ' ')} {record.edit.amount:g}"


def _page(title: str, pick: Pick, shown: Pick, scale: str, unit: str) -> grid.Page:
    ends = (("highest", pick.highest, shown.highest), ("lowest", pick.lowest, shown.lowest))
    return grid.Page(
        title=title,
        groups=tuple(
            (f"{len(part)} {end}" + f" of {len(ids)}" * (len(part) < len(ids)), len(part)) for end, ids, part in ends if ids
        ),
        bar=f"map value{f', {unit}' * bool(unit)}\n({scale})",
        ends=("least", "most"),
    )


def _caption(run: Run, pick: Pick, shown: Pick, scale: str, described: Described) -> str:
    """What a reader must know to judge the figure: selection, scale, models, weights, data."""
    answered = run.answered_by()
    first = next(key for key in map(model_key, run.experiment.models) if pick.attribute in answered.models[key].attributes)
    few = "; there were no more" if pick.short else ""
    part = len(shown.highest) + len(shown.lowest) < len(pick.highest) + len(pick.lowest)
    left_out = f" Of these the {len(shown.highest)} highest and the {len(shown.lowest)} lowest are drawn." if part else ""
    parts = [
        f"The photographs rated highest ({len(pick.highest)}) and lowest ({len(pick.lowest)}{few}) for "
        f"{pick.attribute} by {first}; of each photograph only its highest or lowest version.{left_out} "
        f"In the corner of each model's first map its prediction, in that of a photograph "
        f"people's rating, if any. Maps as computed, signed, drawn from their lowest (least) to their highest "
        f"value (most); {scale}; the white line holds the top fifth of the area. Maps on finer grids "
        f"are shown as means on {style.FINEST} x {style.FINEST} cells. Data: {run.experiment.data}."
    ]
    ranges = {key: described.of_model(key, pick.attribute) for key, source in answered.models.items()}
    parts += range_notes({key: item for key, item in ranges.items() if pick.attribute in answered.models[key].attributes})
    for key in map(model_key, run.experiment.models):
        source = answered.models[key]
        parts.append(f"{key}: {source.trained}; {source.citation}; {source.licence}.")
    parts += seen_caption(run, frozenset((*shown.highest, *shown.lowest)))
    parts += [
        f"{key}: {', '.join(same)} are {kept}'s maps: one row, and that they agree is no evidence."
        for key, methods in run.same_maps().items()
        for kept in dict.fromkeys(methods.values())
        for same in [[method for method, name in methods.items() if name == kept]]
    ]
    return "\n".join(parts)
