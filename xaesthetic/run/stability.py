"""How well maps are determined: what the maps of refits of one head, or of several weights of one model, agree in.

Of every map its own mean is taken off first: a constant of all activations is in every map, and says nothing of places.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from xaesthetic.run.maps import standardised

STABLE = 0.9
"""The share of refits that must have a cell on the same side of the map's mean as the map itself has it."""
DETERMINED = 0.5
"""The least split-half correlation at which a map may be said to show what an attribute depends on."""
FADED = (
    "Maps fade to grey where their sign is not stable: fewer than nine in ten refits have that place on the same "
    "side of the map's mean."
)
"""What a caption says of a figure whose maps fade."""
Pairs = Sequence[tuple[int, int]]


def halves(refits: int) -> list[tuple[int, int]]:
    """Return the pairs of refits from disjoint halves: neighbours.

    Examples
    --------
    >>> halves(4)
    [(0, 1), (2, 3)]
    """
    return [(first, first + 1) for first in range(0, refits - 1, 2)]


def split_half(refits: Float[np.ndarray, "n r a i j"], pairs: Pairs) -> Float[np.ndarray, "n a"]:
    """Return the correlation of two refits' maps over the grid, mean over the pairs.

    Parameters
    ----------
    refits
        Maps of n photographs by r refits for a attributes.
    pairs
        Which refits are compared.

    Returns
    -------
    Pearson's r; nan where a map of every pair is the same everywhere, or not known.
    """
    count, _, attributes = refits.shape[:3]
    flat = refits.astype(np.float64).reshape(count, -1, refits.shape[3] * refits.shape[4])
    scaled = standardised(flat).reshape(count, refits.shape[1], attributes, -1)
    r = np.stack([(scaled[:, one] * scaled[:, other]).sum(-1) for one, other in pairs])
    known = np.isfinite(r)
    total = np.where(known, r, 0).sum(0)
    return np.asarray(np.divide(total, known.sum(0), out=np.full(total.shape, np.nan), where=known.any(0)))


def agreement(maps: Float[np.ndarray, "n a i j"], refits: Float[np.ndarray, "n r a i j"]) -> Float[np.ndarray, "n a i j"]:
    """Return for every cell the share of refits that have it on the same side of their map's mean as the map has it.

    Returns
    -------
    0 to 1; nan in a map that is the same everywhere, or not known.
    """
    sides = np.sign(maps - maps.mean((-2, -1), keepdims=True, dtype=np.float64))
    others = np.sign(refits - refits.mean((-2, -1), keepdims=True, dtype=np.float64))
    same = (others == sides[:, None]).mean(1)
    spread = np.abs(maps - maps.mean((-2, -1), keepdims=True, dtype=np.float64)).max((-2, -1), keepdims=True)
    known = spread > 1e-6 * np.abs(maps).max((-2, -1), keepdims=True, initial=1e-30)
    return np.asarray(np.where(known, same, np.nan))


def stable(maps: Float[np.ndarray, "n a i j"], refits: Float[np.ndarray, "n r a i j"]) -> Bool[np.ndarray, "n a i j"]:
    """Return the cells of stable sign: those that at least `STABLE` of the refits have on the map's side of the mean."""
    return np.asarray(agreement(maps, refits) >= STABLE)
