"""What people looked at or marked: checked against the photographs, and as the maps that metrics take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy
from jaxtyping import Float, Int

from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import EVERYWHERE, RAISES, SIGNED
from xaesthetic.core.types import Annotation, HumanMap, Map, Record
from xaesthetic.data import images
from xaesthetic.data.masks import read_mask
from xaesthetic.data.scale import reduced, reduction

SIGMA = 0.03
"""The blur of fixations, of the longer side: 24 pixels at 800 x 600, as the MIT benchmark has it."""
MOST = 200_000
"""Fixations in other photographs that one is held against; a sample of so many where there are more."""
_CELLS = 160  # a side, for where people look in any photograph
_LEAST = 1e-3  # of the mean: nobody can say that a place is never looked at

# -- checking ----------------------------------------------------------------------------------------------------------


def annotation_rows(record: Record, size: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """A record's marks as rows of people.parquet, each with how many fixations were left out, or why all of it was.

    Parameters
    ----------
    record
        Of a photograph that can be used.
    size
        Its (height, width).
    """
    for marks in record.annotations:
        points = np.array(marks.fixations, np.float64).reshape(-1, 2)
        inside = points[np.isfinite(points).all(1) & (points >= 0).all(1) & (points < size[::-1]).all(1)]
        yield {
            "image": record.id,
            "annotator": marks.annotator,
            "attribute": marks.attribute,
            "x": inside[:, 0],
            "y": inside[:, 1],
            "outside": len(points) - len(inside),
            "region": marks.region,
            "reason": _unusable(marks, len(inside), size),
            "sign": marks.sign,
            "extent": marks.extent,
        }


def _unusable(marks: Annotation, fixations: int, size: tuple[int, int]) -> str:
    if marks.problem or marks.extent:
        return marks.problem
    if not marks.region:
        return "" if fixations else "no fixation lies in the photograph"
    try:
        mask = read_mask(marks.region, size)
    except DataError as error:
        return str(error)
    if mask.all():
        return "the mask marks the whole photograph; are region and ground exchanged?"
    return "" if mask.any() else "the mask is empty"


# -- maps --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class HumanMaps:
    """What people did in one photograph: all of them, and each of them against the others."""

    image: str
    attribute: str
    """What they were asked about; empty where it stands for all."""
    everybody: HumanMap
    separate: tuple[HumanMap, ...]
    """One by one; in the same order as `others`."""
    others: tuple[Map, ...]
    """The density of all but one."""
    annotators: tuple[str, ...]
    """Who they are, in that order."""
    side: str = ""
    """Which of their marks these are: a name in `xaesthetic.core.sides.SIDES`, or both (`SIGNED`); empty where people were
    not asked for signs."""


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """The rows of what people did in one photograph, for one attribute."""

    image: str
    attribute: str
    rows: Int[np.ndarray, " _n"]
    """Places in the table."""
    elsewhere: "Elsewhere"
    side: str = ""
    """As in `HumanMaps`."""


def gather(table: pd.DataFrame, sizes: Mapping[str, tuple[int, int]], wanted: Sequence[str]) -> Iterator[Gathered]:
    """Give every photograph and attribute with the people who can be used, and where people look in other photographs.

    Signed marks come three times: what raises, what lowers, and both together.

    Parameters
    ----------
    table
        The table of annotations.
    sizes
        Every photograph's (height, width).
    wanted
        The photographs to give; others serve as others.
    """
    usable = np.flatnonzero(table["reason"] == "")
    used = table.iloc[usable]
    x, y = list(used["x"]), list(used["y"])
    for attribute, side, places in _groups(used):
        images_of = used["image"].iloc[places].groupby(used["image"].iloc[places], sort=False).indices
        marked = {str(image): places[np.asarray(rows)] for image, rows in images_of.items()}
        looked = {
            image: _points([x[row] for row in rows], [y[row] for row in rows]) / sizes[image][::-1]
            for image, rows in marked.items()
        }
        elsewhere = Elsewhere(looked)
        for image in wanted:
            if image in marked:
                yield Gathered(image, attribute, usable[marked[image]], elsewhere, side)


def _groups(used: pd.DataFrame) -> Iterator[tuple[str, str, Int[np.ndarray, " _n"]]]:
    """Attributes and sides with the places of their rows."""
    for attribute, of_attribute in used.groupby("attribute", sort=False).indices.items():
        places = np.asarray(of_attribute)
        signs = used["sign"].iloc[places].to_numpy()
        for sign in dict.fromkeys(signs):
            yield str(attribute), str(sign), places[signs == sign]
        if (signs != "").any():
            yield str(attribute), SIGNED, places[signs != ""]


def human_maps(
    image: str, attribute: str, rows: pd.DataFrame, size: tuple[int, int], elsewhere: "Elsewhere", side: str = ""
) -> HumanMaps:
    """Their maps, from their rows of annotations.parquet; of a large photograph at the scale that it is worked on at.

    Parameters
    ----------
    image, attribute
        Which photograph, and what they were asked about.
    rows
        Theirs; fixations in pixels of the file.
    size
        The file's own (height, width).
    elsewhere
        Where people look in the other photographs.
    side
        As in `HumanMaps`; both (`SIGNED`) gives `HumanMap.signed` alone.
    """
    factor, size = reduction(size), reduced(size)
    marks = [
        _Mark(_points([x], [y]) / factor, region, extent, size)
        for x, y, region, extent in zip(rows["x"], rows["y"], rows["region"], rows["extent"], strict=True)
    ]
    annotators = tuple(map(str, rows["annotator"]))
    if side == SIGNED:
        signs = [1.0 if sign == RAISES else -1.0 for sign in rows["sign"]]
        return _signed_maps(image, attribute, annotators, [sign * m.density for sign, m in zip(signs, marks, strict=True)])
    away, baseline = elsewhere.points(image, size), elsewhere.density(image, size)
    total = np.sum([item.density for item in marks], axis=0)
    watched = np.concatenate([item.points for item in marks])
    regions = [item.region for item in marks if item.region is not None]
    mask = np.mean(regions, axis=0) > 0.5 if regions else None
    return HumanMaps(
        image,
        attribute,
        HumanMap(total / len(marks), watched, mask, away, baseline),
        tuple(HumanMap(item.density, item.points, item.region, away, baseline) for item in marks),
        tuple((total - item.density) / max(1, len(marks) - 1) for item in marks),
        annotators,
        side,
    )


def _signed_maps(image: str, attribute: str, annotators: Sequence[str], densities: Sequence[Map]) -> HumanMaps:
    """Each person's raising region less their lowering one, and the mean over people."""
    names = tuple(dict.fromkeys(annotators))
    separate = [np.sum([d for who, d in zip(annotators, densities, strict=True) if who == name], axis=0) for name in names]
    total, nothing = np.sum(separate, axis=0), np.zeros_like(densities[0])
    return HumanMaps(
        image,
        attribute,
        HumanMap(nothing, signed=total / len(names)),
        tuple(HumanMap(nothing, signed=item) for item in separate),
        tuple((total - item) / max(1, len(names) - 1) for item in separate),
        names,
        SIGNED,
    )


class _Mark:
    """One person's fixations or region, and the density of either."""

    def __init__(self, points: Float[np.ndarray, "n 2"], region: bytes, extent: str, size: tuple[int, int]) -> None:
        self.points = points
        self.region = np.full(size, extent == EVERYWHERE) if extent else read_mask(region) if region else None
        self.density: Map = fixation_density(points, size) if self.region is None else self.region.astype(np.float64)


def _points(x: Sequence[np.ndarray], y: Sequence[np.ndarray]) -> Float[np.ndarray, "n 2"]:
    return np.stack([np.concatenate([*values, []]) for values in (x, y)], axis=1).astype(np.float64)


def fixation_density(points: Float[np.ndarray, "n 2"], size: tuple[int, int]) -> Map:
    """A Gaussian on every fixation, summed; as a product of two thin matrices, Gaussians being separable."""
    sigma = SIGMA * max(size)
    rows, columns = (
        np.exp(-((np.arange(length) + 0.5 - points[:, axis, None]) ** 2) / (2 * sigma**2))
        for length, axis in zip(size, (1, 0), strict=True)
    )
    return np.asarray(rows.T @ columns / (2 * np.pi * sigma**2))


class Elsewhere:
    """Where people look in the other photographs of a data set, scaled to each.

    What one photograph costs does not grow with their number: sums are kept, and of more than `MOST` fixations a sample.
    """

    def __init__(self, looked: Mapping[str, Float[np.ndarray, "_n 2"]]) -> None:
        """Count fixations.

        Parameters
        ----------
        looked
            By photograph, x and y from 0 to 1.
        """
        self._looked = looked
        self._names = list(looked)
        self._places = {image: place for place, image in enumerate(self._names)}
        self._sum = np.sum([_histogram(points) for points in looked.values()], axis=0)
        owners = np.repeat(np.arange(len(looked)), [len(points) for points in looked.values()])
        sample = np.arange(len(owners))
        if len(owners) > MOST:
            sample = np.sort(np.random.default_rng(0).choice(len(owners), MOST, replace=False))
        self._owners = owners[sample]
        self._points = np.concatenate([*looked.values(), np.empty((0, 2))])[sample]

    def points(self, image: str, size: tuple[int, int]) -> Float[np.ndarray, "n 2"]:
        """Return the fixations of the others, in this photograph's pixels: all, or those of the sample."""
        scaled = self._points[self._owners != self._places[image]] * size[::-1]
        return np.asarray(np.minimum(scaled, np.array(size[::-1]) - 1e-6))

    def density(self, image: str, size: tuple[int, int]) -> Map | None:
        """Return their blurred density in this photograph's pixels, nowhere 0; None where nobody was watched."""
        counts = self._sum - _histogram(self._looked[image])
        if not counts.any():
            return None
        blurred = scipy.ndimage.gaussian_filter(counts, [SIGMA * _CELLS * max(size) / side for side in size], mode="nearest")
        return images.to_pixels(blurred + _LEAST * blurred.mean(), size).astype(np.float64)

    def another(self, image: str, seed: int) -> str | None:
        """Return another photograph, drawn by chance but always the same one; None where there is none."""
        if len(self._names) < 2:
            return None
        drawn = int(np.random.default_rng([seed, *image.encode()]).integers(len(self._names) - 1))
        return self._names[drawn + (drawn >= self._places[image])]

    def density_of(self, other: str, size: tuple[int, int]) -> Map:
        """Return where people looked in another photograph, scaled to this size."""
        return fixation_density(self._looked[other] * size[::-1], size)


def _histogram(points: np.ndarray) -> np.ndarray:
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=_CELLS, range=((0, 1), (0, 1)))
    return np.asarray(counts)
