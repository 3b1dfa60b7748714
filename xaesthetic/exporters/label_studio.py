"""Runs as tasks of Label Studio with predictions (https://labelstud.io/guide/predictions)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import numpy as np

from xaesthetic.core.facts import exporter
from xaesthetic.core.types import Mask
from xaesthetic.data import images
from xaesthetic.data.run_lengths import to_brush
from xaesthetic.exporting.choice import Choice, ExportOptions, MapPlace, choose
from xaesthetic.exporting.photographs import ExportedMap, ExportedPhotograph, jpeg, photographs
from xaesthetic.run.store import Run

_SHARE = 0.1  # of a photograph's pixels that a region holds
_ANY = "any attribute"
_COLORS = {"highest": "#fde725", "lowest": "#440154"}  # of the ends of the figures' colors


@exporter()
def label_studio(run: Run, out: Path, options: ExportOptions) -> None:
    """Label Studio's tasks with predictions: ratings as numbers, the highest tenth of every map as a brush.

    Label Studio shows no heat maps. A brush holds the tenth of the pixels with the highest values; where a map has values
    below 0, another one the tenth with the lowest. Every model and method is a model version.

    Parameters
    ----------
    run
        With predictions and maps.
    out
        Gets `config.xml` (the labeling interface), `tasks.json` and `images/`, which Label Studio serves as local files from
        the folder above.
    options
        What of the run.
    """
    choice = choose(run, options)
    (out / "images").mkdir()
    (out / "config.xml").write_text(_config(choice), encoding="utf-8")
    with (out / "tasks.json").open("w", encoding="utf-8") as tasks:
        comma = "["
        for item in photographs(run, choice, options):
            file = f"images/{item.name}.jpg"
            (out / file).write_bytes(jpeg(item.pixels))
            data = {"image": f"/data/local-files/?d={quote(f'{options.place.name}/{file}')}", "photograph": item.record.id}
            data |= {"credit": item.record.credit, "edit": item.record.edit.name if item.record.edit else ""}
            task = {"data": data, "predictions": [*_predictions(item)]}
            tasks.write(f"{comma}\n{json.dumps(task, ensure_ascii=False, allow_nan=False)}")
            comma = ","
        tasks.write("\n]\n" if comma == "," else "[]\n")


def _config(choice: Choice) -> str:
    """The labeling interface: a number for every attribute, and brushes."""
    rated = dict.fromkeys(attribute for _, attribute in choice.ratings)
    marked = dict.fromkeys(place.attribute or _ANY for place in choice.maps)
    labels = [
        f"    <Label value={quoteattr(_label(name, end))} background={quoteattr(color)}/>"
        for name in marked
        for end, color in _COLORS.items()
    ]
    brushes = ['  <BrushLabels name="region" toName="image">', *labels, "  </BrushLabels>"]
    numbers = [
        line
        for name in rated
        for line in (
            f"  <Header value={quoteattr(name)}/>",
            f'  <Number name={quoteattr(_control(name))} toName="image" step="any"/>',
        )
    ]
    return "\n".join(
        [
            "<View>",
            '  <Image name="image" value="$image" zoom="true"/>',
            *(brushes if labels else ()),
            *numbers,
            "</View>",
            "",
        ]
    )


def _label(attribute: str, end: str) -> str:
    return f"{attribute}: {end} tenth"


def _control(attribute: str) -> str:
    return f"rating {attribute}"


def _predictions(item: ExportedPhotograph) -> Iterator[dict[str, Any]]:
    """One for every model and method; for a model that has no maps one with its ratings."""
    mapped: dict[tuple[str, str], list[ExportedMap]] = {}
    for shown in item.maps:
        mapped.setdefault((shown.place.model, shown.place.method), []).append(shown)
    for model in dict.fromkeys(model for model, _ in item.ratings):
        numbers = [_number(item, attribute, rating) for (key, attribute), rating in item.ratings.items() if key == model]
        several = {method: maps for (key, method), maps in mapped.items() if key == model} or {"": []}
        for method, maps in several.items():
            brushes = [brush for shown in maps for brush in _brushes(item, shown)]
            yield {"model_version": ", ".join(filter(None, (model, method))), "result": [*numbers, *brushes]}


def _number(item: ExportedPhotograph, attribute: str, rating: float) -> dict[str, Any]:
    return _result(item, f"rating-{attribute}", "number", _control(attribute), {"number": rating})


def _brushes(item: ExportedPhotograph, shown: ExportedMap) -> Iterator[dict[str, Any]]:
    values = images.to_pixels(shown.values, item.pixels.shape[:2])
    ends = {"highest": values}
    if shown.values.min() < 0:
        ends["lowest"] = -values
    for end, order in ends.items():
        region = _highest(order)
        if region.any():
            label = _label(shown.place.attribute or _ANY, end)
            value = {"format": "rle", "rle": to_brush(region), "brushlabels": [label]}
            yield _result(item, _mark(shown.place, end), "brushlabels", "region", value)


def _highest(values: np.ndarray) -> Mask:
    """Where the highest tenth is; nowhere where all values are the same."""
    least = float(np.quantile(values, 1 - _SHARE))
    return np.asarray((values >= least) & (values > values.min()))


def _mark(place: MapPlace, end: str) -> str:
    return "-".join((*place.parts, end))


def _result(item: ExportedPhotograph, name: str, kind: str, control: str, value: dict[str, Any]) -> dict[str, Any]:
    """A part of a prediction, as Label Studio has it."""
    height, width = item.pixels.shape[:2]
    return {
        "id": f"{item.number}-{name}",
        "type": kind,
        "from_name": control,
        "to_name": "image",
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": value,
    }
