"""Maps of many photographs, as a run keeps them."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

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

    def map(self, image: str, attribute: str) -> Float32[np.ndarray, "i j"]:
        """One photograph's map for one attribute."""
        return np.array(self.values[self.images.index(image), self.attributes.index(attribute)])

    def flat(self) -> Float32[np.ndarray, "n a c"]:
        """All maps, the cells of a grid in a line."""
        return self.values.reshape(*self.values.shape[:2], -1)
