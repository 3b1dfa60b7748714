"""Files that hold masks: which formats keep what was marked, and their pictures as PNG."""

import io
from pathlib import Path

from PIL import Image

from xaesthetic.core.documents import read_bytes
from xaesthetic.core.errors import DataError

_LOSSLESS = ("PNG", "BMP", "TIFF", "GIF")
_LOSSY = ("JPEG", "MPO", "WEBP")  # MPO: what some JPEG files are
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
"""Kinds of pixels that a PNG keeps as they are."""


def read_mask_file(path: Path, size: tuple[int, int] | None) -> bytes:
    """Return a mask as a PNG, which is the file itself where it is one.

    BMP, TIFF and GIF keep every pixel and are read too. JPEG and WebP are refused: what was black in them no longer is.

    Parameters
    ----------
    path
        The file.
    size
        The photograph's (height, width); a mask of another is refused before it is decoded. None where it is not known.

    Raises
    ------
    DataError
        If it cannot be read, is lossy, of several pages, or of another size than the photograph.
    """
    data = read_bytes(path)
    try:
        with Image.open(io.BytesIO(data), formats=(*_LOSSLESS, "JPEG", "WEBP")) as image:
            _require_usable(image, size)
            if image.format == "GIF":  # it always has a palette, in any order: what is marked is said by its colours
                return _png(image.convert("RGBA"))
            return data if image.format == "PNG" else _png(image)
    except DataError:
        raise
    except Exception as error:  # damaged files make Pillow's readers raise nearly anything
        raise DataError("it cannot be read; it is no picture, or damaged") from error


def _require_usable(image: Image.Image, size: tuple[int, int] | None) -> None:
    if image.format in _LOSSY or "jpeg" in str(image.info.get("compression")):
        raise DataError(f"{image.format} does not keep what is black; save it as PNG")
    height, width = image.size[::-1]
    if size is not None and (height, width) != size:
        raise DataError(f"it is {height} x {width}, but the photograph {size[0]} x {size[1]} (height x width)")
    if getattr(image, "n_frames", 1) > 1:
        raise DataError("it has several pages; save the one that is meant")


def _png(image: Image.Image) -> bytes:
    if image.mode not in _MODES:
        raise DataError(f"its pixels are of the kind {image.mode}; save it as PNG")
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
