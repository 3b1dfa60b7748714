"""What decoding a picture through Pillow takes, from its header alone."""

from typing import Any

from PIL import ExifTags, ImageFile

from xaesthetic.data.scale import reduction
from xaesthetic.data.tiff import Directory

_ORIENTATION, _ROWS = int(ExifTags.Base.Orientation), 278
_FOUR_BYTES = 4  # what Pillow keeps of a pixel of several channels
_PER_PIXEL = {"WEBP": 17, "AVIF": 17, "HEIF": 14}  # bytes that these libraries take besides
_SLOW = {"ppm", "ppm_plain", "bmp_rle"}  # Pillow's decoders in Python, which keep two more copies


def decoding_cost(image: ImageFile.ImageFile, directory: Directory | None) -> int:
    """Return how many bytes decoding takes, about, as the header has it.

    Parameters
    ----------
    image
        Opened by Pillow, not loaded.
    directory
        Of a TIFF.
    """
    pixels = image.width * image.height
    if image.format in ("JPEG", "MPO"):
        return _coefficients(image) if reduction((image.height, image.width)) > 1 else pixels * _FOUR_BYTES
    kept = 1 if image.mode in ("1", "L", "P") else 2 if image.mode.startswith("I;") else _FOUR_BYTES
    cost = pixels * (kept + _PER_PIXEL.get(image.format or "", 0))
    if directory:  # one strip besides, and a copy where it is turned
        cost += cost * (directory.number(_ORIENTATION, 1) != 1)
        cost += min(directory.number(_ROWS, image.height), image.height) * image.width * _FOUR_BYTES
    slow = any(tile[0] in _SLOW for tile in image.tile)
    return cost + slow * 2 * pixels * len(image.getbands())


def _coefficients(image: Any) -> int:  # Pillow's JPEG, with the attributes of one
    """Bytes of a JPEG that is kept whole before it becomes pixels, as it comes in several scans; 0 of a baseline one."""
    image.fp.seek(image.fp.tell() - 10)
    of_one_channel = image.fp.read(5) == b"\xff\xda\x00\x08\x01"  # the scan that begins here
    if not image.info.get("progressive") and not (of_one_channel and len(image.layer) > 1):
        return 0
    sampling = [(across, down) for _, across, down, _ in image.layer]
    most = max(across for across, _ in sampling) * max(down for _, down in sampling)
    return int(2 * image.width * image.height * sum(across * down for across, down in sampling) // most)
