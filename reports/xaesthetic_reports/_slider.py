"""The page's edit slider: photographs edited step by step, with every model's ratings and maps at each step.

A photograph's pictures stand in one order everywhere: the photograph itself, then edit by edit the steps but the first,
which is the photograph itself for all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Float32

from xaesthetic.core.types import Record
from xaesthetic.data import edits, images
from xaesthetic.data.masks import read_mask
from xaesthetic.run.schemas import SLIDER, SLIDER_MAPS, SLIDER_PICTURES
from xaesthetic.run.seen import seen_photographs
from xaesthetic.run.store import Run, model_key
from xaesthetic_reports._beside import compact, placed
from xaesthetic_reports._pictures import grey_uri

_FINEST = 24
"""Cells a side of a map; finer ones are averaged: there are many."""
_SMOOTH = 1.0  # pixels that an outline may lie beside the region's edge
_WORDS: Mapping[str, tuple[str, str]] = {
    "blur_background": ("blur the background", "The background is blurred; at 1 with a sigma of 2.5 % of the diagonal."),
    "dim_background": ("dim the background", "The background gets less light; at 1 three stops less."),
    "underexpose": ("underexpose", "The whole photograph gets less light; at 1 four stops less."),
    "overexpose": ("overexpose", "The whole photograph gets more light; at 1 three stops more, clipped."),
    "saturate": ("saturate", "All colours move away from grey; at 1 by a factor of 2.5."),
    "drain": ("drain the colours", "All colours move towards grey; at 1 nothing is left of them."),
    "turn_hue": ("turn the subject's hue", "The hue of the subject is turned; at 1 by 150 degrees, its luma kept."),
}
"""For each edit what the page calls it, and what it does."""


def slides(run: Run) -> bool:
    """Whether a run has a slider, and a photograph of it is left."""
    if not run.has(SLIDER):
        return False
    known = (group.read("image").column("image").unique() for group in run.groups(SLIDER_PICTURES))
    return bool(run.records_of({image for images in known for image in images.to_pylist()}))


def slider(run: Run, folder: Path | None) -> dict[str, Any]:
    """What the page's slider shows; what lies beside the page is written.

    Parameters
    ----------
    run
        A finished one that slides.
    folder
        Gets pictures and maps; None where they travel in the page.
    """
    pictures = run.read(SLIDER_PICTURES)
    steps = [("", 0.0), *_steps(pictures)]
    ids = list(dict.fromkeys(pictures["image"]))
    ratings, maps = run.read(SLIDER), run.read(SLIDER_MAPS)
    columns = _columns(maps)
    names = list(dict.fromkeys(name for name, _ in steps[1:]))
    return {
        "inside": folder is None,
        "amounts": sorted({amount for _, amount in steps}),
        "related": _related(run, ratings),
        "edits": [_edit(run, name, ratings) for name in names],
        "photographs": [
            _photograph(record, rows, seen)
            | {
                "pictures": list(_pictures(rows, folder, f"{number:02}")),
                "maps": placed(_strips(maps[maps["image"] == record.id], columns, steps), folder, f"{number:02}-maps"),
            }
            | {"ratings": _by_place(ratings[ratings["image"] == record.id], ("model", "attribute"), steps, "prediction")}
            for number, (record, rows, seen) in enumerate(_with_rows(run, ids, pictures, steps), start=1)
        ],
        "columns": columns,
        "not_followed": _not_followed(run, maps),
    }


def _steps(pictures: pd.DataFrame) -> list[tuple[str, float]]:
    """Every edit's amounts, without those of the photographs themselves."""
    known = pictures.loc[pictures["edit"] != "", ["edit", "amount"]].drop_duplicates()
    names = [name for name in _WORDS if name in set(known["edit"])]
    names += [name for name in dict.fromkeys(known["edit"]) if name not in _WORDS]
    return [(name, float(amount)) for name in names for amount in sorted(known.loc[known["edit"] == name, "amount"])]


def _edit(run: Run, name: str, ratings: pd.DataFrame) -> dict[str, Any]:
    """What an edit is called and does, what it is about, and which models were fitted on edits of its kind."""
    title, does = _WORDS.get(name, (name.replace("_", " "), ""))
    sources = run.answered_by().models
    fitted = [key for key in map(model_key, run.experiment.models) if _is_fitted(sources[key], name)]
    attribute, should = _about(name)
    rated = attribute in set(ratings["attribute"])
    return {
        "name": name,
        "title": title,
        "does": f"{does} {should}".strip(),
        "attribute": attribute if rated else "",
        "fitted": fitted,
    }


def _about(name: str) -> tuple[str, str]:
    """Which attribute an edit is about, and that in a sentence; nothing of an edit that only another version knows."""
    kind = edits.EDITS.get(name)
    if kind is None:
        return "", ""
    about = kind.attribute.replace("_", " ")
    return kind.attribute, f"It is about {about}, of which there should be {'more' if kind.sign > 0 else 'less'}."


def _is_fitted(source: Any, name: str) -> bool:
    """Whether a model says that it was fitted on edits of a kind; on edits at all, where it does not say which."""
    kinds = tuple(getattr(source, "fitted_edits", ()))
    if kinds:
        return any(kind.rpartition(": ")[2] == name for kind in kinds)
    return "on edits" in source.trained


def _related(run: Run, ratings: pd.DataFrame) -> dict[str, list[str]]:
    """For each attribute that is rated, others that a model declares as related to it, in either direction."""
    described = run.described()
    pairs: dict[str, dict[str, None]] = {}
    rated = set(ratings["attribute"])
    for model, name in ratings[["model", "attribute"]].drop_duplicates().itertuples(index=False):
        for other in described.of_model(str(model), str(name)).related:
            if other in rated:
                pairs.setdefault(str(name), {})[other] = None
                pairs.setdefault(other, {})[str(name)] = None
    return {name: list(others) for name, others in pairs.items()}


def _with_rows(
    run: Run, ids: Sequence[str], pictures: pd.DataFrame, steps: Sequence[tuple[str, float]]
) -> Iterator[tuple[Record, pd.DataFrame, list[str]]]:
    """Give photographs with their pictures in order, and the models that saw them in training."""
    seen = seen_photographs(run)
    records = {record.id: record for record in run.records_of(ids)}
    for image in ids:
        rows = pictures[pictures["image"] == image].set_index(["edit", "amount"]).loc[list(steps)].reset_index()
        if image in records:
            yield records[image], rows, [key for key, images in seen.items() if image in images]


def _photograph(record: Record, rows: pd.DataFrame, seen: list[str]) -> dict[str, Any]:
    region = read_mask(rows["region"].iloc[0])
    return {
        "id": record.id,
        "name": record.original,
        "credit": record.credit,
        "seen": seen,
        "height": region.shape[0],
        "width": region.shape[1],
        "subject": rows["subject"].iloc[0],
        "outline": outline(region),
    }


def outline(region: np.ndarray) -> str:
    """A region's edge as the path of an SVG, in its pixels; it stays inside the picture.

    Examples
    --------
    >>> outline(np.pad(np.ones((2, 3), bool), 1))
    'M1.5 1 L3.5 1 L4 1.5 L4 2.5 L3.5 3 L1.5 3 L1 2.5 L1 1.5 Z'
    """
    from skimage.measure import approximate_polygon, find_contours  # only where a slider is drawn: it imports scipy.stats

    framed = np.pad(region, 1).astype(np.float32)
    high = np.array(region.shape)
    paths = []
    for line in find_contours(framed, 0.5):  # type: ignore[no-untyped-call]
        points = approximate_polygon(line, _SMOOTH if min(region.shape) > 32 else 0) - 0.5  # type: ignore[no-untyped-call]
        points = np.clip(points, 0, high)[:-1]
        if len(points) > 2:
            paths.append("M" + " L".join(f"{x:.4g} {y:.4g}" for y, x in points) + " Z")
    return " ".join(paths)


def _pictures(rows: pd.DataFrame, folder: Path | None, photograph: str) -> Iterator[Any]:
    """Give the pictures, or where files hold them that are written here: one by one, as the page asks for them."""
    return (placed(compact(jpeg), folder, f"{photograph}-{at:03}") for at, jpeg in enumerate(rows["jpeg"]))


def _by_place(
    table: pd.DataFrame, keys: tuple[str, str], steps: Sequence[tuple[str, float]], value: str
) -> dict[str, dict[str, list[float | None]]]:
    """A table's values in the order of the pictures, by two names; None where one is no number."""
    placed: dict[str, dict[str, list[float | None]]] = {}
    for (first, second), rows in table.groupby(list(keys), sort=False):
        ordered = rows.set_index(["edit", "amount"])[value].reindex(list(steps))
        values = [round(float(item), 5) if np.isfinite(item) else None for item in ordered]
        placed.setdefault(str(first), {})[str(second)] = values
    return placed


def _columns(maps: pd.DataFrame) -> list[dict[str, Any]]:
    """Return whose maps there are: by model and method, and of which attributes; of none, "", where a map asks none."""
    return [
        {"model": model, "method": method, "attributes": list(dict.fromkeys(known["attribute"]))}
        for (model, method), known in maps.groupby(["model", "method"], sort=False)
    ]


def _strips(
    maps: pd.DataFrame, columns: Sequence[Mapping[str, Any]], steps: Sequence[tuple[str, float]]
) -> list[dict[str, Any]]:
    """Return a photograph's maps: for each column by attribute all below each other, None where one is no number."""
    known = dict(iter(maps.groupby(["model", "method", "attribute"], sort=False)))
    return [
        {
            name: strip(known[place], steps)
            for name in column["attributes"]
            if (place := (column["model"], column["method"], name)) in known
        }
        for column in columns
    ]


def strip(rows: pd.DataFrame, steps: Sequence[tuple[str, float]]) -> dict[str, Any] | None:
    """Maps as one grey picture on one scale, from their lowest to their highest value; None where one is no number."""
    values = maps_at(rows, steps).astype(np.float64)
    if not np.isfinite(values).all():
        return None
    grid = min(values.shape[1], _FINEST), min(values.shape[2], _FINEST)
    small: Float[np.ndarray, "_n _i _j"] = images.area_pool(values, grid)
    low, high = float(small.min()), float(small.max())
    eight = np.round((small - low) / ((high - low) or 1) * 255).astype(np.uint8)
    ends = {"low": float(f"{low:.6g}"), "high": float(f"{high:.6g}")}
    grey = grey_uri(eight.reshape(-1, eight.shape[2]))
    return {"grey": grey, "rows": eight.shape[1], "cells": eight.shape[2], **ends}


def maps_at(rows: pd.DataFrame, steps: Sequence[tuple[str, float]]) -> Float32[np.ndarray, "_n _i _j"]:
    """One photograph's maps of one attribute at some steps, each an edit and its amount."""
    ordered = rows.set_index(["edit", "amount"]).loc[list(steps)]
    size = int(ordered["height"].iloc[0]), int(ordered["width"].iloc[0])
    return np.stack([np.frombuffer(item, "<f4").reshape(size) for item in ordered["map"]]).astype(np.float32)


def _not_followed(run: Run, maps: pd.DataFrame) -> list[str]:
    """The run's methods whose maps were not made at every step."""
    made = set(maps.groupby(["model", "method"]).groups)
    return list(dict.fromkeys(method for key, method in run.places() if (key, method) not in made))
