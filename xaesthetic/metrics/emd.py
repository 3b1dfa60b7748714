"""Earth mover's distance to the density."""

import numpy as np
from jaxtyping import Float

from xaesthetic.core.extras import need
from xaesthetic.core.facts import metric
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.metrics._maps import NAN, SHIFTED, distribution, is_constant, shifted

_LONG = 20
"""Blocks along the longer side: optimal transport between 300 blocks takes some tens of milliseconds."""


@metric(higher=False, low=0.0, high=float("inf"), needs="density", negative=SHIFTED, requires="ot")
def emd(saliency: Map, human: HumanMap, block: int | None = None) -> float:
    """What it costs to move the map's mass to the density's (Rubner et al., IJCV 2000), exactly, on means of blocks.

    Solved by POT's network simplex. The MIT code's fast variant differs by 1e-5 of the value.

    Parameters
    ----------
    saliency, human
        As everywhere.
    block
        Pixels a side; None for a twentieth of the longer side. What is left over at the right and lower edge is dropped.

    Returns
    -------
    In blocks, lower is better; nan if the map is constant or there is no density.
    """
    if is_constant(saliency):
        return NAN
    size = block or max(1, max(saliency.shape) // _LONG)
    p, q = (distribution(_means(item, size)) for item in (shifted(saliency), human.density))
    if p is None or q is None:
        return NAN
    ot = need("ot", extra="emd", purpose="the metric emd")

    rows, columns = np.mgrid[: p.shape[0], : p.shape[1]].astype(np.float64)
    places = np.stack([rows.ravel(), columns.ravel()], axis=1)
    cost = np.sqrt(((places[:, None] - places[None]) ** 2).sum(-1))
    return float(ot.emd2(_whole(p), _whole(q), cost, numItermax=1_000_000))


def _means(values: Map, size: int) -> Float[np.ndarray, "_i _j"]:
    rows, columns = (length // size for length in values.shape)
    kept = values[: rows * size, : columns * size].astype(np.float64)
    return np.asarray(kept.reshape(rows, size, columns, size).mean(axis=(1, 3)))


def _whole(values: Map) -> np.ndarray:
    flat = values.ravel()
    return np.asarray(flat / flat.sum())
