"""OSIE: photographs of everyday scenes and where fifteen people looked (Xu et al., Journal of Vision 2014)."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import Annotation, PassedOver, Polygon, Record
from xaesthetic.data.fetch.registry import cached
from xaesthetic.data.locate import Located, locate

_SIGMA = 24.0  # pixels at 800 x 600: one degree of visual angle, the blur of the MIT benchmark
_SHARE = 0.8  # of all looking, that falls into what is taken for the subject
_CELL = 4  # pixels; outlines need no finer grid than this


@dataset(downloads=("osie",))
def osie(root: Path | None = None) -> Iterator[Record | PassedOver]:
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
    entries = _entries(root / "eye" / "fixations.mat")
    looks: dict[str, list[tuple[tuple[float, float], ...]]] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            name, people = _fixations(entry)
        except (ValueError, TypeError, AttributeError) as error:
            yield PassedOver(f"fixations.mat, entry {number}", f"is no photograph with its viewers ({type(error).__name__})")
            continue
        if name in looks:
            yield PassedOver(f"fixations.mat, entry {number}", f"{name} comes twice; the first entry counts")
        looks.setdefault(name, people)
    if not looks:
        raise DataError(f"{root / 'eye' / 'fixations.mat'}: cannot be read as OSIE's fixations (it names no photograph).")
    located = _located(looks, root / "stimuli")
    for name, people in looks.items():
        identity = Path(name).stem
        yield Record(
            identity,
            located[name].path,
            original=identity,
            subject=_outline(np.array([item for one in people for item in one]).reshape(-1, 2), (600, 800)),
            annotations=tuple(
                Annotation(f"viewer {number}", fixations=item) for number, item in enumerate(people, start=1) if item
            ),
            credit="OSIE, Xu et al. 2014; MIT licence",
            problem=located[name].problem and f"osie: {located[name].problem}",
        )


def _located(names: Iterable[str], folder: Path) -> Mapping[str, Located]:
    if not folder.is_dir():
        return {name: Located(name, folder / name) for name in names}
    return locate(names, folder)


def _entries(path: Path) -> list[Any]:  # MATLAB structs
    from scipy.io import loadmat

    try:
        return list(np.atleast_1d(loadmat(path, squeeze_me=True, struct_as_record=False)["fixations"]))
    except Exception as error:  # damaged files make scipy's readers raise nearly anything
        raise DataError(f"{printable(path)}: cannot be read as OSIE's fixations ({error}).") from error


def _fixations(entry: Any) -> tuple[str, list[tuple[tuple[float, float], ...]]]:  # a MATLAB struct
    """Return a photograph's file name and where in it each viewer looked, (x, y) in pixels."""
    if not isinstance(entry.img, str) or not entry.img.strip():
        raise ValueError("no name")
    return entry.img.strip(), [_points(item) for item in np.atleast_1d(entry.subjects)]


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
