"""Copies of a photograph that nobody would rate otherwise: squashed to a network's size, and compressed there.

Rated photographs have often been through both (PARA's are here as 224 x 224 JPEG files of quality 75). A head that learnt
from such files alone takes what JPEG loses for taste; as further rows of its ridge, copies say that it is none.
"""

from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image

from xaesthetic.core.execution import Execution
from xaesthetic.core.types import InputSpec, Pixels, Record
from xaesthetic.data import images
from xaesthetic.models.model import AttributeModel
from xaesthetic.train.features import photographs_features

QUALITIES = (95, 90, 75)
KIND = "jpeg"
SURE = 3.0
"""What a copy's row is multiplied by, so that its error counts by the square of it: that a copy is the same photograph is
sure, while what an edit does to a rating is assumed."""


def through_jpeg(pixels: Pixels, quality: int, inputs: InputSpec) -> Pixels:
    """Squash a photograph to a network's size, compress it to JPEG there, and read it again."""
    file = BytesIO()
    Image.fromarray(images.resize(pixels, inputs.size, inputs.resample)).save(file, "JPEG", quality=quality)
    return np.array(Image.open(file), dtype=np.uint8)


def copy_changes(
    model: AttributeModel, records: Sequence[Record], folder: Path, execution: Execution
) -> Float[np.ndarray, "n q k"]:
    """Return how the averaged features of photographs change in copies of every quality; a stopped pass goes on.

    Parameters
    ----------
    model
        Its features are used.
    records
        The photographs; those that cannot be read are left out.
    folder
        Keeps the features.
    execution
        How it is carried out.
    """
    plain = photographs_features(model, records, folder / "plain", execution)
    copies = [
        photographs_features(
            model, records, folder / f"jpeg{quality}", execution, partial(through_jpeg, quality=quality, inputs=model.inputs)
        )
        for quality in QUALITIES
    ]
    changed = np.stack(copies, axis=1).astype(np.float64) - plain[:, None]
    return np.asarray(changed[~np.isnan(changed).any((1, 2))])


def shifts(
    changes: Float[np.ndarray, "n q k"],
    weights: Float[np.ndarray, "a k"],
    spread: Float[np.ndarray, " a"],
    attributes: Sequence[str],
) -> dict[str, dict[str, float]]:
    """Return by how many standard deviations of the ratings copies of every quality are rated higher, on average."""
    mean = (changes.mean(0) @ weights.T / spread).round(4)
    return {
        f"{KIND} {quality}": dict(zip(attributes, row.tolist(), strict=True))
        for quality, row in zip(QUALITIES, mean, strict=True)
    }
