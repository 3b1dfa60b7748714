"""Runs as data sets of FiftyOne (https://docs.voxel51.com/user_guide/export_datasets.html#fiftyonedataset)."""

import base64
import json
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from xaesthetic.core.facts import exporter
from xaesthetic.core.files import to_json
from xaesthetic.exporters._fiftyone import digest, metadata, names, people_fields, rating_fields, where
from xaesthetic.exporting.choice import ExportOptions, choose
from xaesthetic.exporting.photographs import ExportedMap, ExportedPhotograph, jpeg, photographs
from xaesthetic.run.store import Run


@exporter()
def fiftyone(run: Run, out: Path, options: ExportOptions) -> None:
    """FiftyOne's own format: a heatmap field for every model, method and attribute, ratings as numbers.

    FiftyOne itself is not imported: it would want its database to run. Its format is written, as version 1.0.0 of it has it,
    which later versions bring up to date. Heatmaps are the run's numbers (float32, on the
    layer's own grid), `range` is around 0 where a map has values below 0.

    Parameters
    ----------
    run
        With predictions and maps.
    out
        Gets `metadata.json`, `samples.json` and `data/`.
    options
        What of the run.
    """
    choice = choose(run, options)
    data = out / "data"
    data.mkdir()
    named, people = names(), dict[str, str]()
    fields, ratings = where(choice.maps, named), rating_fields(choice.ratings, named)
    with (out / "samples.json").open("w", encoding="utf-8") as samples:
        samples.write('{"samples": [')
        comma = ""
        for item in photographs(run, choice, options):
            file = f"data/{item.name}.jpg"
            written = jpeg(item.pixels)
            (out / file).write_bytes(written)
            sample = _sample(item, file, len(written))
            sample |= {ratings[pair]: value for pair, value in item.ratings.items()}
            people |= people_fields([*item.record.ratings], named)
            sample |= {people[name]: value for name, value in item.record.ratings.items() if np.isfinite(value)}
            sample |= {fields[shown.place]: _heatmap(item, shown, fields[shown.place]) for shown in item.maps}
            samples.write(f"{comma}\n{json.dumps(sample, allow_nan=False)}")
            comma = ","
        samples.write("\n]}\n")
    (out / "metadata.json").write_text(to_json(metadata(run, fields, ratings, people)), encoding="utf-8")


def _sample(item: ExportedPhotograph, file: str, size: int) -> dict[str, Any]:
    height, width = item.pixels.shape[:2]
    record = item.record
    facts: Mapping[str, Any] = {
        "_cls": "ImageMetadata",
        "size_bytes": size,
        "mime_type": "image/jpeg",
        "width": width,
        "height": height,
        "num_channels": 3,
    }
    return {
        "filepath": file,
        "tags": [],
        "metadata": facts,
        "_media_type": "image",
        "_rand": int(digest(record.id)[:8], 16) / 2**32,
        "photograph": record.id,
        "original": record.original,
        "edit": f"{record.edit.name} {record.edit.amount:g}" if record.edit else None,
        "credit": record.credit,
    }


def _heatmap(item: ExportedPhotograph, shown: ExportedMap, field: str) -> dict[str, Any]:
    return {
        "_id": {"$oid": digest(item.record.id, field)[:24]},
        "_cls": "Heatmap",
        "tags": [],
        "map": {"$binary": {"base64": _packed(shown.values), "subType": "00"}},
        "range": [*shown.range],
    }


def _packed(values: Float32[np.ndarray, "i j"]) -> str:
    """An array as FiftyOne keeps it: numpy's file, compressed."""
    file = BytesIO()
    np.save(file, values, allow_pickle=False)
    return base64.b64encode(zlib.compress(file.getvalue())).decode()
