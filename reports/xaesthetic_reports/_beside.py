"""Files beside the page that hold what it shows: small scripts.

A page that is opened from the disk may not read the pixels of a picture file, and without them a map cannot be drawn in the
colours of its bar. A script it may load, and a picture that a script holds as data it may read.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image

from xaesthetic.core.files import atomic_write, remove
from xaesthetic_reports._pictures import address_of

FOLDER = "slider"
"""Beside the page."""
_QUALITY, _METHOD = 75, 2  # of WebP: 4/5 of the bytes of a JPEG of 82, also with base64's third on top; 8 ms a picture


@contextmanager
def files_beside(report: Path, wanted: bool) -> Iterator[Path | None]:
    """Give a folder for the files beside a page, None where none are wanted; those of the last page go once all is done.

    Parameters
    ----------
    report
        Where the page lies.
    wanted
        Whether there will be files.
    """
    if wanted:
        with atomic_write(report / FOLDER) as folder:
            folder.mkdir()
            yield folder
    else:
        yield None
        remove(report / FOLDER)


def placed(value: Any, folder: Path | None, name: str) -> Any:
    """Return a value that travels in the page, or the address of a file beside it that now holds it.

    Parameters
    ----------
    value
        What JSON can hold.
    folder
        For the files beside the page; None where it travels in the page.
    name
        Of the file, without its end.
    """
    if folder is None:
        return value
    text = f"document.currentScript.holds={json.dumps(value, allow_nan=False, separators=(',', ':'))}\n"
    (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return f"{FOLDER}/{name}.js"


def compact(jpeg: bytes) -> str:
    """Return a picture as an address that holds it: as WebP, where that is smaller."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.save(file, "WEBP", quality=_QUALITY, method=_METHOD)
    return min(address_of(file.getvalue(), "WEBP"), address_of(jpeg, "JPEG"), key=len)
