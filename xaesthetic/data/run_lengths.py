"""Masks as run lengths: COCO's, plain or packed, and Label Studio's packed bits."""

from typing import Annotated

import numpy as np
from msgspec import Meta

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Mask
from xaesthetic.data.images import LARGEST

Byte = Annotated[int, Meta(ge=0, le=255)]
_VALUE = 8
_SIZES = (3, 4, 8, 16)
"""Bits that Label Studio's lengths are written with; a brush says which it has."""


def coco_runs(counts: str | list[int], size: tuple[int, int]) -> Mask:
    """Return the mask of COCO's run lengths: down the columns, beginning with what is not marked; packed if they are text.

    Raises
    ------
    DataError
        If they are damaged or do not add up to the size.
    """
    plain = _unpacked(counts) if isinstance(counts, str) else counts
    if not all(0 <= run <= LARGEST for run in plain) or sum(plain) != size[0] * size[1]:
        raise DataError(f"the run lengths do not make up a mask of {size[0]} x {size[1]}")
    runs = np.array(plain, np.int64)
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(size[1], size[0]).T


def _unpacked(text: str) -> list[int]:
    """Five bits a letter, the lowest first, a sixth where more follow; from the fourth on less the last but one."""
    runs: list[int] = []
    value = shift = 0
    for code in (ord(letter) - 48 for letter in text):
        value |= (code & 31) << shift
        shift += 5
        if shift > 60 or not 0 <= code < 64:
            raise DataError("the packed run lengths are damaged")
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    if shift:
        raise DataError("the packed run lengths end too early")
    return runs


def brush_runs(packed: list[int], size: tuple[int, int]) -> Mask:
    """Return the mask of Label Studio's brush: runs and single values of an RGBA picture, of which alpha is the mark.

    Raises
    ------
    DataError
        If it is damaged or of another size; nothing of that size is made then.
    """
    bits = _Bits(packed)
    length, width = bits.take(32), bits.take(5) + 1
    sizes = [bits.take(4) + 1 for _ in range(4)]
    if length != size[0] * size[1] * 4 or width > 8:
        raise DataError(f"the brush is not of {size[0]} x {size[1]}")
    alpha = np.zeros(length // 4, bool)
    at = 0
    while at < length:
        run = bits.take(1)
        count = bits.take(sizes[bits.take(2)]) + 1
        if at + count > length:
            raise DataError("the brush's runs are longer than its picture")
        inside = slice(at // 4, (at + count) // 4)  # the pixels whose alpha, their fourth value, is among these
        alpha[inside] = bits.take(width) if run else bits.take_all(count, width)[3 - at % 4 :: 4]
        at += count
    return alpha.reshape(size)


class _Bits:
    """Numbers of some bits each out of bytes, the highest bit first."""

    def __init__(self, packed: list[int]) -> None:
        self._bits = np.unpackbits(np.array(packed, np.uint8))
        self._at = 0

    def take(self, width: int) -> int:
        return int(self.take_all(1, width)[0])

    def take_all(self, count: int, width: int) -> np.ndarray:
        end = self._at + count * width
        if end > len(self._bits):
            raise DataError("the brush ends too early")
        taken = self._bits[self._at : end].reshape(count, width)
        self._at = end
        return np.asarray(taken @ (1 << np.arange(width - 1, -1, -1, dtype=np.int64)))


# -- writing -----------------------------------------------------------------------------------------------------------


def to_coco(mask: Mask) -> list[int]:
    """Return COCO's plain run lengths: down the columns, beginning with what is not marked.

    Examples
    --------
    >>> to_coco(np.array([[False, True], [True, True]]))
    [1, 3]
    """
    return [int(length) for length in lengths(mask.T.ravel())]


def to_brush(mask: Mask) -> list[int]:
    """Return a mask as Label Studio packs a brush: an RGBA picture whose four values are 255 where it is marked.

    Only runs are written, each with the shortest of four lengths that holds it; what reads it need not know that.
    """
    bits = [f"{mask.size * 4:032b}", f"{_VALUE - 1:05b}", *(f"{size - 1:04b}" for size in _SIZES)]
    for number, length in enumerate(lengths(mask.ravel())):
        value = f"{255 * (number % 2):0{_VALUE}b}"
        for start in range(0, int(length) * 4, 1 << _SIZES[-1]):
            count = min(int(length) * 4 - start, 1 << _SIZES[-1])
            index, size = next((index, size) for index, size in enumerate(_SIZES) if count <= 1 << size)
            bits.append(f"1{index:02b}{count - 1:0{size}b}{value}")
    text = "".join(bits)
    packed = np.frombuffer(text.encode(), np.uint8) - ord("0")
    return [int(byte) for byte in np.packbits(packed)]


def lengths(flat: np.ndarray) -> np.ndarray:
    """Return the run lengths of marks in a row, beginning with what is not marked; that one may be 0.

    Examples
    --------
    >>> lengths(np.array([True, False, False])).tolist()
    [0, 1, 2]
    """
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    first = [0] if flat.size and flat[0] else []
    return np.diff(np.concatenate([first, [0], edges, [flat.size]]).astype(np.int64))
