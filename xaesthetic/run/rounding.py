"""What it changes to keep maps in float16, measured from the float32 maps before they are stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32

MOST = 0.01
"""The largest error that float16 may make: of a map as a share of its spread, of maps' totals as a share of theirs."""
Values = Float[np.ndarray, " a"]
Shares = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """How an array of maps is kept, where float16 is wanted, and what that changes; None where it is not defined."""

    dtype: Literal["float16", "float32"]
    """`float32` where float16 would change it too much: then nothing is changed, and the rest is what would have been."""
    largest: Shares
    """By attribute the largest error in any map, as a share of its spread (its highest less its lowest value)."""
    mean: Shares
    """By attribute the mean error, as a share of the map's spread."""
    total: Shares
    """By attribute the largest error of a map's total, as a share of the totals' standard deviation over photographs: what
    completeness can lose. None where the method does not promise that maps add up."""
    why: str = ""
    """Why it is float32."""


def measure_rounding(blocks: Iterable[np.ndarray], adds_up: str) -> Stored:
    """Measure what float16 changes in maps.

    Parameters
    ----------
    blocks
        The maps in float32, (n, a, i, j), some at once. Maps of nan, of photographs that were left out, count for nothing.
    adds_up
        What of a map the method promises: `mean`, `sum` or nothing.

    Returns
    -------
    What is changed, and whether that is little enough (`MOST`, in every map).
    """
    measured = reduce(_Measured.joined, map(_Measured.of, blocks))
    largest, total = measured.largest, measured.of_spread() if adds_up else np.full_like(measured.moved, np.nan)
    mean = np.divide(measured.errors, measured.count, out=np.full_like(largest, np.nan), where=measured.count > 0)
    why = _why(measured.beyond, largest, total)
    return Stored("float32" if why else "float16", _shares(largest), _shares(mean), _shares(total), why)


@dataclass(frozen=True, slots=True)
class _Measured:
    """What float16 changes in some maps, by attribute."""

    count: Values
    """Photographs that have maps."""
    largest: Values
    errors: Values
    """The sum over photographs of the mean error of their map, as a share of its spread."""
    moved: Values
    """By how much a map's total changes at most."""
    totals: Values
    """The mean of maps' totals."""
    squares: Values
    """The sum of the totals' squared distances from that mean."""
    highest: Values
    """The largest total, whatever its sign."""
    beyond: float
    """The largest finite value of all."""

    @staticmethod
    def of(block: Float32[np.ndarray, "n a i j"]) -> "_Measured":
        """Measure some maps."""
        flat = block.reshape(*block.shape[:2], -1).astype(np.float64)
        known = np.isfinite(flat)
        values = np.where(known, flat, 0)
        with np.errstate(over="ignore"):
            error = values.astype(np.float16).astype(np.float64) - values
        spread = np.max(values, 2, initial=-np.inf, where=known) - np.min(values, 2, initial=np.inf, where=known)
        spread = np.where(spread > 0, spread, np.abs(values).max(2))  # a constant map: of its value
        amount = np.abs(error) / np.where(spread > 0, spread, 1)[..., None]
        usable, totals = known.any(2), values.sum(2)
        count = usable.sum(0).astype(np.float64)
        middle = totals.sum(0) / np.maximum(count, 1)
        return _Measured(
            count,
            amount.max((0, 2)),
            amount.mean(2).sum(0),
            np.abs(error.sum(2)).max(0),
            middle,
            (np.where(usable, totals - middle, 0) ** 2).sum(0),
            np.abs(totals).max(0),
            float(np.abs(values).max()),
        )

    def joined(self, other: "_Measured") -> "_Measured":
        """Return what is known of both."""
        count = self.count + other.count
        share, apart = other.count / np.maximum(count, 1), other.totals - self.totals
        return _Measured(
            count,
            np.maximum(self.largest, other.largest),
            self.errors + other.errors,
            np.maximum(self.moved, other.moved),
            self.totals + apart * share,
            self.squares + other.squares + apart**2 * self.count * share,
            np.maximum(self.highest, other.highest),
            max(self.beyond, other.beyond),
        )

    def of_spread(self) -> Values:
        """The largest change of a total as a share of the totals' standard deviation; of equal totals, of them."""
        deviation = np.sqrt(self.squares / np.maximum(self.count, 1))
        scale = np.where(deviation > 0, deviation, self.highest)
        return np.asarray(np.divide(self.moved, scale, out=np.where(self.moved > 0, np.inf, 0.0), where=scale > 0))


def _why(beyond: float, largest: Values, total: Values) -> str:
    if not np.isfinite(largest).all():
        return f"a map holds {beyond:.4g}, float16 ends at {np.finfo(np.float16).max:.0f}"
    if (largest > MOST).any():
        return f"float16 would change a map by {largest.max():.1%} of its spread"
    if (total > MOST).any():
        return f"float16 would change the sum of a map by {np.nanmax(total):.1%} of the sums' standard deviation"
    return ""


def _shares(values: Values) -> Shares:
    return tuple(float(f"{value:.4g}") if np.isfinite(value) else None for value in values.tolist())
