"""Prepared copies: what annotators are shown. Upright, in sRGB, without metadata, at most 1600 pixels on the longer side."""

from pathlib import Path

from PIL import Image

from xaesthetic.annotate.study import Shown
from xaesthetic.core.files import atomic_write, sha256
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data.images import fitted
from xaesthetic.data.photograph import load_original, load_photograph

LONGEST = 1600
FOLDER = "photographs"
_LOSSY = (".jpg", ".jpeg")


def prepare(record: Record, number: int, folder: Path) -> Shown:
    """Make the prepared copy of a photograph.

    Parameters
    ----------
    record
        The photograph.
    number
        What the copy is called by; nobody sees the name of the file.
    folder
        The study's.

    Raises
    ------
    DataError
        If the photograph cannot be used, or the copy not written.
    """
    photograph = load_original(record)
    pixels = fitted(photograph.pixels if record.edit is None else load_photograph(record), LONGEST, "bicubic")
    file = write_copy(pixels, number, folder, record.path.suffix.lower() in _LOSSY)
    (height, width), size = pixels.shape[:2], photograph.size
    return Shown(number, record.id, f"{FOLDER}/{file.name}", sha256(file), width, height, size[1], size[0], record.credit)


def write_copy(pixels: Pixels, number: int, folder: Path, lossy: bool) -> Path:
    """Write a prepared copy, as JPEG of high quality where a JPEG was before; return the file."""
    file = folder / FOLDER / f"{number}.{'jpg' if lossy else 'png'}"
    options = {"format": "JPEG", "quality": 95, "subsampling": 0} if lossy else {"format": "PNG"}
    with atomic_write(file) as temporary:
        Image.fromarray(pixels).save(temporary, **options)
    return file
