"""Files beside the page that hold what it shows: small scripts.

A page that is opened from the disk may not read the pixels of a picture file, and without them a map cannot be drawn in the
colours of its bar. A script it may load, and a picture that a script holds as data it may read.
"""

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image

from xaesthetic.core.files import write_text
from xaesthetic_reports._pictures import address_of

_QUALITY, _METHOD = 75, 2  # of WebP: 4/5 of the bytes of a JPEG of 82, also with base64's third on top; 8 ms a picture


def placed(value: Any, folder: Path, name: str, inside: bool) -> Any:
    """Return a value that travels in the page, or the address of a file beside it that now holds it.

    Parameters
    ----------
    value
        What JSON can hold.
    folder
        Beside the page.
    name
        Of the file, without its end.
    inside
        Whether it travels in the page.
    """
    if inside:
        return value
    write_text(
        folder / f"{name}.js", f"document.currentScript.holds={json.dumps(value, allow_nan=False, separators=(',', ':'))}\n"
    )
    return f"{folder.name}/{name}.js"


def compact(jpeg: bytes) -> str:
    """Return a picture as an address that holds it: as WebP, where that is smaller."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.save(file, "WEBP", quality=_QUALITY, method=_METHOD)
    return min(address_of(file.getvalue(), "WEBP"), address_of(jpeg, "JPEG"), key=len)
