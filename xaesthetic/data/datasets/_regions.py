"""Regions as annotation tools write them: polygons, COCO's run lengths, Label Studio's packed bits."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from xaesthetic.core.attributes import attribute
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Annotation, Mask, Polygon
from xaesthetic.data.images import LARGEST, region

Drawn = tuple[str, str, "Mask | str"]
"""An annotator, an attribute, and the region; or why it cannot be read."""


def read_tasks(root: Path | None, name: str) -> Any:
    """What an export holds.

    Raises
    ------
    DataError
        If there is no such file, or it is no JSON.
    """
    if root is None or not root.is_file():
        raise DataError(f"data set {name!r} needs the export{f', and {root} is none' * bool(root)}: --root my/export.json.")
    return read_json(root)


def photograph(folder: Path, *names: str) -> Path:
    """The first of these names that is a file beside the export or in images/ there; the first name where none is."""
    places = [folder / below / Path(name).name for name in names for below in ("", "images")]
    places = [folder / name for name in names if not Path(name).is_absolute() and ".." not in Path(name).parts] + places
    return next((place for place in places if place.is_file()), places[0])


def about(label: object) -> str:
    """The attribute that a label names; empty, for all, where it names none."""
    try:
        return attribute(str(label)).name
    except DataError:
        return ""


def size_of(height: object, width: object) -> tuple[int, int]:
    """A photograph's size as an export says it.

    Raises
    ------
    ValueError
        If it is none.
    """
    if not isinstance(height, int) or not isinstance(width, int) or not 0 < height * width <= LARGEST or height < 1:
        raise ValueError(f"the size is said to be {height} x {width}")
    return height, width


def together(drawn: Iterable[Drawn]) -> Iterator[Annotation]:
    """Everything that one annotator drew about one attribute, as one region; what cannot be read, each for itself."""
    regions: dict[tuple[str, str], Mask] = {}
    for annotator, about_what, mask in drawn:
        key = annotator, about_what
        if isinstance(mask, str):
            yield Annotation(annotator, about_what, problem=mask)
        elif key not in regions:
            regions[key] = mask
        elif regions[key].shape == mask.shape:
            regions[key] = regions[key] | mask
        else:
            yield Annotation(
                annotator, about_what, problem=f"regions of {regions[key].shape} and {mask.shape} in one photograph"
            )
    for (annotator, about_what), mask in regions.items():
        yield Annotation(annotator, about_what, region=_png(mask))


def _png(mask: Mask) -> bytes:
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG")
    return file.getvalue()


def polygons(flat: Any, size: tuple[int, int]) -> Mask:
    """Polygons as lists x, y, x, y, … in pixels.

    Raises
    ------
    ValueError
        If one has fewer than three corners or is not of numbers.
    """
    corners = [np.asarray(item, np.float64) for item in flat]
    if not corners or any(
        item.ndim != 1 or len(item) < 6 or len(item) % 2 or not np.isfinite(item).all() for item in corners
    ):
        raise ValueError("a polygon is a list x, y, x, y, … of three corners or more")
    drawn: tuple[Polygon, ...] = tuple(tuple((float(x), float(y)) for x, y in item.reshape(-1, 2)) for item in corners)
    mask = np.zeros(size, bool)
    for item in drawn:  # one by one: where two overlap both are meant
        mask |= region((item,), size)
    return mask


def coco_runs(counts: Any, size: tuple[int, int]) -> Mask:
    """COCO's run lengths, down the columns, beginning with what is not marked; as numbers or packed into text.

    Raises
    ------
    ValueError
        If they do not add up to the size.
    """
    runs = np.array(_unpacked(counts) if isinstance(counts, str) else counts, np.int64)
    if runs.ndim != 1 or (runs < 0).any() or (runs > LARGEST).any() or runs.sum() != size[0] * size[1]:
        raise ValueError(f"the run lengths do not make up a mask of {size[0]} x {size[1]}")
    marked = np.arange(len(runs)) % 2 == 1
    return np.repeat(marked, runs).reshape(size[1], size[0]).T


def _unpacked(text: str) -> list[int]:
    """Five bits a letter, the lowest first, a sixth where more follow; from the fourth on less the last but one."""
    runs: list[int] = []
    value = shift = 0
    for code in (ord(letter) - 48 for letter in text):
        value |= (code & 31) << shift
        shift += 5
        if shift > 60 or not 0 <= code < 64:
            raise ValueError("the packed run lengths are damaged")
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    return runs


def brush_runs(packed: Any, size: tuple[int, int]) -> Mask:
    """Label Studio's brush: a stream of bits with runs and single values of an RGBA picture, of which alpha is the mark.

    Raises
    ------
    ValueError
        If it is not such a stream or of another size.
    """
    bits = _Bits(packed)
    length, width = bits.take(32), bits.take(5) + 1
    sizes = [bits.take(4) + 1 for _ in range(4)]
    if length != size[0] * size[1] * 4 or width > 8:
        raise ValueError(f"the brush is not of {size[0]} x {size[1]}")
    values = np.zeros(length, np.uint8)
    at = 0
    while at < length:
        run = bits.take(1)
        count = bits.take(sizes[bits.take(2)]) + 1
        if at + count > length:
            raise ValueError("the brush's runs are longer than its picture")
        values[at : at + count] = bits.take(width) if run else bits.take_all(count, width)
        at += count
    return values.reshape(*size, 4)[..., 3] > 0


class _Bits:
    """Numbers of some bits each out of bytes, the highest bit first."""

    def __init__(self, packed: Any) -> None:
        values = np.asarray(packed)
        if values.ndim != 1 or values.dtype.kind not in "iu" or (values < 0).any() or (values > 255).any():
            raise ValueError("the brush is not a list of bytes")
        self._bits = np.unpackbits(values.astype(np.uint8))
        self._at = 0

    def take(self, width: int) -> int:
        return int(self.take_all(1, width)[0])

    def take_all(self, count: int, width: int) -> np.ndarray:
        end = self._at + count * width
        if end > len(self._bits):
            raise ValueError("the brush ends too early")
        taken = self._bits[self._at : end].reshape(count, width)
        self._at = end
        return np.asarray(taken @ (1 << np.arange(width - 1, -1, -1, dtype=np.int64)))


def outline(kind: str, value: dict[str, Any], size: tuple[int, int]) -> list[float]:
    """Label Studio's polygon, rectangle or ellipse, all in percent of the photograph, as x, y, x, y, … in pixels."""
    if kind == "polygon":
        points = np.asarray(value["points"], np.float64).reshape(-1, 2)
    elif kind == "rectangle":
        x, y, width, height = (float(value[name]) for name in ("x", "y", "width", "height"))
        points = np.array([(0, 0), (width, 0), (width, height), (0, height)])
        points = _turned(points, value, size) + np.array([x, y])
    else:
        angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
        points = np.stack([np.cos(angles) * float(value["radiusX"]), np.sin(angles) * float(value["radiusY"])], axis=1)
        points = _turned(points, value, size) + np.array([float(value["x"]), float(value["y"])])
    return [float(item) for item in (points * size[::-1] / 100).ravel()]


def _turned(points: np.ndarray, value: dict[str, Any], size: tuple[int, int]) -> np.ndarray:
    """Turned clockwise about the origin, in pixels: percents of the two sides are not alike."""
    angle = np.radians(float(value.get("rotation", 0)))
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    sides = np.array(size[::-1], np.float64)
    return np.asarray((points * sides) @ turn / sides)
