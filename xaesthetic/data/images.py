"""Photographs in, maps out: the only resizing in the project, and the names that stand for decoding."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float32
from PIL import Image

from xaesthetic.core.types import InputSpec, Map, Mask, Pixels, Polygon, Rgb
from xaesthetic.data.decoding import Photograph as Photograph
from xaesthetic.data.decoding import decode as decode
from xaesthetic.data.decoding import decode_bytes as decode_bytes
from xaesthetic.data.decoding import from_image as from_image
from xaesthetic.data.decoding import read_photograph as read_photograph
from xaesthetic.data.decoding import read_size as read_size
from xaesthetic.data.decoding import read_through as read_through
from xaesthetic.data.decoding import read_upright as read_upright
from xaesthetic.data.formats import SUFFIXES as SUFFIXES
from xaesthetic.data.formats import UNREADABLE as UNREADABLE
from xaesthetic.data.scale import LARGEST as LARGEST
from xaesthetic.data.scale import SMALLEST as SMALLEST
from xaesthetic.data.scale import reduced as reduced
from xaesthetic.data.scale import reduction as reduction

RESAMPLE = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "nearest": Image.Resampling.NEAREST,
}
"""The ways to squash a photograph that an `InputSpec` may name."""
_BAND = 4_000_000  # pixels of a region that are drawn at once


def to_float(pixels: Pixels) -> Rgb:
    """0 to 255 becomes 0 to 1."""
    return pixels.astype(np.float32) / np.float32(255)


def to_bytes(rgb: Rgb) -> Pixels:
    """0 to 1 becomes 0 to 255, rounded and clipped."""
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), dtype=np.uint8)


def resize(pixels: Pixels, size: tuple[int, int], resample: str = "bilinear") -> Pixels:
    """Squash or stretch to (height, width); antialiased where it shrinks, except for `nearest`."""
    if pixels.shape[:2] == size:
        return pixels.copy()
    return squash(Image.fromarray(pixels), size, resample)


def fitted_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return a (height, width) made small enough: its longer side has so many pixels at most, its shorter one at least 1."""
    factor = min(1.0, side / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def fitted(pixels: Pixels, side: int, resample: str = "bilinear") -> Pixels:
    """Return a photograph made small enough: itself where its longer side has so many pixels at most."""
    size = fitted_size(pixels.shape[:2], side)
    return pixels if size == pixels.shape[:2] else resize(pixels, size, resample)


def squash(image: Image.Image, size: tuple[int, int], resample: str = "bilinear") -> Pixels:
    """Do the same to Pillow's image, which spares a copy of its full size."""
    return np.array(image.resize(size[::-1], RESAMPLE[resample]), dtype=np.uint8)


def to_input(pixels: Pixels, spec: InputSpec) -> Float32[np.ndarray, "3 i j"]:
    """A photograph as a network takes it.

    Parameters
    ----------
    pixels
        Any size.
    spec
        What the network wants.

    Returns
    -------
    Channels first, of `spec.size`: (pixels * scale / 255 - mean) / std in the network's channel order.
    """
    squashed = resize(pixels, spec.size, spec.resample)
    channels = np.ascontiguousarray((squashed[..., ::-1] if spec.bgr else squashed).transpose(2, 0, 1))
    mean = spec.mean if isinstance(spec.mean, np.ndarray) else np.array(spec.mean, np.float32)[:, None, None]
    std = np.array(spec.std, np.float32)[:, None, None]
    return (channels.astype(np.float32) * np.float32(spec.scale / 255) - mean) / std


def mean_and_unit(spec: InputSpec) -> tuple[Float32[np.ndarray, "3 _ _"], Float32[np.ndarray, "3 1 1"]]:
    """Return what undoes `to_input`: light of 0 to 1 is the input times the unit plus the mean, in the network's order."""
    mean = spec.mean if isinstance(spec.mean, np.ndarray) else np.array(spec.mean, np.float32)[:, None, None]
    return mean / np.float32(spec.scale), np.array(spec.std, np.float32)[:, None, None] / np.float32(spec.scale)


def to_pixels(grid: Float[np.ndarray, "i j"], size: tuple[int, int]) -> Map:
    """A map on a layer's grid, carried to image pixels: bilinear between the cells' centres, flat beyond the outermost.

    This is interpolation with `align_corners=False`: no overshoot, no shift, and the mean is kept (to about 3e-6 from 10
    cells to 299 pixels; worse where a cell is only a few pixels). Antialiased where the photograph is the smaller.

    Parameters
    ----------
    grid
        Finite values.
    size
        (height, width) of the photograph.
    """
    image = Image.fromarray(np.ascontiguousarray(grid, dtype=np.float32))
    return np.array(image.resize(size[::-1], Image.Resampling.BILINEAR), dtype=np.float32)


def area_weights(cells: int, pooled: int) -> Float32[np.ndarray, "o i"]:
    """The box filter that averages a line of `cells` down (or spreads it out) to `pooled` cells of equal length.

    Every row sums to 1 and every column to pooled / cells, so the mean is kept whatever the two numbers are;
    overlapping adaptive pooling does not keep it. `area_pool` pools maps by it.
    """
    edges = np.arange(pooled + 1) * (cells / pooled)
    left, right = edges[:-1, None], edges[1:, None]
    start = np.arange(cells)[None, :]
    overlap = np.clip(np.minimum(right, start + 1) - np.maximum(left, start), 0, None)
    return np.asarray(overlap * (pooled / cells), dtype=np.float32)


def area_pool(values: Float[np.ndarray, "*n _h _w"], size: tuple[int, int]) -> Float[np.ndarray, "*n _i _j"]:
    """Average maps over their last two axes down (or out) to `size` cells; each map's mean is kept (`area_weights`)."""
    if values.shape[-2:] == size:
        return values
    rows, columns = (area_weights(cells, pooled) for cells, pooled in zip(values.shape[-2:], size, strict=True))
    return np.asarray(rows @ values @ columns.T)


def region(polygons: tuple[Polygon, ...], size: tuple[int, int]) -> Mask:
    """The pixels inside any of the polygons; all False where there is none.

    Parameters
    ----------
    polygons
        In pixels of a photograph of that size; a pixel is inside if its centre is.
    size
        (height, width).
    """
    from skimage.draw import polygon2mask  # only where a region is asked for

    inside = np.zeros(size, dtype=bool)
    rows = max(1, _BAND // max(1, size[1]))  # a band at a time: coordinates of all pixels inside would fill the memory
    for corners in polygons:
        centred = np.array(corners)[:, ::-1] - 0.5
        for top in range(0, size[0], rows):
            band = inside[top : top + rows]
            band |= polygon2mask(band.shape, centred - (top, 0))  # type: ignore[no-untyped-call]
    return inside


@lru_cache(maxsize=2)  # a photograph's edits follow each other, and all want its subject
def subject_region(polygons: tuple[Polygon, ...], size: tuple[int, int]) -> Mask:
    """A subject's region at the scale that its photograph is worked on at; not to be written into.

    Parameters
    ----------
    polygons
        In pixels of the file.
    size
        The file's own (height, width), upright.
    """
    factor = reduction(size)
    inside = region(tuple(tuple((x / factor, y / factor) for x, y in corners) for corners in polygons), reduced(size))
    inside.flags.writeable = False
    return inside
