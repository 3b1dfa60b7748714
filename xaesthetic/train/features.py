"""Averaged features of photographs, to which heads are fitted in closed form."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from xaesthetic.core.types import Pixels
from xaesthetic.models.forward import to_batch
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.pooling import global_average

_LEAST = 1e-3
"""Of the median: a channel that hardly varies must not get a weight without bound."""


def pooled(model: AttributeModel, pixels: Sequence[Pixels], on: str) -> Float[np.ndarray, "n k"]:
    """Return every channel's mean over its grid, a row a photograph, all layers side by side.

    Parameters
    ----------
    model
        Its features are used, its head is not.
    pixels
        Photographs, as many as one batch holds.
    on
        The device.
    """
    averages = global_average(model.run(to_batch(list(pixels), model.inputs, on)).activations)
    return np.asarray(averages.float().cpu().numpy())


def deviations(features: Float[np.ndarray, "*n k"]) -> Float[np.ndarray, " k"]:
    """Return every channel's standard deviation, those that hardly vary raised to a share of the median; never zero."""
    deviation = features.std(tuple(range(features.ndim - 1)))
    return np.asarray(np.maximum(deviation, _LEAST * np.median(deviation) + np.finfo(np.float64).tiny), np.float64)
