"""What the HTML report shows, as values that JSON can hold: pictures as data, maps as 8-bit PNGs with their scale."""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Shaped
from PIL import Image

from xaesthetic.core.beyond import beyond_words
from xaesthetic.core.described import Described
from xaesthetic.core.sides import EVERYWHERE, LOWERS
from xaesthetic.core.types import DECODES, Pixels, Record, Source
from xaesthetic.data import images
from xaesthetic.data.annotations import fixation_density
from xaesthetic.data.masks import read_mask
from xaesthetic.data.photograph import load_photograph
from xaesthetic.evaluation.edit_controls import EDIT_VERDICTS
from xaesthetic.evaluation.leaderboard import LEADERBOARD
from xaesthetic.evaluation.specificity import SPECIFICITY
from xaesthetic.evaluation.stability import STABILITY, StableCells
from xaesthetic.evaluation.stored import STORED, is_rounded
from xaesthetic.evaluation.summaries import PRECISION_SUMMARY
from xaesthetic.run.schemas import ANNOTATIONS, PREDICTIONS, SAME_MAPS, Table
from xaesthetic.run.seen import seen_photographs
from xaesthetic.run.store import Run, model_key
from xaesthetic_reports._explained import series_notes, target_words

_FINEST = 64
"""Cells a side of a map in the page; finer ones are averaged."""
_HUMAN = 96
"""Pixels of the longer side of where people looked."""
_SIDES = ((12, 1024), (60, 640), (1000, 400), (10**9, 160))
"""For so many photographs at most: pixels of a photograph's longer side."""
_QUALITY = 82


def payload(run: Run) -> dict[str, Any]:
    """Everything that the page shows of a finished run."""
    explained = _explained(run)
    shown = run.records_of(explained)
    attributes = run.rated_attributes()
    answered, described, cells = run.answered_by(), run.described(), StableCells(run)
    return {
        "data": run.experiment.data,
        "command": answered.command,
        "versions": dict(answered.versions),
        "inputs": dict(run.experiment.inputs),
        "question": {name: getattr(run.experiment, name) for name in ("seed", "batch", "device", "precision")}
        | ({"decode": run.experiment.decode} if run.experiment.decode != DECODES[0] else {})
        | ({"store": run.experiment.store} if is_rounded(run) else {})
        | ({"target": words} if (words := _target(run)) else {}),
        "given_up": run.experiment.given_up,
        "notes": series_notes(run),
        "attributes": [_attribute(described, name, list(answered.models)) for name in attributes] + _floors(run),
        "models": [{"key": key, **_source(answered.models[key])} for key in map(model_key, run.experiment.models)],
        "photographs": _photographs(run, shown),
        "columns": [
            _column(run, model, method, shown) | {"kept": _kept(cells, model, method, shown)}
            for model, method in _places(run)
        ],
        "specificity": _summary(run, SPECIFICITY),
        "stability": _summary(run, STABILITY),
        "edits": _summary(run, EDIT_VERDICTS),
        "leaderboard": _summary(run, LEADERBOARD),
        "precision": _precision(run, described),
        "stored": _stored(run),
        "same_maps": _summary(run, SAME_MAPS),
    }


def _target(run: Run) -> str:
    """What the maps show, where that is not what raises the raw output."""
    said = [beyond_words(run.experiment.beyond)] if run.experiment.beyond else []
    return " ".join(filter(None, (target_words(run), *said)))


def _attribute(described: Described, name: str, models: Sequence[str]) -> dict[str, Any]:
    """An attribute's name and title, and in words and numbers the range of every model's ratings and of people's."""
    declared = {model: described.of_model(model, name) for model in models} | {"": described.of_people(name)}
    return {
        "name": name,
        "title": described.any(name).title,
        "ranges": {
            key: {"low": _rounded(item.low), "high": _rounded(item.high), "about": item.about}
            for key, item in declared.items()
            if item.about
        },
    }


def _precision(run: Run, described: Described) -> list[dict[str, Any]]:
    """What a reduced precision changes at most: a row a model and method, with the attribute whose rating changes most."""
    if not run.has(PRECISION_SUMMARY):
        return []
    rows = []
    for (model, method), known in run.read(PRECISION_SUMMARY).groupby(["model", "method"], sort=False):
        worst = known.sort_values("rating", ascending=False, kind="stable").iloc[0]
        title = described.of_model(str(model), str(worst["attribute"])).title
        change = {"rating": _rounded(float(worst["rating"])), "map": _rounded(float(known["map"].max()))}
        photographs = int(worst["photographs"])
        rows.append({"model": model, "method": method, "photographs": photographs, "attribute": title, **change})
    return rows


def _stored(run: Run) -> list[dict[str, Any]]:
    """What keeping maps in float16 changes at most: a row a model and method."""
    rows = []
    known = run.read(STORED).groupby(["model", "method"], sort=False) if run.has(STORED) else ()
    for (model, method), table in known:
        dtype, why = table["dtype"].iloc[0], table["why"].iloc[0]
        errors = {name: _rounded(float(table[name].max())) for name in ("largest", "mean", "total")}
        rows.append({"model": model, "method": method, "kept": f"{dtype}: {why}" if why else dtype, **errors})
    return rows


def _places(run: Run) -> list[tuple[str, str]]:
    return [(model, method) for model in map(model_key, run.experiment.models) for method in run.methods(model)]


def _floors(run: Run) -> list[dict[str, Any]]:
    """Return what the page has beside attributes: no name, for what is the same for all of them; nothing where none is."""
    present = any(not run.maps(*place).asks_output for place in _places(run))
    return [{"name": "", "title": "none: maps that ask no attribute", "ranges": {}}] if present else []


def _explained(run: Run) -> set[str]:
    return {image for place in _places(run)[:1] for image in run.maps(*place).images}


def _source(source: Source) -> dict[str, Any]:
    return {name: getattr(source, name) for name in ("citation", "licence", "trained", "files")}


def _plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON, nan as None."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


# -- photographs -------------------------------------------------------------------------------------------------------


def _photographs(run: Run, records: Sequence[Record]) -> list[dict[str, Any]]:
    side = next(side for most, side in _SIDES if len(records) <= most)
    ids = [record.id for record in records]
    rated = dict(iter(run.rows(PREDICTIONS, ids).groupby("image", sort=False)))
    people, seen = _people(run, ids), seen_photographs(run)
    known = []
    for record in records:
        pixels = _reduced(load_photograph(record), side)
        predictions: dict[str, dict[str, float | None]] = {}
        for row in rated[record.id].itertuples():
            predictions.setdefault(str(row.model), {})[str(row.attribute)] = _rounded(float(str(row.prediction)))
        known.append(
            {
                "id": record.id,
                "name": record.original,
                "edit": f"{record.edit.name.replace('_', ' ')} {record.edit.amount:g}" if record.edit else "",
                "credit": record.credit,
                "width": pixels.shape[1],
                "height": pixels.shape[0],
                "src": _uri(pixels, "JPEG"),
                "seen": [key for key, images in seen.items() if record.id in images],
                "predictions": predictions,
                "ratings": {name: round(float(value), 5) for name, value in record.ratings.items() if value == value},
                "people": people.get(record.id, {}),
            }
        )
    return known


def _rounded(value: float) -> float | None:
    """None where it is no number."""
    return round(value, 5) if math.isfinite(value) else None


def _reduced(pixels: Pixels, side: int) -> Pixels:
    factor = min(1.0, side / max(pixels.shape[:2]))
    return images.resize(pixels, (max(1, round(pixels.shape[0] * factor)), max(1, round(pixels.shape[1] * factor))))


def _uri(pixels: np.ndarray, kind: str) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **({"quality": _QUALITY} if kind == "JPEG" else {"optimize": True}))
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def _people(run: Run, shown: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each photograph and attribute (empty for all) where people looked or marked, and where they disagree.

    Of signed marks what raises; what lowers beside it.
    """
    if not run.has(ANNOTATIONS):
        return {}
    sizes, table = run.sizes(shown), run.rows(ANNOTATIONS, shown)
    table = table[table["reason"] == ""]
    result: dict[str, dict[str, Any]] = {}
    for (image, attribute, sign), rows in table.groupby(["image", "attribute", "sign"], sort=False):
        item = np.stack([_density(row, sizes[str(image)]) for row in rows.to_dict("records")])
        scaled = item / np.maximum(item.max(axis=(1, 2), keepdims=True), 1e-12)
        marked = (rows["region"].str.len() > 0) | (rows["extent"] != "")
        known = result.setdefault(str(image), {}).setdefault(str(attribute), {})
        known["lowers" if sign == LOWERS else "density"] = _eight_bits(item.mean(0)) | {
            "level": _level(item, bool(marked.all()))
        }
        if sign != LOWERS:
            known["disagreement"] = _eight_bits(scaled.std(0)) if len(item) > 1 else None
    return result


def _level(densities: Float[np.ndarray, "_r _i _j"], marked: bool) -> float | None:
    """What more than half have marked, as a share of the highest value; None where a share of the area is drawn instead."""
    high = float(densities.mean(0).max())
    return 0.5 / high if marked and high > 0.5 else None


def _density(row: Mapping[Any, Any], size: tuple[int, int]) -> Float[np.ndarray, "_i _j"]:
    """One person's, small."""
    factor = min(1.0, _HUMAN / max(size))
    small = max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
    if row["extent"]:
        return np.full(small, float(row["extent"] == EVERYWHERE))
    if row["region"]:
        return np.asarray(images.area_pool(read_mask(row["region"]).astype(np.float32), small), np.float64)
    points = np.stack([np.asarray(row[axis], np.float64) for axis in ("x", "y")], axis=1)
    return fixation_density(points * (small[1] / size[1], small[0] / size[0]), small)


def _eight_bits(values: Float[np.ndarray, "_i _j"]) -> dict[str, Any]:
    high = float(values.max()) or 1.0
    return {
        "png": _uri(np.round(values / high * 255).astype(np.uint8), "PNG"),
        "rows": len(values),
        "cells": values.shape[1],
    }


# -- maps --------------------------------------------------------------------------------------------------------------


def _column(run: Run, model: str, method: str, records: Sequence[Record]) -> dict[str, Any]:
    """One model's maps by one method: for each attribute all photographs' maps below each other in one picture."""
    stack = run.maps(model, method)
    small = [_fewer(stack.of(record.id)) for record in records]
    if not stack.asks_output:
        return {"model": model, "method": method, "strips": {"": _strip(np.stack([maps[0] for maps in small]))}}
    strips = {name: _strip(np.stack([maps[column] for maps in small])) for column, name in enumerate(stack.attributes)}
    return {"model": model, "method": method, "strips": strips}


def _kept(cells: StableCells, model: str, method: str, records: Sequence[Record]) -> dict[str, Any]:
    """For each attribute where its maps keep their colors, all photographs' below each other; nothing where not known."""
    kept = [cells.of_image(model, method, record.id) for record in records]
    names = kept[0] if kept else ()
    return {name: _shares(np.stack([_fewer(item[name][None])[0] for item in kept])) for name in names}


def _shares(values: Float[np.ndarray, "_n _i _j"]) -> dict[str, Any]:
    eight = np.round(values * 255).astype(np.uint8)
    return {"png": _uri(eight.reshape(-1, eight.shape[2]), "PNG"), "rows": eight.shape[1], "cells": eight.shape[2]}


def _fewer(maps: Shaped[np.ndarray, "_a _i _j"]) -> Float[np.ndarray, "_a _o _p"]:
    size = min(maps.shape[1], _FINEST), min(maps.shape[2], _FINEST)
    return images.area_pool(maps.astype(np.float64), size)


def _strip(values: Float[np.ndarray, "_n _i _j"]) -> dict[str, Any]:
    known = np.asarray(np.isfinite(values).all((1, 2)))
    values = np.where(known[:, None, None], values, 0)
    low, high = values.min((1, 2)), values.max((1, 2))
    spread = np.where(high > low, high - low, 1)[:, None, None]
    eight = np.round((values - low[:, None, None]) / spread * 255).astype(np.uint8)
    return {
        "png": _uri(eight.reshape(-1, eight.shape[2]), "PNG"),
        "rows": eight.shape[1],
        "cells": eight.shape[2],
        "low": [float(f"{item:.6g}") if facts else None for item, facts in zip(low, known, strict=True)],
        "high": [float(f"{item:.6g}") if facts else None for item, facts in zip(high, known, strict=True)],
    }


# -- scores ------------------------------------------------------------------------------------------------------------


def _summary(run: Run, table: Table) -> list[dict[str, Any]]:
    return _plain(run.read(table)) if run.has(table) else []
