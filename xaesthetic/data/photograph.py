"""The one loader of photographs: decode the file, apply the edit."""

from hashlib import sha256

from xaesthetic.core.documents import read_bytes
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data import images
from xaesthetic.data.edits import edit


def load_original(record: Record) -> Pixels:
    """Decode a record's photograph, unedited.

    The bytes that are decoded are those that were summed, so nothing can be put between the two.

    Raises
    ------
    DataError
        If the file cannot be read, or is not the one that the record was made of.
    """
    if not record.sha256:
        return images.decode(record.path)
    content = read_bytes(record.path)
    if sha256(content).hexdigest() != record.sha256:
        raise DataError(
            f"{record.path}: has changed since the run was begun; put the photograph back as it was, or make a new run."
        )
    return images.decode(record.path, content)


def load_photograph(record: Record) -> Pixels:
    """Decode a record's photograph and apply its edit.

    Raises
    ------
    DataError
        If the file cannot be read, is not the one that the record was made of, or the edit needs a subject and none lies in
        the photograph.
    """
    pixels = load_original(record)
    if record.edit is None:
        return pixels
    subject = images.region(record.subject, pixels.shape[:2])
    if not subject.any():
        raise DataError(f"{record.id}: no subject region lies in the photograph; an edit needs one.")
    rgb = edit(record.edit.name).apply(images.to_float(pixels), subject, record.edit.amount)
    return images.to_bytes(rgb)
