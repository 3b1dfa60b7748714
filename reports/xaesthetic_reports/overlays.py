"""For every photograph and attribute a picture: the photograph, and every model's map over it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from xaesthetic.core.beyond import beyond_words
from xaesthetic.core.described import Described
from xaesthetic.core.facts import report
from xaesthetic.core.files import write_text
from xaesthetic.core.spreadsheet import frame_csv
from xaesthetic.core.titles import Titles
from xaesthetic.core.types import Record, ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures.overlays import Overlay, overlay_figure
from xaesthetic.figures.style import save_figure, thumbnail
from xaesthetic.run.maps import Maps
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.seen import SEEN, seen_photographs
from xaesthetic.run.store import Run
from xaesthetic_reports._determined import Fading, determined_notes, fading
from xaesthetic_reports._explained import Units, series_notes, target_words, units_of
from xaesthetic_reports._panels import ends_of
from xaesthetic_reports._ranges import range_notes
from xaesthetic_reports._stems import folded, stem_of
from xaesthetic_reports._titles import titles_of

_DPI, _PIXELS = 200, 600  # of a figure; of a photograph's longer side
_Shown = Mapping[tuple[str, str], Overlay]  # by model and method
_Numbers = tuple[str | float | None, ...]  # in the order of the columns
_COLUMNS = ("picture", "image", "attribute", "model", "method", "rating", "lowest", "mean", "highest", "unit")


@report(on_request=True)
def overlays(run: Run, options: ReportOptions) -> list[Path]:
    """One picture for every photograph and attribute: every model's map over the photograph, with its rating.

    Maps that ask no attribute are drawn once a photograph, in a picture of their own.

    Parameters
    ----------
    run
        With predictions and maps.
    options
        `attributes` says which are drawn.

    Returns
    -------
    ``report/overlays/PHOTOGRAPH-ATTRIBUTE.png``; ``PHOTOGRAPH-no-attribute.png``, where no attributes are named; and
    ``report/overlays.csv`` with the numbers of all pictures.
    """
    stacks = {place: run.maps(*place) for place in run.places()}
    ratings = run.read(PREDICTIONS).set_index(["image", "model", "attribute"])["prediction"]
    seen, series = seen_photographs(run), [item.rstrip(".") for item in series_notes(run)]
    series += [beyond_words(run.experiment.beyond).rstrip(".")] if run.experiment.beyond else []
    known, fades = _determined(run), fading(run, options)
    described, units, taken = run.described(), units_of(run), set[str]()
    written, rows = list[Path](), list[_Numbers]()
    for record in run.photographs():
        marks = {model: f"; {SEEN}" for model, images in seen.items() if record.id in images}
        said = [*series, *(f"{model}: {how}{marks.get(model, '')}" for model, how in run.trained().items())]
        pixels = thumbnail(load_photograph(record), _PIXELS)
        for attribute, shown in _shown(record, stacks, ratings, units, fades, titles_of(options)):
            if not options.attributes or attribute in options.attributes:
                stem = _free(stem_of(record.id, attribute), taken)
                title = f"{described.any(attribute).title if attribute else 'No attribute asked'}: {record.id}"
                title = ", ".join(filter(None, (title, target_words(run))))
                note = " ".join(
                    [
                        *known.get(attribute, ()),
                        *fades.notes(run, attribute),
                        *_ranges(attribute, stacks, described),
                        f"{'; '.join(said)}.",
                    ]
                )
                figure = overlay_figure(pixels, list(shown.values()), title, note)
                for kind in options.formats:
                    file = run.report / "overlays" / f"{stem}.{kind}"
                    save_figure(figure, file, min(_DPI, options.dpi))
                    written.append(file)
                rows += _numbers(stem, record.id, attribute, shown, ratings)
    return [*written, _write_numbers(run.report / "overlays.csv", rows)] if written else []


def _numbers(picture: str, image: str, attribute: str, shown: _Shown, ratings: pd.Series) -> Iterator[_Numbers]:
    """Give the rating that stands in each corner, and the ends and the mean of the map under it."""
    for (model, method), overlay in shown.items():
        rating = float(ratings[image, model, attribute]) if attribute else None
        yield picture, image, attribute, model, method, rating, *ends_of(overlay.values), overlay.unit


def _write_numbers(file: Path, rows: Sequence[_Numbers]) -> Path:
    write_text(file, frame_csv(pd.DataFrame(rows, columns=list(_COLUMNS))))
    return file


def _determined(run: Run) -> dict[str, list[str]]:
    """What is known of how well maps are determined, by attribute."""
    return {name: determined_notes(run, name) for name in run.rated_attributes()}


def _ranges(attribute: str, stacks: Mapping[tuple[str, str], Maps], described: Described) -> list[str]:
    """What the models that rate an attribute declare of it, in a sentence."""
    models = dict.fromkeys(model for (model, _), stack in stacks.items() if attribute in stack.attributes)
    return range_notes({model: described.of_model(model, attribute) for model in models})


def _shown(
    record: Record, stacks: Mapping[tuple[str, str], Maps], ratings: pd.Series, units: Units, fades: Fading, titles: Titles
) -> Iterator[tuple[str, _Shown]]:
    """Give every attribute with the maps of those models that have it; under no name those that ask no attribute."""
    held = {place: stack for place, stack in stacks.items() if record.id in stack.images}
    by_attribute = {place: stack for place, stack in held.items() if stack.asks_output}
    for attribute in dict.fromkeys(name for stack in by_attribute.values() for name in stack.attributes):
        yield (
            attribute,
            {
                (model, method): Overlay(
                    titles.place(model, method),
                    units.corner(record.id, model, attribute, float(ratings[record.id, model, attribute])),
                    stack.map(record.id, attribute),
                    *units.unit(stack, model, attribute),
                    fades.of(model, method, record.id, attribute),
                )
                for (model, method), stack in by_attribute.items()
                if attribute in stack.attributes
            },
        )
    floors = {
        (model, method): Overlay(titles.place(model, method), "", stack.map(record.id, stack.attributes[0]))
        for (model, method), stack in held.items()
        if not stack.asks_output
    }
    if floors:
        yield "", floors


def _free(stem: str, taken: set[str]) -> str:
    """That name, numbered where another picture has it on some disk, and now `taken` as well."""
    number, free = 1, stem
    while folded(free) in taken:
        number += 1
        free = f"{stem}-{number}"
    taken.add(folded(free))
    return free
