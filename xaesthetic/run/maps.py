"""Maps of many photographs, as a run keeps them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

MapArray = Float32[np.ndarray, "n a i j"]


@dataclass(frozen=True, slots=True)
class MapStack:
    """The maps of one model and method."""

    images: tuple[str, ...]
    """The ids of the photographs, along the first axis."""
    attributes: tuple[str, ...]
    """Along the second."""
    values: MapArray
    """Signed, un-normalised, on the layer's grid."""
    adds_up: str = ""
    """What of a map the method promises to be the raw output, but for a constant: `mean` or `sum`; empty for nothing."""

    def map(self, image: str, attribute: str) -> Float32[np.ndarray, "i j"]:
        """One photograph's map for one attribute."""
        return np.array(self.values[self.images.index(image), self.attributes.index(attribute)])

    def flat(self) -> Float32[np.ndarray, "n a c"]:
        """All maps, the cells of a grid in a line."""
        return self.values.reshape(*self.values.shape[:2], -1)


def standardised(values: Float[np.ndarray, "n a c"]) -> Float[np.ndarray, "n a c"]:
    """Of mean 0 and length 1 along the last axis, so that products are Pearson's correlations; nan where constant."""
    centred = values - values.mean(axis=2, keepdims=True, dtype=np.float64)
    length = np.sqrt((centred**2).sum(axis=2, keepdims=True))
    known = length > 1e-6 * np.abs(values).max(axis=2, keepdims=True, initial=1e-30)
    return np.asarray(np.divide(centred, length, out=np.full_like(centred, np.nan), where=known))
