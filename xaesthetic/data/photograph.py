"""The one loader of photographs: decode the file, apply the edit."""

from collections.abc import Collection
from functools import lru_cache

from xaesthetic.core.errors import DataError
from xaesthetic.core.places import Address
from xaesthetic.core.types import DECODES, EditStep, Pixels, Record
from xaesthetic.data import images
from xaesthetic.data.decoding import Photograph
from xaesthetic.data.edits import edit

Way = tuple[tuple[int, int], str]
"""How a photograph is squashed: to (height, width), and by which filter."""
_KEPT, _SMALL = 64, 1_000_000  # edited photographs; bytes of one: 64 MB together


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


def load_squashed(record: Record, ways: Collection[Way], decode: str = "full") -> dict[Way, Pixels]:
    """Load a record's photograph, squashed in several ways; where it has no edit, without an array of its full size.

    Parameters
    ----------
    record
        Of a photograph.
    ways
        To which (height, width), and by which filter.
    decode
        A name in `DECODES`.

    Raises
    ------
    DataError
        As `load_photograph`.
    """
    if record.edit is not None:
        pixels = load_photograph(record)
        return {way: images.resize(pixels, *way) for way in ways}
    if record.problem:
        raise DataError(record.problem)
    heights, widths = zip(*(size for size, _ in ways), strict=True)
    least = None if decode == DECODES[0] else (max(heights), max(widths))
    image = images.read_upright(record.path, record.sha256, least).image
    return {way: images.squash(image, *way) for way in ways}


def load_photograph(record: Record) -> Pixels:
    """Decode a record's photograph, at reduced scale where it is large, and apply its edit.

    Raises
    ------
    DataError
        If its data set says that it cannot be used, the file cannot be read or is not the one that the record was made of,
        or the edit needs a subject and none lies in the photograph.
    """
    if record.edit is None:
        return load_original(record).pixels
    slot = _slot(record)
    if not slot:
        pixels = _edited(record, record.edit)
        if pixels.nbytes > _SMALL:
            return pixels
        slot.append(pixels)
    return slot[0].copy()


def _slot(record: Record) -> list[Pixels]:
    """Where an edited photograph is kept: stages and reports want the same few, and an edit takes longer than all else."""
    if record.problem or not record.sha256:
        return []
    if isinstance(record.path, Address):
        return _kept(record.path, record.sha256, record.edit, record.subject)
    try:
        state = record.path.stat()
    except OSError:  # reading it says what is wrong
        return []
    changed = state.st_ino, state.st_dev, state.st_size, state.st_mtime_ns, state.st_ctime_ns
    return _kept(record.path, record.sha256, record.edit, record.subject, *changed)


@lru_cache(maxsize=_KEPT)
def _kept(*key: object) -> list[Pixels]:
    """An empty place at first; the key tells one state of a file, one edit and one subject from others."""
    del key
    return []


def _edited(record: Record, step: EditStep) -> Pixels:
    photograph = load_original(record)
    subject = images.subject_region(record.subject, photograph.size)
    if not subject.any():
        raise DataError(f"{record.id}: no subject region lies in the photograph; an edit needs one.")
    rgb = edit(step.name).apply(images.to_float(photograph.pixels), subject, step.amount)
    return images.to_bytes(rgb)
