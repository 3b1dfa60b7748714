"""A row of a figure: one map over every photograph."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from jaxtyping import Bool

from xaesthetic.core.types import Map, Pixels, ReportOptions
from xaesthetic.data import images
from xaesthetic.figures import grid, style
from xaesthetic.run.maps import Maps


def ends_of(values: Map) -> tuple[float, float, float]:
    """Return the lowest, the mean and the highest value of a map, for a figure's table."""
    return float(values.min()), float(values.mean()), float(values.max())


def panels_of(
    stack: Maps,
    name: str,
    photographs: Mapping[str, Pixels],
    scores: Mapping[str, str],
    options: ReportOptions,
    stable: Mapping[str, Bool[np.ndarray, "i j"] | None] = MappingProxyType({}),
) -> tuple[grid.Panel, ...]:
    """Return a panel for each photograph, small, with its map over it; colors fade where a sign is not stable."""
    maps = {image: style.coarse(stack.map(image, name)) for image in photographs}
    limits = _shared(list(maps.values())) if options.scale == "shared" else None
    panels = []
    for image, pixels in photographs.items():
        shown = images.to_pixels(style.normalise(maps[image], limits), pixels.shape[:2])
        kept = style.kept_colors(stable.get(image), pixels.shape[:2])
        panels.append(grid.Panel(style.overlay(pixels, shown, kept), scores.get(image, ""), top=shown))
    return tuple(panels)


def _shared(maps: Sequence[Map]) -> tuple[float, float] | None:
    """The lowest and the highest value of all maps that are known; None where none is."""
    known = [item for item in maps if np.isfinite(item).all()]
    return (min(float(item.min()) for item in known), max(float(item.max()) for item in known)) if known else None
