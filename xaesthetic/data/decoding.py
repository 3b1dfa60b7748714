"""The one decoder of photographs: a file becomes upright pixels of sRGB, within a bound of memory."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageFile

from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.extras import need
from xaesthetic.core.files import printable
from xaesthetic.core.places import Place
from xaesthetic.core.types import Pixels
from xaesthetic.data.color import Levels, to_srgb
from xaesthetic.data.cost import decoding_cost
from xaesthetic.data.formats import READ, UNREADABLE, kind_of
from xaesthetic.data.opening import open_photograph
from xaesthetic.data.scale import LARGEST, SMALLEST, reduction
from xaesthetic.data.tiff import Directory, find_tiff, read_directory
from xaesthetic.data.upright import ORIENTATION, Upright, join_bands, orientation_of, spare_scale, turned

MEMORY = 1_150_000_000
"""Bytes that decoding one photograph may take; with the interpreter and the libraries that is less than 1.5 GB."""
_TURN = Lock()  # large photographs are decoded one at a time
_BAND = 4_000_000  # pixels that are turned to sRGB at once


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """A photograph as it is worked on."""

    pixels: Pixels
    """Upright; reduced where the file is large (`xaesthetic.data.scale`)."""
    size: tuple[int, int]
    """The file's own (height, width), upright: what coordinates are in."""


def decode(path: Place) -> Pixels:
    """Read a photograph's pixels: upright, its colours turned to sRGB, transparency on white.

    JPEG, PNG, WebP, TIFF, BMP, PNM, GIF, AVIF and, with the extra `heif`, HEIC; known by their content; 1 to 16 bits a
    channel, palette, grey, CMYK, Lab. No other reader is tried, as some of them start programs or fetch what a file names.
    An embedded ICC profile is honoured; one that cannot be used, or EXIF data that cannot be read, is passed over, as
    browsers do.

    A photograph of more than 25 megapixels comes at reduced scale (`xaesthetic.data.scale`), and such ones are decoded one
    at a time.

    Raises
    ------
    DataError
        If the file is missing, empty, truncated, no regular file, no image, animated, of several pages, too small or too
        large, or it cannot be known which of its values is white.
    """
    return read_photograph(path).pixels


def read_photograph(path: Place, sha256: str = "") -> Photograph:
    """Read a photograph's pixels, as `decode` does, and its own size.

    Parameters
    ----------
    path
        The file, a tar's member or an address.
    sha256
        What it must be; empty where that is not known.

    Raises
    ------
    DataError
        As `decode`, and if the file is another one.
    """
    upright = read_upright(path, sha256)
    return Photograph(np.array(upright.image, dtype=np.uint8), upright.size)


def read_upright(path: Place, sha256: str = "", least: tuple[int, int] | None = None) -> Upright:
    """Read a photograph as `read_photograph` does, as Pillow's image: who squashes it needs no array of its full size.

    Parameters
    ----------
    path, sha256
        As there.
    least
        A (height, width) that is enough: a JPEG of twice that or more is decoded at a half, a quarter or an eighth of its
        scale, which changes pixels. None for its own scale.

    Raises
    ------
    DataError
        As there.
    """
    with _in_one_line(path), open_photograph(path, sha256) as file:
        _validate_sum(file, sha256)
        return _read(path, file, least)


def read_through(path: Place, sha256: str = "") -> tuple[int, int]:
    """Return the size of a photograph (`read_photograph`, which raises where this does) that can be read to its end.

    Of a JPEG every byte is decoded, but only an eighth of the pixels a side made, which takes a third of the time.
    """
    with _in_one_line(path), open_photograph(path, sha256) as file:
        _validate_sum(file, sha256)
        return _read(path, file, (1, 1)).size


class _Content(BytesIO):
    """A file's content, with what else makes a `BinaryIO` of it."""

    name, mode = "the bytes", "rb"


def decode_bytes(content: bytes) -> Pixels:
    """Read a photograph's pixels from a file's content, as `decode` does from the file.

    Raises
    ------
    DataError
        As `decode`.
    """
    name = Path(_Content.name)
    with _in_one_line(name):
        return np.array(_read(name, _Content(content)).image, dtype=np.uint8)


def read_size(path: Place) -> tuple[int, int]:
    """Read a photograph's own (height, width), upright, from its header.

    Raises
    ------
    DataError
        If it cannot be read, or `read_photograph` would refuse its size.
    """
    with _in_one_line(path), open_photograph(path) as file:
        kind = kind_of(file.read(256))
        if kind == "TIFF":
            directory = read_directory(file)
            size, orientation = directory.size, directory.number(ORIENTATION, 1)
        else:
            image = _opened(kind, file)
            size = image.height, image.width
            orientation = int(Image.Image.getexif(image).get(ORIENTATION, 1))  # a PNG's own method would decode it
        _validate_size(size, 0)
        return size[::-1] if orientation in (5, 6, 7, 8) else size


def from_image(image: Image.Image) -> Pixels:
    """Take a Pillow image as a photograph: upright, its colours turned to sRGB, transparency on white.

    Raises
    ------
    DataError
        If it is too small or large, animated, or cannot be read any more.
    """
    size = image.height, image.width
    try:
        _validate_size(size, 0)
        _validate_frames(image)
        image.load()
        return np.array(turned(_srgb(image, reduction(size)), orientation_of(image), size, 1).image, dtype=np.uint8)
    except DataError as error:
        raise DataError(f"the image: {error}.") from error
    except Exception as error:  # as in `read_photograph`; its file may have been closed as well
        raise DataError(f"the image cannot be read ({type(error).__name__}: {error}); open its file again.") from error


@contextmanager
def _in_one_line(path: Place) -> Iterator[None]:
    """Say in one line what is wrong with a photograph, whatever it is."""
    if printable(path) != str(path):
        raise DataError(f"{printable(path)}: the name is not UTF-8; rename the file.")
    try:
        yield
    except (DataError, PluginError) as error:
        raise DataError(f"{path}: {str(error).removeprefix(f'{path}: ').removesuffix('.')}.") from error
    except Image.DecompressionBombError as error:  # of what Pillow alone can open: some TIFFs, stereo JPEGs
        raise DataError(f"{path}: too large for the way it is stored ({error}); save it as a baseline JPEG.") from error
    except Exception as error:  # damaged files make Pillow's readers raise nearly anything
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
        reason = " ".join(reason.split())
        raise DataError(f"{path}: cannot be read ({reason}); it is missing, truncated or damaged.") from error


def _read(path: Place, file: BinaryIO, least: tuple[int, int] | None = None) -> Upright:
    head = file.read(256)
    file.seek(0)
    kind = kind_of(head)
    raw = UNREADABLE.get(path.suffix.lower(), UNREADABLE[".dng"] if kind == "RAW" else "")
    if raw and kind in ("", "RAW", "TIFF"):
        raise DataError(raw)
    if not kind:
        raise DataError(f"not an image ({READ})" if head else "the file is empty")
    if kind == "TIFF":
        return _read_tiff(file)
    return _read_image(_opened(kind, file), least=least)


def _validate_sum(file: BinaryIO, sha256: str) -> None:
    if sha256 and hashlib.file_digest(file, "sha256").hexdigest() != sha256:  # type: ignore[arg-type]
        raise DataError("has changed since the run was begun; put the photograph back as it was, or make a new run")
    file.seek(0)


def _validate_size(size: tuple[int, int], cost: int) -> None:
    height, width = size
    if height * width > LARGEST:
        raise DataError(f"absurdly large, {width} x {height}; at most {LARGEST:,} pixels are read")
    if min(size) < SMALLEST:
        raise DataError(f"too small, {width} x {height}; at least {SMALLEST} pixels a side are needed")
    if cost > MEMORY:
        raise DataError(
            f"too large for the way it is stored, {width} x {height}: decoding it would take {cost / 1e9:.1f} GB, of which "
            f"{MEMORY / 1e9:.1f} may be used; save it smaller, or as a baseline JPEG"
        )


def _validate_frames(image: Image.Image) -> None:
    frames = getattr(image, "n_frames", 1)
    if frames > 1 and image.format not in ("MPO", "HEIF"):  # their first or main picture is the photograph
        raise DataError(f"animated or of several pages ({frames}); save the one that is meant")


def in_turn(size: tuple[int, int]) -> Any:  # a context
    """Wait until no other large picture is being decoded, where this one is large."""
    return _TURN if reduction(size) > 1 else nullcontext()


# -- through Pillow ----------------------------------------------------------------------------------------------------


def _opened(kind: str, file: BinaryIO) -> ImageFile.ImageFile:
    """Open by the reader of one format, without Pillow's own bound on the size: `_validate_size` has ours."""
    if kind == "HEIF":
        heif: ImageFile.ImageFile = need("pillow_heif", "heif", "a HEIC photograph").HeifImageFile(file)
        return heif
    Image.init()
    if kind not in Image.OPEN:
        raise DataError(f"{kind} is read by Pillow 11.3 and newer; pip install --upgrade Pillow")
    file.seek(0)
    return Image.OPEN[kind][0](file, "")


def _read_image(
    image: ImageFile.ImageFile, directory: Directory | None = None, least: tuple[int, int] | None = None
) -> Upright:
    """Read what Pillow has opened; a TIFF with what it says of itself, as Pillow turns that one while it loads it."""
    stored = directory.size if directory else (image.height, image.width)
    _validate_size(stored, decoding_cost(image, directory))
    if not directory:
        _validate_frames(image)
    factor = reduction(stored)
    with in_turn(stored):
        by = max(factor, spare_scale(image, least)) if image.format in ("JPEG", "MPO") else 1
        if by > 1:
            image.draft(None, (image.width // by, image.height // by))
        image.load()
        orientation = orientation_of(image)
        small = _srgb(image, 1 if by > 1 else factor)
    return turned(small, orientation, stored, directory.number(ORIENTATION, 1) if directory else orientation)


def _srgb(image: Image.Image, factor: int) -> Image.Image:
    levels = Levels(1.0 if image.mode == "F" else 65535.0, unsure=image.mode == "F")
    rows = image.height if factor == 1 else factor * max(1, _BAND // (image.width * factor))

    def band(top: int, bottom: int) -> Image.Image:
        whole = bottom - top == image.height
        return to_srgb(image if whole else image.crop((0, top, image.width, bottom)), levels)

    small = join_bands(band, (image.height, image.width), factor, rows)
    levels.validate()
    return small


# -- TIFF --------------------------------------------------------------------------------------------------------------


def _read_tiff(file: BinaryIO) -> Upright:
    directory = read_directory(file)
    size, orientation = directory.size, directory.number(ORIENTATION, 1)
    _validate_size(size, 0)
    picture = find_tiff(file, directory, MEMORY)
    if picture is None:
        return _read_image(_opened("TIFF", file), directory)
    factor = reduction(size)
    _validate_size(size, picture.layout.cost(factor))
    with in_turn(size):
        small = join_bands(picture.band, size, factor, picture.layout.band(factor))
    picture.levels.validate()
    return turned(small, orientation, size, orientation)
