"""For every photograph and attribute a picture: the photograph, and every model's map over it."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from xaesthetic.core.attributes import describe
from xaesthetic.core.facts import report
from xaesthetic.core.types import Record, ReportOptions
from xaesthetic.data.photograph import load_photograph
from xaesthetic.figures.overlays import Overlay, overlay_figure
from xaesthetic.figures.style import save_figure, thumbnail
from xaesthetic.run.maps import Maps
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.seen import SEEN, seen_photographs
from xaesthetic.run.store import Run

_DPI, _PIXELS = 200, 600  # of a figure; of a photograph's longer side


@report(on_request=True)
def overlays(run: Run, options: ReportOptions) -> list[Path]:
    """One picture for every photograph and attribute: every model's map over the photograph, with its rating.

    Parameters
    ----------
    run
        With predictions and maps.
    options
        `attributes` says which are drawn.

    Returns
    -------
    ``report/overlays/PHOTOGRAPH-ATTRIBUTE.png``.
    """
    stacks = {(model, method): run.maps(model, method) for model in run.model_keys() for method in run.methods(model)}
    ratings = run.read(PREDICTIONS).set_index(["image", "model", "attribute"])["prediction"]
    trained, seen = run.trained(), seen_photographs(run)
    written: dict[Path, None] = {}
    for record in run.records():
        marks = {model: f"; {SEEN}" for model, images in seen.items() if record.id in images}
        note = "; ".join(f"{model}: {how}{marks.get(model, '')}" for model, how in trained.items())
        pixels = thumbnail(load_photograph(record), _PIXELS)
        for attribute, shown in _shown(record, stacks, ratings):
            if not options.attributes or attribute in options.attributes:
                file = _free(run.report / "overlays", f"{_plain(record.id)}-{_plain(attribute)}", written)
                title = f"{describe(attribute).title}: {record.id}"
                save_figure(overlay_figure(pixels, shown, title, note), file, _DPI)
                written[file] = None
    return list(written)


def _shown(
    record: Record, stacks: dict[tuple[str, str], Maps], ratings: pd.Series
) -> Iterator[tuple[str, Sequence[Overlay]]]:
    """Give every attribute with the maps of those models that have it."""
    held = {place: stack for place, stack in stacks.items() if record.id in stack.images}
    for attribute in dict.fromkeys(name for stack in held.values() for name in stack.attributes):
        yield (
            attribute,
            [
                Overlay(
                    f"{model}, {method}", f"{ratings[record.id, model, attribute]:z.2f}", stack.map(record.id, attribute)
                )
                for (model, method), stack in held.items()
                if attribute in stack.attributes
            ],
        )


def _plain(name: str) -> str:
    """A name as a part of a file's: folders and what systems forbid become dashes."""
    return re.sub(r'[\\/:*?"<>|\s]+', "-", name).strip("-.")[-120:] or "photograph"


def _free(folder: Path, stem: str, taken: dict[Path, None]) -> Path:
    """A file of that name, numbered where two photographs would have one."""
    number, file = 1, folder / f"{stem}.png"
    while file in taken:
        number += 1
        file = folder / f"{stem}-{number}.png"
    return file
