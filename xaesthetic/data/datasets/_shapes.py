"""Outlines as annotation tools write them, and the pixels in them."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from msgspec import Struct

from xaesthetic.core.documents import convert
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Mask, Points

Size = tuple[int, int]
_EDGE = 0.1  # of the sides: so far may a shape reach beyond the photograph without a word
_FAR = 1e7  # pixels; nothing can be drawn there
_BAND = 1 << 22  # pixels that are filled at a time: each takes 16 bytes on the way
_POLYGON = "a polygon is a list x, y, x, y, … of three corners or more"


class _Corners(Struct):
    points: list[tuple[float, float]]


class _Rectangle(Struct):
    x: float
    y: float
    width: float
    height: float
    rotation: float | None = 0.0


class _Ellipse(Struct, rename={"radius_x": "radiusX", "radius_y": "radiusY"}):
    x: float
    y: float
    radius_x: float
    radius_y: float
    rotation: float | None = 0.0


def outline(kind: str, value: dict[str, Any], size: Size) -> Points:
    """Return Label Studio's polygon, rectangle or ellipse, all in percent of the photograph, as corners in pixels.

    Raises
    ------
    DataError
        If a number is missing or not finite, or the shape lies where percentages never do.
    """
    if kind == "polygon":
        points = np.array(convert(value, "its value", _Corners).points, np.float64).reshape(-1, 2)
    elif kind == "rectangle":
        box = convert(value, "its value", _Rectangle)
        points = np.array([(0, 0), (box.width, 0), (box.width, box.height), (0, box.height)], np.float64)
        points = _turned(points, box.rotation or 0.0, size) + np.array([box.x, box.y])
    else:
        oval = convert(value, "its value", _Ellipse)
        angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        points = np.stack([np.cos(angles) * oval.radius_x, np.sin(angles) * oval.radius_y], axis=1)
        points = _turned(points, oval.rotation or 0.0, size) + np.array([oval.x, oval.y])
    if not np.isfinite(points).all():
        raise DataError("a number in it is not finite, or absurdly large")
    if len(points) and (points.min() < -100 or points.max() > 200):
        furthest = max(points.max(), points.min(), key=abs)
        raise DataError(f"it reaches to {furthest:.0f} % of the photograph; percent are wanted, no pixels")
    return np.asarray(points * size[::-1] / 100)


def _turned(points: np.ndarray, degrees: float, size: Size) -> np.ndarray:
    """Turned clockwise about the origin, in pixels: percents of the two sides are not alike."""
    if not np.isfinite(degrees) or not (np.abs(points) < _FAR).all():
        raise DataError("a number in it is not finite, or absurdly large")
    angle = np.radians(degrees)
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    sides = np.array(size[::-1], np.float64)
    return np.asarray((points * sides) @ turn / sides)


def corners(flat: Any) -> Points:
    """Return COCO's list x, y, x, y, … in pixels as corners.

    Raises
    ------
    DataError
        If it has fewer than three, or holds anything but finite numbers.
    """
    try:
        points = np.array(convert(flat, "it", list[float]), np.float64)
    except DataError as error:
        raise DataError(_POLYGON) from error
    if len(points) < 6 or len(points) % 2 or not np.isfinite(points).all():
        raise DataError(_POLYGON)
    return points.reshape(-1, 2)


def fill(outlines: Iterable[Points], size: Size) -> Mask:
    """Return the pixels in any of the outlines; a pixel is inside if its centre is, as in `images.region`.

    Raises
    ------
    DataError
        If an outline has fewer than three corners or lies absurdly far away.
    """
    from skimage.draw import polygon  # only where a region is wanted

    mask = np.zeros(size, bool)
    band = max(1, _BAND // size[1])
    for points in outlines:  # one by one: where two overlap both are meant
        if len(points) < 3:
            raise DataError(_POLYGON)
        if np.abs(points).max() > _FAR:
            raise DataError("it reaches absurdly far beyond the photograph")
        for top in range(0, size[0], band):
            part = mask[top : top + band]
            rows, columns = polygon(points[:, 1] - 0.5 - top, points[:, 0] - 0.5, part.shape)  # type: ignore[no-untyped-call]
            part[rows, columns] = True
    return mask


def leaves(points: Points, size: Size) -> bool:
    """Whether a shape reaches further beyond the photograph than an annotator's hand does."""
    sides = np.array(size[::-1])
    return bool((points < -_EDGE * sides).any() or (points > (1 + _EDGE) * sides).any())
