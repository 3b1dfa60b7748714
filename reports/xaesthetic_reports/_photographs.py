"""What the page holds of each photograph: the picture, ratings, and where people looked or marked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from xaesthetic.core.sides import EVERYWHERE, LOWERS
from xaesthetic.core.types import Record
from xaesthetic.data import images
from xaesthetic.data.annotations import fixation_density
from xaesthetic.data.masks import read_mask
from xaesthetic.data.photograph import load_photograph
from xaesthetic.run.schemas import ANNOTATIONS, PREDICTIONS
from xaesthetic.run.seen import seen_photographs
from xaesthetic.run.store import Run
from xaesthetic_reports._pictures import eight_bits, photograph_uri, rounded

_HUMAN = 96
"""Pixels of the longer side of where people looked."""
_SIDES = ((12, 1024), (60, 640), (1000, 400), (10**9, 160))
"""For so many photographs at most: pixels of a photograph's longer side."""


def photographs(run: Run, records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return what the page shows of some photographs, in their order."""
    side = next(side for most, side in _SIDES if len(records) <= most)
    ids = [record.id for record in records]
    rated = dict(iter(run.rows(PREDICTIONS, ids).groupby("image", sort=False)))
    people, seen = _people(run, ids), seen_photographs(run)
    known = []
    for record in records:
        whole = load_photograph(record)
        pixels = images.fitted(whole, side)
        predictions: dict[str, dict[str, float | None]] = {}
        for row in rated[record.id].itertuples():
            predictions.setdefault(str(row.model), {})[str(row.attribute)] = rounded(float(str(row.prediction)))
        known.append(
            {
                "id": record.id,
                "name": record.original,
                "edit": f"{record.edit.name.replace('_', ' ')} {record.edit.amount:g}" if record.edit else "",
                "credit": record.credit,
                "width": pixels.shape[1],
                "height": pixels.shape[0],
                "src": photograph_uri(pixels, smaller=pixels.shape != whole.shape),
                "seen": [key for key, images in seen.items() if record.id in images],
                "predictions": predictions,
                "ratings": {name: round(float(value), 5) for name, value in record.ratings.items() if value == value},
                "people": people.get(record.id, {}),
            }
        )
    return known


def _people(run: Run, shown: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each photograph and attribute (empty for all) where people looked or marked, and where they disagree.

    Of signed marks what raises, with marks that have no side; what lowers beside it.
    """
    if not run.has(ANNOTATIONS):
        return {}
    sizes, table = run.sizes(shown), run.rows(ANNOTATIONS, shown)
    table = table[table["reason"] == ""]
    result: dict[str, dict[str, Any]] = {}
    lowering = table["sign"] == LOWERS  # what has no side stands with what raises
    for (image, attribute, lowers), rows in table.groupby(["image", "attribute", lowering], sort=False):
        item = np.stack([_density(row, sizes[str(image)]) for row in rows.to_dict("records")])
        scaled = item / np.maximum(item.max(axis=(1, 2), keepdims=True), 1e-12)
        marked = (rows["region"].str.len() > 0) | (rows["extent"] != "")
        known = result.setdefault(str(image), {}).setdefault(str(attribute), {})
        known["lowers" if lowers else "density"] = eight_bits(item.mean(0)) | {"level": _level(item, bool(marked.all()))}
        if not lowers:
            known["disagreement"] = eight_bits(scaled.std(0)) if len(item) > 1 else None
    return result


def _level(densities: Float[np.ndarray, "_r _i _j"], marked: bool) -> float | None:
    """What more than half have marked, as a share of the highest value; None where a share of the area is drawn instead."""
    high = float(densities.mean(0).max())
    return 0.5 / high if marked and high > 0.5 else None


def _density(row: Mapping[Any, Any], size: tuple[int, int]) -> Float[np.ndarray, "_i _j"]:
    """One person's, small."""
    small = images.fitted_size(size, _HUMAN)
    if row["extent"]:
        return np.full(small, float(row["extent"] == EVERYWHERE))
    if row["region"]:
        return np.asarray(images.area_pool(read_mask(row["region"]).astype(np.float32), small), np.float64)
    points = np.stack([np.asarray(row[axis], np.float64) for axis in ("x", "y")], axis=1)
    return fixation_density(points * (small[1] / size[1], small[0] / size[0]), small)
