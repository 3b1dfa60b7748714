"""Maps as 8-bit pictures with their scale: all photographs' maps of one attribute below each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Shaped

from xaesthetic.core.types import Record
from xaesthetic.data import images
from xaesthetic.evaluation.stability import StableCells
from xaesthetic.run.store import Run
from xaesthetic_reports._pictures import grey_uri
from xaesthetic_reports._signs import promises_sign

_FINEST = 64
"""Cells a side of a map in the page; finer ones are averaged."""


def column(run: Run, model: str, method: str, records: Sequence[Record]) -> dict[str, Any]:
    """One model's maps by one method: for each attribute all photographs' maps below each other in one picture."""
    stack = run.maps(model, method)
    small = [_fewer(stack.of(record.id)) for record in records]
    if stack.asks_output:
        strips = {name: _strip(np.stack([maps[place] for maps in small])) for place, name in enumerate(stack.attributes)}
    else:
        strips = {"": _strip(np.stack([maps[0] for maps in small]))}
    return {"model": model, "method": method, "strips": strips, "promises_sign": promises_sign(method, strips.values())}


def stable_cells(cells: StableCells, model: str, method: str, records: Sequence[Record]) -> dict[str, Any]:
    """For each attribute where its maps keep their colors, all photographs' below each other; nothing where not known."""
    shares = [cells.of_image(model, method, record.id) for record in records]
    names = shares[0] if shares else ()
    return {name: _shares(np.stack([_fewer(item[name][None])[0] for item in shares])) for name in names}


def _shares(values: Float[np.ndarray, "_n _i _j"]) -> dict[str, Any]:
    eight = np.round(values * 255).astype(np.uint8)
    return {"grey": grey_uri(eight.reshape(-1, eight.shape[2])), "rows": eight.shape[1], "cells": eight.shape[2]}


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
        "grey": grey_uri(eight.reshape(-1, eight.shape[2])),
        "rows": eight.shape[1],
        "cells": eight.shape[2],
        "low": _ends(low, low, high, known),
        "high": _ends(high, low, high, known),
    }


def _ends(
    values: Float[np.ndarray, " _n"],
    low: Float[np.ndarray, " _n"],
    high: Float[np.ndarray, " _n"],
    known: Bool[np.ndarray, " _n"],
) -> list[float | None]:
    """Numbers to a thousandth of the range between the ends or less, which is a fraction of a step; None where not known."""
    spread = np.where(high > low, high - low, np.maximum(np.abs(high), 1e-300))
    digits = 3 - np.floor(np.log10(spread)).astype(int)
    return [
        round(float(item), int(places)) + 0.0 if facts else None
        for item, places, facts in zip(values, digits, known, strict=True)
    ]
