"""The one loader of photographs: decode the file, apply the edit."""

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data import images
from xaesthetic.data.decoding import Photograph
from xaesthetic.data.edits import edit


def load_original(record: Record) -> Photograph:
    """Decode a record's photograph, unedited, at reduced scale where it is large.

    Raises
    ------
    DataError
        If its data set says that it cannot be used, the file cannot be read, or is not the one that the record was made of.
    """
    if record.problem:
        raise DataError(record.problem)
    return images.read_photograph(record.path, record.sha256)


def load_photograph(record: Record) -> Pixels:
    """Decode a record's photograph, at reduced scale where it is large, and apply its edit.

    Raises
    ------
    DataError
        If its data set says that it cannot be used, the file cannot be read or is not the one that the record was made of,
        or the edit needs a subject and none lies in the photograph.
    """
    photograph = load_original(record)
    if record.edit is None:
        return photograph.pixels
    subject = images.subject_region(record.subject, photograph.size)
    if not subject.any():
        raise DataError(f"{record.id}: no subject region lies in the photograph; an edit needs one.")
    rgb = edit(record.edit.name).apply(images.to_float(photograph.pixels), subject, record.edit.amount)
    return images.to_bytes(rgb)
