"""Whatever a photograph comes as in a notebook: a path, a file's bytes, a PIL image, an array; or a sentence why not."""

import re
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Pixels
from xaesthetic.data import images

Photo = str | Path | bytes | Image.Image | np.ndarray
"""What is taken for a photograph."""
_WANTED = "pass a file, a PIL image, or (h, w, 3) uint8 sRGB of 0 to 255"
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/|data:")  # a drive of Windows is one letter


def photo_pixels(photo: Photo) -> Pixels:
    """Return a photograph's pixels: upright, sRGB.

    Parameters
    ----------
    photo
        A path, the bytes of a file, a PIL image (grey becomes color, transparency lies on white), or (h, w, 3) uint8 sRGB.

    Raises
    ------
    DataError
        If it is none of these, or cannot be read; says what to pass.
    """
    if isinstance(photo, (str, Path)):
        return _read(photo)
    if isinstance(photo, (bytes, bytearray, memoryview)):
        return _decoded(bytes(photo))
    if isinstance(photo, Image.Image):
        return images.from_image(photo)
    if isinstance(photo, np.ndarray):
        return _array(photo)
    raise DataError(_refusal(photo))


def _read(photo: str | Path) -> Pixels:
    text = str(photo)
    if _ADDRESS.match(text):
        raise DataError(f"{text[:100]}: is an address; download the photograph first, and pass the file.")
    if not text or "\0" in text:
        raise DataError(f"{text!r} is no path; {_WANTED}.")
    return images.decode(Path(photo))


def _decoded(content: bytes) -> Pixels:
    if _ADDRESS.match(content[:20].decode("latin-1")):
        raise DataError("the bytes are an address; download the photograph first, and pass the file.")
    return images.decode_bytes(content)


def _array(photo: np.ndarray) -> Pixels:
    if photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3:
        raise DataError(f"an array of {photo.dtype} {photo.shape} is no photograph; {_WANTED}{_advice(photo)}.")
    if min(photo.shape[:2]) < images.SMALLEST:
        raise DataError(f"the photograph has {photo.shape[:2]} pixels; {images.SMALLEST} a side at least are wanted.")
    return photo


def _advice(photo: np.ndarray) -> str:
    """How an array becomes a photograph, where that can be seen."""
    channels_first = photo.ndim == 3 and photo.shape[0] in (1, 3, 4) and photo.shape[2] not in (1, 3, 4)
    if photo.ndim == 4:
        return "; this is a batch: pass one of it, as photographs[0]"
    if channels_first:
        return "; its channels come first: array.transpose(1, 2, 0)"
    if np.issubdtype(photo.dtype, np.floating):
        largest = float(np.nanmax(photo)) if photo.size else 0.0
        times = "" if largest > 1.5 else " * 255"  # a white of 1 may be overshot a little
        return f"; of these floats, (array{times}).clip(0, 255).round().astype('uint8')"
    if photo.dtype == np.uint8 and (photo.ndim == 2 or photo.shape[2:] == (4,)):
        return "; an array does not say that it is grey or has alpha, PIL.Image.fromarray(array) does"
    return ""


def _refusal(photo: Any) -> str:
    name = type(photo).__name__
    if isinstance(photo, (list, tuple, set, dict)):
        return f"a {name} is no photograph; pass one, or compare several by xa.compare(photographs, models=[…])."
    if hasattr(photo, "permute") and hasattr(photo, "numpy"):  # a torch tensor; torch is not imported for that
        numbers = "(tensor.permute(1, 2, 0) * 255).byte().numpy()"
        return f"a {name} is no photograph; {_WANTED}; of floats of 0 to 1 (3, h, w): {numbers}."
    if hasattr(photo, "read"):
        return f"a {name} is no photograph; pass the file's path, or its bytes by .read()."
    return f"{name} is no photograph; {_WANTED}."
