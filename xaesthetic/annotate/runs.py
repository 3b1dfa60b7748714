"""Masks as run lengths, as the page sends and the store keeps them: row by row, beginning with unmarked pixels."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Mask
from xaesthetic.data import run_lengths

Lengths = Int64[np.ndarray, "_n"]
"""How many pixels in a row are unmarked, marked, unmarked, …"""


@dataclass(frozen=True, slots=True)
class Packed:
    """A mask as it is stored: its size, and its run lengths (little-endian, 4 bytes each) compressed by zlib."""

    height: int
    width: int
    runs: bytes

    @property
    def sha256(self) -> str:
        """What a mask is known by: of its size and its run lengths, not of how they are compressed."""
        return hashlib.sha256(f"{self.height}x{self.width}:".encode() + zlib.decompress(self.runs)).hexdigest()

    @property
    def lengths(self) -> Lengths:
        """The run lengths."""
        return np.frombuffer(zlib.decompress(self.runs), "<u4").astype(np.int64)

    @property
    def mask(self) -> Mask:
        """The mask itself."""
        return decode(self.lengths, (self.height, self.width))


def pack(lengths: Sequence[int] | Lengths, size: tuple[int, int]) -> Packed:
    """Pack run lengths that are valid (`validate`) for a mask of this (height, width)."""
    return Packed(*size, zlib.compress(np.asarray(lengths, "<u4").tobytes(), 6))


def validate(lengths: Sequence[int], size: tuple[int, int]) -> Lengths:
    """Refuse what are no run lengths of a region: a mask that is neither empty nor full.

    Parameters
    ----------
    lengths
        Numbers from outside.
    size
        (height, width) of the photograph.

    Raises
    ------
    DataError
        Says what is wrong with them.

    Examples
    --------
    >>> validate([1, 2, 3], (2, 3)).tolist()
    [1, 2, 3]
    """
    pixels = size[0] * size[1]
    if not lengths or min(lengths) < 0 or max(lengths) > pixels or sum(lengths) != pixels:
        raise DataError(f"a mask's runs add up to {sum(lengths):,} pixels; {size[0]} x {size[1]} = {pixels:,} were wanted.")
    if 0 in lengths[1:]:
        raise DataError("a mask has a run of no pixels; only the first run may be 0.")
    marked = sum(lengths[1::2])
    if marked in (0, pixels):
        kind, word = ("an empty", "nowhere") if marked == 0 else ("a full", "everywhere")
        raise DataError(f"{kind} mask is no region; choose {word!r} in its place.")
    return np.asarray(lengths, np.int64)


def encode(mask: Mask) -> Lengths:
    """Return the run lengths of a mask.

    Examples
    --------
    >>> encode(np.array([[True, False], [False, True]])).tolist()
    [0, 1, 2, 1]
    """
    return run_lengths.lengths(mask.ravel())


def decode(lengths: Lengths, size: tuple[int, int]) -> Mask:
    """Return the mask of (height, width) that has these run lengths."""
    marked = np.arange(len(lengths)) % 2 == 1
    return np.repeat(marked, lengths).reshape(size)


def area(lengths: Lengths) -> int:
    """How many pixels are marked."""
    return int(lengths[1::2].sum())


def overlap(one: Lengths, other: Lengths) -> int:
    """How many pixels are marked in both of two masks of one size; neither is decoded."""
    ends, other_ends = np.cumsum(one), np.cumsum(other)
    edges = np.union1d(ends, other_ends)
    starts = np.concatenate([[0], edges[:-1]])
    both = (np.searchsorted(ends, starts, "right") % 2 == 1) & (np.searchsorted(other_ends, starts, "right") % 2 == 1)
    return int((edges - starts)[both].sum())


def dice(one: Lengths, other: Lengths) -> float:
    """Twice the overlap of two regions by the sum of their areas; nan where both are empty."""
    together = area(one) + area(other)
    return 2 * overlap(one, other) / together if together else float("nan")
