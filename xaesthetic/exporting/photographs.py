"""A run photograph by photograph, as exporters go through it: a run of many is never in memory."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from jaxtyping import Float32
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data import images
from xaesthetic.data.photograph import load_photograph
from xaesthetic.exporting.choice import Choice, ExportOptions, MapPlace
from xaesthetic.figures import style
from xaesthetic.run.maps import Maps
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run

LONGEST = 1024
"""Pixels of a photograph's longer side, at most: exporters keep a copy, so that what they write can be taken elsewhere."""
_OVERLAY = 480  # pixels of an overlay's longer side
_AT_ONCE = 256  # photographs whose ratings are read together
_QUALITY = 92


@dataclass(frozen=True, slots=True)
class ExportedMap:
    """One map."""

    place: MapPlace
    values: Float32[np.ndarray, "_i _j"]
    """As the run has it: signed, un-normalised, on the layer's own grid."""

    @property
    def range(self) -> tuple[float, float]:
        """Return what colors go from and to: from 0 to the highest value, around 0 where there are values below it."""
        most = float(np.abs(self.values).max()) or 1.0
        return (-most if self.values.min() < 0 else 0.0), most


@dataclass(frozen=True, slots=True)
class ExportedPhotograph:
    """A photograph with its ratings and maps."""

    number: int
    """Its place among the run's, from 0."""
    record: Record
    pixels: Pixels
    """Upright and edited, `LONGEST` on its longer side at most."""
    ratings: Mapping[tuple[str, str], float]
    """By model and attribute; those that are not known are not among them."""
    maps: tuple[ExportedMap, ...]
    """None where the photograph was not picked."""

    @property
    def name(self) -> str:
        """Return a name for its files, which no other photograph has."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", self.record.id).strip("-.")[-60:].strip("-.")
        return "-".join(filter(None, (f"{self.number:06}", plain)))

    @property
    def caption(self) -> str:
        """Return its id, and who made it."""
        return ", ".join(filter(None, (self.record.id, self.record.credit)))


def photographs(run: Run, choice: Choice, options: ExportOptions) -> Iterator[ExportedPhotograph]:
    """Give the run's photographs one by one; one that cannot be read any more is left out, which is said.

    Parameters
    ----------
    run
        With predictions.
    choice
        What `xaesthetic.exporting.choice.choose` gave.
    options
        Who is told how far it is, and what is left out.
    """
    records = run.photographs()
    stacks = {(item.model, item.method): run.maps(item.model, item.method) for item in choice.maps}
    known = _with_ratings(run, records, choice)
    tracked = options.track(known, "exporting", len(records))
    for number, (record, ratings) in enumerate(tracked):
        try:
            pixels = style.thumbnail(load_photograph(record), LONGEST)
        except DataError as error:
            options.leave_out(record.id, str(error))
            continue
        yield ExportedPhotograph(number, record, pixels, ratings, tuple(_maps(record.id, choice.maps, stacks)))


def _with_ratings(
    run: Run, records: Sequence[Record], choice: Choice
) -> Iterator[tuple[Record, Mapping[tuple[str, str], float]]]:
    for first in range(0, len(records), _AT_ONCE):
        some = list(records[first : first + _AT_ONCE])
        rows = run.rows(PREDICTIONS, [record.id for record in some], "image", "model", "attribute", "prediction")
        known = {(image, model, name): float(value) for image, model, name, value in rows.itertuples(index=False)}
        for record in some:
            ratings = {pair: known.get((record.id, *pair), float("nan")) for pair in choice.ratings}
            yield record, {pair: value for pair, value in ratings.items() if np.isfinite(value)}


def _maps(image: str, places: Sequence[MapPlace], stacks: Mapping[tuple[str, str], Maps]) -> Iterator[ExportedMap]:
    for place in places:
        stack = stacks[place.model, place.method]
        if image in stack:
            values = stack.map(image, place.attribute or stack.attributes[0])
            if np.isfinite(values).all():
                yield ExportedMap(place, np.asarray(values, np.float32))


def overlay(item: ExportedPhotograph, shown: ExportedMap) -> Pixels:
    """Draw a map over its photograph, in colors from its own lowest to its highest value."""
    small = style.thumbnail(item.pixels, _OVERLAY)
    values = images.to_pixels(style.coarse(shown.values), small.shape[:2])
    return style.overlay(small, style.normalise(values))


def overlay_caption(item: ExportedPhotograph, shown: ExportedMap) -> str:
    """Say what an overlay shows: whose map, of which photograph, the rating, and the values at the ends of its colors."""
    place = shown.place
    rating = item.ratings.get((place.model, place.attribute))
    rated = f", rated {rating:.3g}" if rating is not None else ""
    low, high = float(shown.values.min()), float(shown.values.max())
    what = " ".join(filter(None, (place.model, place.method, place.attribute)))
    return f"{what}{rated}; colors from {low:z.3g} to {high:z.3g}, this map's own; {item.caption}"


def png(pixels: Pixels) -> bytes:
    """Return pixels as a PNG."""
    return _written(pixels, "PNG", compress_level=3)


def jpeg(pixels: Pixels) -> bytes:
    """Return pixels as a JPEG."""
    return _written(pixels, "JPEG", quality=_QUALITY)


def _written(pixels: Pixels, kind: str, quality: int = _QUALITY, compress_level: int = 6) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, kind, quality=quality, compress_level=compress_level)
    return file.getvalue()
