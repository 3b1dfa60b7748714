"""What people looked at or marked: checked against the photographs, and as the maps that metrics take."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float
from PIL import Image
from scipy.ndimage import gaussian_filter

from xaesthetic import images
from xaesthetic.types import HumanMap, Map, Marks, Mask, Record

SIGMA = 0.03
"""The blur of fixations, of the longer side: 24 pixels at 800 x 600, as the MIT benchmark has it."""
_CELLS = 160  # of the longer side, for where people look in any photograph


# -- checking ----------------------------------------------------------------------------------------------------------


def marks_rows(record: Record, size: tuple[int, int]) -> Iterator[dict[str, Any]]:
    """A record's marks as rows of people.parquet, each with how many fixations were left out, or why it was.

    Parameters
    ----------
    record
        Of a photograph that can be used.
    size
        Its (height, width).
    """
    for marks in record.people:
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
        }


def _unusable(marks: Marks, fixations: int, size: tuple[int, int]) -> str:
    if not marks.region:
        return "" if fixations else "no fixation lies in the photograph"
    try:
        mask = read_mask(marks.region)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        return f"the mask cannot be read ({error})"
    if mask.shape != size:
        return f"the mask is {mask.shape}, but the photograph {size} (height, width)"
    return "" if mask.any() else "the mask is empty"


def read_mask(png: bytes) -> Mask:
    """A region out of a PNG: what is not black."""
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        return np.asarray(picture.convert("L")) > 0


# -- maps --------------------------------------------------------------------------------------------------------------


def human_maps(table: pd.DataFrame, sizes: Mapping[str, tuple[int, int]]) -> Iterator[tuple[str, str, "People"]]:
    """Every photograph and attribute with what people did there, ready for metrics.

    Parameters
    ----------
    table
        people.parquet.
    sizes
        Every photograph's (height, width).
    """
    used = table[table["reason"] == ""]
    for attribute, told in used.groupby("attribute", sort=False):
        marked = {str(image): rows for image, rows in told.groupby("image", sort=False)}
        looked = {image: _points(rows) / sizes[image][::-1] for image, rows in marked.items()}
        everywhere = Everywhere(looked)
        for image, rows in marked.items():
            yield image, str(attribute), People(sizes[image], rows.to_dict("records"), everywhere.others(image))


def _points(rows: pd.DataFrame) -> Float[np.ndarray, "n 2"]:
    return np.stack([np.concatenate([*rows[axis], []]) for axis in ("x", "y")], axis=1).astype(np.float64)


class Everywhere:
    """Where people look in all photographs; of each, where they look in the others."""

    def __init__(self, looked: Mapping[str, Float[np.ndarray, "_n 2"]]) -> None:
        """Count fixations.

        Parameters
        ----------
        looked
            By photograph, x and y from 0 to 1.
        """
        self._looked = looked
        self._counts = {image: _histogram(points) for image, points in looked.items()}
        self._sum = sum(self._counts.values(), np.zeros((_CELLS, _CELLS)))

    def others(self, image: str) -> "Others":
        """Of all photographs but this one."""
        points = [each for other, each in self._looked.items() if other != image]
        return Others(np.concatenate([*points, np.empty((0, 2))]), self._sum - self._counts[image])


def _histogram(points: np.ndarray) -> np.ndarray:
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=_CELLS, range=((0, 1), (0, 1)))
    return np.asarray(counts)


class Others:
    """Where people look in other photographs."""

    def __init__(self, points: Float[np.ndarray, "_n 2"], counts: Float[np.ndarray, "_i _j"]) -> None:
        """Take points and counts of x and y from 0 to 1."""
        self.points, self._counts = points, counts

    def density(self, size: tuple[int, int]) -> Map | None:
        """Their blurred density in a photograph of this size, nowhere 0; None where nobody was watched."""
        if not self._counts.any():
            return None
        longer = max(size)
        sigma = [SIGMA * _CELLS * longer / side for side in size]
        blurred = gaussian_filter(self._counts, sigma, mode="nearest")
        return images.to_pixels((blurred + 1e-3 * blurred.mean()).astype(np.float32), size).astype(np.float64)


class People:
    """What people did in one photograph, all of them or some."""

    def __init__(self, size: tuple[int, int], rows: Sequence[Mapping[Any, Any]], others: Others) -> None:
        """Take the photograph's (height, width) and its rows of people.parquet."""
        self.size, self.others, self._rows = size, others, rows

    def __len__(self) -> int:
        """How many people there are."""
        return len(self._rows)

    def all(self) -> HumanMap:
        """Of all of them, with where people look in other photographs."""
        return self._map(self._rows, self.others.density(self.size))

    def one(self, number: int) -> HumanMap:
        """Of one of them."""
        return self._map([self._rows[number]], self.others.density(self.size))

    def without(self, number: int) -> Map:
        """The density of all but one of them."""
        return self._density([row for index, row in enumerate(self._rows) if index != number])

    def _map(self, rows: Sequence[Mapping[Any, Any]], baseline: Map | None) -> HumanMap:
        masks = [read_mask(row["region"]) for row in rows if row["region"]]
        return HumanMap(
            self._density(rows),
            _together(rows),
            np.mean(masks, axis=0) > 0.5 if masks else None,
            np.minimum(self.others.points * self.size[::-1], np.array(self.size[::-1]) - 1e-6),
            baseline,
        )

    def _density(self, rows: Sequence[Mapping[Any, Any]]) -> Map:
        masks = [read_mask(row["region"]) for row in rows if row["region"]]
        if masks:
            return np.asarray(np.mean(masks, axis=0))
        counts = np.zeros(self.size)
        columns, lines = np.floor(_together(rows)).astype(np.int64).T
        np.add.at(counts, (lines, columns), 1)
        return np.asarray(gaussian_filter(counts, SIGMA * max(self.size), mode="constant"))


def _together(rows: Sequence[Mapping[Any, Any]]) -> Float[np.ndarray, "n 2"]:
    points = [np.stack([row["x"], row["y"]], axis=1) for row in rows if len(row["x"])]
    return np.concatenate([*points, np.empty((0, 2))])
