"""Photographs in, maps out: the only decoding, colour and resizing in the project."""

import io
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32
from PIL import ExifTags, Image, ImageCms, UnidentifiedImageError

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.core.types import InputSpec, Map, Mask, Pixels, Polygon, Rgb

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".webp", ".tif", ".tiff", ".bmp", ".ppm", ".pgm", ".gif", ".mpo"})
"""The files in a folder that are taken for photographs."""
LARGEST = 100_000_000
"""Pixels; a larger file is refused before it is decoded."""
SMALLEST = 16
"""Pixels a side; a smaller photograph has no regions to speak of."""

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "PPM", "GIF")
_RESAMPLE = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "nearest": Image.Resampling.NEAREST,
}
_TURNS = {  # EXIF's orientations but for 1, which is upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SRGB = ImageCms.createProfile("sRGB")


def decode(path: Path, content: bytes | None = None) -> Pixels:
    """Read a photograph: upright, its colours turned to sRGB, transparency on white.

    JPEG, PNG, WebP, TIFF, BMP, PNM and GIF; 1 to 16 bits a channel, palette, grey, CMYK. No other of Pillow's readers is
    tried, as some of them start programs or fetch what a file names. An embedded
    ICC profile is honoured; one that cannot be used, or EXIF data that cannot be read, is passed over, as browsers do.

    Parameters
    ----------
    path
        The file.
    content
        Its bytes, where they have been read already.

    Raises
    ------
    DataError
        If the file is missing, empty, truncated, no image, animated, of several pages, too small or absurdly large.
    """
    if printable(path) != str(path):
        raise DataError(f"{printable(path)}: the name is not UTF-8; rename the file.")
    try:
        with Image.open(path if content is None else io.BytesIO(content), formats=_FORMATS) as image:
            _check(path, image)
            return _srgb(_upright(image))
    except DataError:
        raise
    except UnidentifiedImageError as error:
        what = f"not an image ({', '.join(_FORMATS)} are read)" if path.stat().st_size else "the file is empty"
        raise DataError(f"{path}: {what}.") from error
    except Image.DecompressionBombError as error:
        raise DataError(f"{path}: absurdly large; at most {LARGEST:,} pixels are read.") from error
    except Exception as error:  # damaged files make Pillow's readers raise nearly anything
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
        raise DataError(f"{path}: cannot be read ({reason}); it is missing, truncated or damaged.") from error


def _check(path: Path, image: Image.Image) -> None:
    width, height = image.size
    frames = getattr(image, "n_frames", 1)
    if width * height > LARGEST:
        raise DataError(f"{path}: absurdly large, {width} x {height}; at most {LARGEST:,} pixels are read.")
    if min(width, height) < SMALLEST:
        raise DataError(f"{path}: too small, {width} x {height}; at least {SMALLEST} pixels a side are needed.")
    if frames > 1 and image.format != "MPO":  # a stereo or gain-map JPEG: the first picture is the photograph
        raise DataError(f"{path}: animated or of several pages ({frames}); save the one that is meant.")


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # damaged metadata of a photograph that could be read; browsers pass over it too
        turn = None
    return image if turn is None else image.transpose(turn)


def _srgb(image: Image.Image) -> Pixels:
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    if "transparency" in image.info or image.mode in ("P", "PA"):
        image = image.convert("RGBA")
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    if image.mode not in ("RGB", "L", "CMYK", "LAB"):
        image = image.convert("L" if image.mode in ("1", "LA") else "RGB")
    image = _to_srgb(image, profile)
    if alpha is not None:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), alpha)
    return np.array(image, dtype=np.uint8)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits: 16 where the mode says integers, 0 to 1 where it says floats."""
    white = 1 if image.mode == "F" else 65535
    values = np.clip(np.nan_to_num(np.asarray(image)), 0, white)  # first: what is damaged may be too large to multiply
    return Image.fromarray(np.rint(values * (255 / white)).astype(np.uint8))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            turned = ImageCms.profileToProfile(image, embedded, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return image.convert("RGB")  # a profile for another kind of picture, or a damaged one
        if turned is not None:
            return turned
    return image.convert("RGB")


def to_float(pixels: Pixels) -> Rgb:
    """0 to 255 becomes 0 to 1."""
    return pixels.astype(np.float32) / np.float32(255)


def to_bytes(rgb: Rgb) -> Pixels:
    """0 to 1 becomes 0 to 255, rounded and clipped."""
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), dtype=np.uint8)


def resize(pixels: Pixels, size: tuple[int, int], resample: str = "bilinear") -> Pixels:
    """Squash or stretch to (height, width); antialiased where it shrinks, except for `nearest`."""
    return np.array(Image.fromarray(pixels).resize(size[::-1], _RESAMPLE[resample]), dtype=np.uint8)


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
    channels = resize(pixels, spec.size, spec.resample).transpose(2, 0, 1).astype(np.float32)
    if spec.bgr:
        channels = channels[::-1]
    mean = spec.mean if isinstance(spec.mean, np.ndarray) else np.array(spec.mean, np.float32)[:, None, None]
    std = np.array(spec.std, np.float32)[:, None, None]
    return np.ascontiguousarray((channels * np.float32(spec.scale / 255) - mean) / std)


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
    for corners in polygons:
        inside |= polygon2mask(size, np.array(corners)[:, ::-1] - 0.5)  # type: ignore[no-untyped-call]
    return inside
