"""What photographs look like in a few bytes, and which look alike: near duplicates, found without comparing all with all."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Int, UInt8, UInt64

from xaesthetic.core.types import Pixels
from xaesthetic.data import images

_SIDE = 32
_BITS = 8  # a side of the hash
_THUMB = 8
DISTANCE = 8
"""Bits of 64 in which two hashes may differ."""
_DIFFERENCE = 14.0
"""Levels of 255 by which two thumbnails may differ, root mean square, once each channel's mean is taken off."""
_FLAT = 4.0
"""Levels of deviation below which a thumbnail shows nothing: such photographs are alike only where they are equal."""
_CHUNK = 1 << 22
"""Pairs that are compared at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What photographs look like."""

    hashes: UInt64[np.ndarray, " n"]
    thumbs: UInt8[np.ndarray, "n 8 8 3"]


def look_of(pixels: Pixels) -> tuple[np.uint64, UInt8[np.ndarray, "8 8 3"]]:
    """Return the perceptual hash and the thumbnail of a photograph; squashing, scaling and recompressing hardly change them.

    The hash says of the 64 lowest frequencies of the discrete cosine transform of the 32 x 32 luminance, without the mean,
    whether they are above their median.
    """
    from scipy.fft import dctn

    small = images.resize(pixels, (_SIDE, _SIDE))
    luminance = small.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    spectrum = dctn(luminance, norm="ortho")[: _BITS + 1, : _BITS + 1].ravel()[1 : 1 + _BITS * _BITS]
    bits = np.packbits(spectrum > np.median(spectrum))
    return bits.view(np.uint64)[0], images.resize(small, (_THUMB, _THUMB))


def near_pairs(looks: Looks) -> list[tuple[int, int]]:
    """Return the pairs of photographs that look alike, each with the earlier one first, in order.

    Of many with one hash, each is paired with the first of them. Hashes that differ in at most `DISTANCE` bits agree wholly
    in one of as many parts and one more: only those that share a part are compared, so 100,000 photographs take seconds.

    Parameters
    ----------
    looks
        Of all photographs.
    """
    unique, first, inverse = np.unique(looks.hashes, return_index=True, return_inverse=True)
    copies = np.column_stack([first[inverse], np.arange(len(looks.hashes))])
    close = [copies[copies[:, 0] != copies[:, 1]]]
    close += [first[pairs] for pairs in _close(unique)]
    pairs = np.unique(np.sort(np.concatenate(close).reshape(-1, 2), axis=1), axis=0)
    return [(int(one), int(other)) for one, other in pairs[_alike(looks, pairs)]]


def _close(hashes: UInt64[np.ndarray, " n"]) -> Iterator[Int[np.ndarray, "_p 2"]]:
    """Give pairs of different hashes that are close, those that share several parts several times."""
    edges = np.linspace(0, 64, DISTANCE + 2).astype(np.uint64)
    for low, high in pairwise(edges):
        part = (hashes >> low) & np.uint64((1 << int(high - low)) - 1)
        order = np.argsort(part, kind="stable")
        starts = np.flatnonzero(np.diff(part[order], prepend=part[order][:1] + np.uint64(1)))
        for group in np.split(order, starts[1:]):
            yield from _close_in(hashes, group)


def _close_in(hashes: UInt64[np.ndarray, " n"], group: Int[np.ndarray, " g"]) -> Iterator[Int[np.ndarray, "_p 2"]]:
    rows = max(1, _CHUNK // max(1, len(group)))
    for start in range(0, len(group) - 1, rows):
        some = group[start : start + rows]
        differ = np.bitwise_count(hashes[some][:, None] ^ hashes[group[start:]][None])
        one, other = np.nonzero(differ <= DISTANCE)
        after = other > one
        if after.any():
            yield np.column_stack([some[one[after]], group[start:][other[after]]])


def _alike(looks: Looks, pairs: Int[np.ndarray, "p 2"]) -> np.ndarray:
    """Whether the thumbnails of pairs agree too, but for brightness and tint."""
    result = np.zeros(len(pairs), bool)
    for start in range(0, len(pairs), _CHUNK // 192):
        some = slice(start, start + _CHUNK // 192)
        one, other = (_centred(looks.thumbs[pairs[some, side]]) for side in (0, 1))
        apart = np.sqrt(((one - other) ** 2).mean((1, 2, 3)))
        deviation = np.minimum(one.std((1, 2, 3)), other.std((1, 2, 3)))
        limit = np.where(deviation < _FLAT, 0.5, np.minimum(_DIFFERENCE, 0.5 * deviation))
        result[some] = apart <= limit
    return result


def _centred(thumbs: UInt8[np.ndarray, "n 8 8 3"]) -> np.ndarray:
    values = thumbs.astype(np.float32)
    return np.asarray(values - values.mean((1, 2), keepdims=True))
