"""How large photographs may be, and at which scale large ones are worked on.

A photograph of more than `FULL` pixels is decoded at a half, a quarter or an eighth of its scale; networks see a few hundred
pixels a side. Its size, and all coordinates in it, stay those of the file.
"""

LARGEST = 250_000_000
"""Pixels; a larger file is refused before it is decoded."""
SMALLEST = 16
"""Pixels a side; a smaller photograph has no regions to speak of."""
FULL = 25_000_000
"""Pixels; up to so many a photograph is decoded at its full scale, and several at once."""
_ENOUGH = 6_250_000
_FACTORS = (2, 4, 8)  # those that JPEG can be decoded at


def reduction(size: tuple[int, int]) -> int:
    """By how much a photograph of this (height, width) is reduced: 1, 2, 4 or 8."""
    pixels = size[0] * size[1]
    if pixels <= FULL:
        return 1
    return next((factor for factor in _FACTORS if pixels <= _ENOUGH * factor**2), _FACTORS[-1])


def reduced(size: tuple[int, int]) -> tuple[int, int]:
    """The (height, width) that a photograph of this size is worked on at; the size itself up to `FULL` pixels."""
    factor = reduction(size)
    return -(-size[0] // factor), -(-size[1] // factor)
