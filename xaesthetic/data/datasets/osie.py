"""OSIE: photographs of everyday scenes and where fifteen people looked (Xu et al., Journal of Vision 2014)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.types import Annotation, Polygon, Record
from xaesthetic.data.fetch.registry import cached

_SIGMA = 24.0  # pixels at 800 x 600: one degree of visual angle, the blur of the MIT benchmark
_SHARE = 0.8  # of all looking, that falls into what is taken for the subject
_CELL = 4  # pixels; outlines need no finer grid than this


@dataset(downloads=("osie",))
def osie(root: Path | None = None) -> Iterator[Record]:
    """OSIE's photographs; what people looked at most is taken for the subject ('xaesthetic data fetch osie').

    Reads the public repository's layout: ``stimuli/1001.jpg`` and so on, and ``eye/fixations.mat``. The subject is the
    smallest region that holds 80 % of the density of all viewers' fixations (a Gaussian with sigma 24 pixels).

    Parameters
    ----------
    root
        The folder that holds ``stimuli`` and ``eye``; None for the one that `xaesthetic data fetch osie` fills.

    Raises
    ------
    DataError
        If the folder or the fixations are not there or cannot be read.
    """
    root = root or cached("osie") / "data"
    if not (root / "eye" / "fixations.mat").is_file():
        raise DataError(
            f"osie: no eye/fixations.mat in {root}; run 'xaesthetic data fetch osie' or give its folder with --root."
        )
    for name, people in _fixations(root / "eye" / "fixations.mat"):
        identity = Path(name).stem
        yield Record(
            identity,
            root / "stimuli" / name,
            original=identity,
            subject=_outline(np.array([item for one in people for item in one]).reshape(-1, 2), (600, 800)),
            annotations=tuple(
                Annotation(f"viewer {number}", fixations=item) for number, item in enumerate(people, start=1) if item
            ),
            credit="OSIE, Xu et al. 2014; MIT licence",
        )


def _fixations(path: Path) -> list[tuple[str, list[tuple[tuple[float, float], ...]]]]:
    """Every photograph's file name and where in it each viewer looked, (x, y) in pixels."""
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        entries = np.atleast_1d(loadmat(path, squeeze_me=True, struct_as_record=False)["fixations"])
        return [(str(entry.img), [_points(item) for item in np.atleast_1d(entry.subjects)]) for entry in entries]
    except (OSError, LookupError, ValueError, TypeError, AttributeError, NotImplementedError, MatReadError) as error:
        raise DataError(f"{path}: cannot be read as OSIE's fixations ({error}).") from error


def _points(viewer: Any) -> tuple[tuple[float, float], ...]:  # a MATLAB struct
    pairs = zip(np.atleast_1d(viewer.fix_x), np.atleast_1d(viewer.fix_y), strict=True)
    return tuple((float(x), float(y)) for x, y in pairs)


def _outline(points: np.ndarray, size: tuple[int, int]) -> tuple[Polygon, ...]:
    """Outlines of the smallest region that holds `_SHARE` of the blurred points, in image pixels."""
    from scipy.ndimage import gaussian_filter
    from skimage.measure import find_contours

    bins = size[0] // _CELL, size[1] // _CELL
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=bins, range=((0, size[0]), (0, size[1])))
    if not counts.any():
        return ()
    density = gaussian_filter(counts, _SIGMA / _CELL, mode="constant")
    ordered = np.sort(density, axis=None)[::-1]
    level = ordered[np.searchsorted(np.cumsum(ordered), _SHARE * ordered.sum())]
    outlines = find_contours(np.pad(density, 1), level)  # type: ignore[no-untyped-call]
    return tuple(
        tuple((round(float((x - 0.5) * _CELL), 1), round(float((y - 0.5) * _CELL), 1)) for y, x in outline[:-1])
        for outline in outlines
        if len(outline) > 3
    )
