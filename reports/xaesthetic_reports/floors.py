"""What asks no attribute: where the networks are active at all, drawn once and not under every attribute."""

from pathlib import Path

import pandas as pd

from xaesthetic.core.facts import report
from xaesthetic.core.types import ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures import grid, style
from xaesthetic.run.maps import Maps
from xaesthetic.run.store import Run
from xaesthetic.stages.pick import pick_records
from xaesthetic_reports._explained import series_notes
from xaesthetic_reports._labels import key_to_labels, labels
from xaesthetic_reports._panels import ends_of, panels_of
from xaesthetic_reports._titles import title_notes, titles_of

_MOST = {1: 8, 2: 16}
"""Photographs in the figure, by columns of the paper."""


@report()
def floors(run: Run, options: ReportOptions) -> list[Path]:
    """Maps that a model has whatever is asked: a map of an attribute must look otherwise, and do better.

    Parameters
    ----------
    run
        With maps.
    options
        `scale` decides between the two scales; `columns` how wide.

    Returns
    -------
    ``report/floors.png``, ``.pdf`` and the caption; nothing where the run has no such map.
    """
    stacks = _floors(run)
    if not stacks:
        return []
    picked = dict.fromkeys(image for pick in pick_records(run) for image in (*pick.highest, *pick.lowest))
    shown = [image for image in picked if all(image in stack for stack in stacks.values())][: _MOST[options.columns]]
    records = {record.id: record for record in run.records_of(shown)}
    photographs = {image: style.thumbnail(load_photograph(records[image])) for image in shown}
    named = labels([records[image].original for image in shown])
    rows = [
        grid.Row("photograph", tuple(grid.Panel(photographs[image], "", named[records[image].original]) for image in shown))
    ]
    titles = titles_of(options)
    rows += [
        grid.Row(
            f"{titles.model(model)}\n{titles.method(method)}",
            panels_of(stack, stack.attributes[0], photographs, {}, options),
        )
        for (model, method), stack in stacks.items()
    ]
    page = grid.Page("No attribute asked", (("photographs", len(shown)),), "map value", ("least", "most"))
    notes = [*series_notes(run, list(stacks)), *(f"{key}: {how}." for key, how in run.trained().items())]
    notes += [*title_notes(run, options), *key_to_labels(named)]
    caption = "\n".join([_CAPTION.format(len(shown), len(picked)), *notes])
    return style.save(
        grid.photo_grid(rows, page, options.columns), run.report / "floors", caption, options, _numbers(stacks, shown)
    )


_CAPTION = (
    "Maps that ask no output, so that they are the same for all attributes: the floor that a map of an attribute is held "
    "against. {} of {} photographs that are highest or lowest for some attribute."
)


def _numbers(stacks: dict[tuple[str, str], Maps], shown: list[str]) -> pd.DataFrame:
    """What the figure shows: the lowest, the mean and the highest value of every map."""
    rows = [
        (*place, image, *ends_of(stack.map(image, stack.attributes[0])))
        for place, stack in stacks.items()
        for image in shown
    ]
    return pd.DataFrame(rows, columns=["model", "method", "image", "lowest", "mean", "highest"])


def _floors(run: Run) -> dict[tuple[str, str], Maps]:
    places = run.places()
    stacks = {place: run.maps(*place) for place in places}
    return {place: stack for place, stack in stacks.items() if not stack.asks_output}
