"""The subject of a photograph: the region that its data set drew, that people marked, or that a network finds."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.core.sliding import SliderOptions
from xaesthetic.core.types import DECODES, Experiment, Mask, Pixels, Record
from xaesthetic.data import images
from xaesthetic.data.decoding import Photograph
from xaesthetic.data.masks import read_mask
from xaesthetic.data.subject_network import NAME, most_important, validate_network

_SIDE = 640
_QUALITY = 82


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A region of a photograph, neither empty nor all of it."""

    region: Mask
    source: str
    """`drawn`, `marked`, or the name of the network."""


@dataclass(frozen=True, slots=True)
class Small:
    """A photograph made small, as a JPEG."""

    data: bytes
    size: tuple[int, int]
    """(height, width)."""


def has_region(record: Record, size: tuple[int, int], marks: Sequence[bytes] = ()) -> bool:
    """Whether a photograph's subject is drawn or marked; what people marked is not read yet.

    Parameters
    ----------
    record
        The photograph.
    size
        Its own (height, width).
    marks
        PNGs of what people marked.
    """
    return bool(marks) or bool(record.subject and _is_part(images.subject_region(record.subject, size)))


def find_subject(record: Record, photograph: Photograph, marks: Sequence[bytes] = (), network: str = "") -> Subject:
    """Return the subject that is drawn, else what most people marked, else what a network finds.

    Parameters
    ----------
    record, photograph
        A photograph, and what `load_original` reads of it.
    marks
        PNGs of what people marked.
    network
        `auto` where a network may be asked.

    Raises
    ------
    DataError
        If there is none, or it is all of the photograph.
    PluginError
        If a network is asked, and it is not installed.
    """
    size = photograph.pixels.shape[:2]
    drawn = images.subject_region(record.subject, photograph.size) if record.subject else np.zeros(size, bool)
    if _is_part(drawn):
        return Subject(drawn, "drawn")
    masks = [mask for mask in map(read_mask, marks) if mask.shape == size]
    marked = np.mean(masks, axis=0) >= 0.5 if masks else np.zeros(size, bool)
    if _is_part(marked):
        return Subject(marked, "marked")
    guessed = most_important(photograph.pixels) if network else np.zeros(size, bool)
    if _is_part(guessed):
        return Subject(guessed, NAME)
    raise DataError(f"{record.id}: has no subject that is a part of the photograph; an edit needs one.")


def validate_slider(experiment: Experiment, records: Sequence[Record], slider: SliderOptions | None) -> None:
    """Make sure that some photograph can be edited, before anything is computed.

    Raises
    ------
    DataError
        If photographs are decoded at reduced scale, or none has a subject.
    PluginError
        If a network is to find subjects, and it is not installed.
    """
    if slider is None:
        return
    if experiment.decode != DECODES[0]:
        raise DataError("the slider's edits need photographs of full scale; leave out --decode reduced, or --slider.")
    if slider.subject:
        validate_network()
    elif not any(record.edit is None and (record.subject or _is_marked(record)) for record in records):
        raise DataError(
            f"no photograph of {experiment.data} has a subject, and the slider's edits need one; draw or mark one, or have "
            "a network find it with --subject auto."
        )


def _is_marked(record: Record) -> bool:
    return any(item.region and not item.attribute for item in record.annotations)


def _is_part(region: Mask) -> bool:
    return bool(region.any()) and not bool(region.all())


def to_jpeg(pixels: Pixels) -> Small:
    """Return a photograph as a JPEG, its longer side 640 pixels at most."""
    size = images.fitted_size(pixels.shape[:2], _SIDE)
    file = io.BytesIO()
    Image.fromarray(images.resize(pixels, size)).save(file, "JPEG", quality=_QUALITY)
    return Small(file.getvalue(), size)


def to_png(region: Mask, size: tuple[int, int]) -> bytes:
    """Return a region as a black and white PNG of that (height, width)."""
    file = io.BytesIO()
    Image.fromarray(region.astype(np.uint8) * 255).resize((size[1], size[0])).convert("1", dither=Image.Dither.NONE).save(
        file, "PNG"
    )
    return file.getvalue()
