"""One photograph, one model, in a notebook."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core import plugins
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError, ModelError, PluginError
from xaesthetic.core.types import Map, Pixels
from xaesthetic.data import images
from xaesthetic.figures import grid, style
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, select


@dataclass(frozen=True, slots=True)
class Explanation:
    """A photograph's ratings and maps; shows itself as overlays in a notebook."""

    pixels: Pixels
    """The photograph; of a file of more than 25 megapixels at the reduced scale that the maps have too."""
    raw: Mapping[str, float]
    """The model's raw output for each attribute: what the maps explain."""
    ratings: Mapping[str, float]
    """The rating for each attribute: the raw output with the model's link applied."""
    maps: Mapping[str, Map]
    """For each attribute, in image pixels: signed, un-normalised."""
    method: str
    """How the maps were made."""
    trained: str
    """On what the model was trained."""

    def _repr_png_(self) -> bytes:
        small = style.thumbnail(self.pixels)
        panels, groups = [grid.Panel(small)], [("photograph", 1)]
        for name, rating in self.ratings.items():
            shown = style.normalise(images.to_pixels(style.coarse(self.maps[name]), small.shape[:2]))
            panels.append(grid.Panel(style.overlay(small, shown), f"{rating:z.2f}", top=shown))
            groups.append((vocabulary.describe(name).title, 1))
        page = grid.Page(
            title=f"Model {self.trained}",
            groups=tuple(groups),
            bar="contribution",
            ends=("least", "most"),
        )
        buffer = io.BytesIO()
        grid.photo_grid([grid.Row(self.method, tuple(panels))], page).savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


Photo = str | Path | Image.Image | np.ndarray
"""What is taken for a photograph."""


def explain_photo(
    photo: Photo, model: AttributeModel | str | ModelChoice, attributes: str | Sequence[str] = "all", method: str = "cam"
) -> Explanation:
    """Rate one photograph and show where the ratings come from.

    Parameters
    ----------
    photo
        A file, a PIL image, or (h, w, 3) sRGB of 0 to 255.
    model
        From `load_model`, or one's own; or a name that `load_model` takes.
    attributes
        Names or titles, one or several; ``all`` for all that the model has.
    method
        A name that ``xaesthetic list methods`` shows.

    Raises
    ------
    XaestheticError
        If the photograph cannot be read, or there is no such model, attribute or method, or the method cannot explain the
        model.
    """
    if not isinstance(method, str):
        raise PluginError(
            f"{type(method).__name__} is no name of a method; pass one, as 'xaesthetic list methods' shows it."
        )
    plugins.check("methods", method)
    pixels = _pixels(photo)
    loaded = load_model(model) if isinstance(model, (str, ModelChoice)) else model
    if not isinstance(loaded, AttributeModel):
        raise ModelError(f"{type(model).__name__} is no model; pass what xa.load_model gives, or a model's name.")
    chosen = select(loaded, vocabulary.choose(attributes), loaded.name)
    results = Session(chosen).run([pixels], [method])
    names, grids = chosen.attributes, results.maps[method][0]
    return Explanation(
        pixels,
        dict(zip(names, results.raw[0].tolist(), strict=True)),
        dict(zip(names, results.ratings[0].tolist(), strict=True)),
        {name: images.to_pixels(grid, pixels.shape[:2]) for name, grid in zip(names, grids, strict=True)},
        method,
        loaded.source.trained,
    )


def _pixels(photo: Photo) -> Pixels:
    if isinstance(photo, (str, Path)):
        return images.decode(Path(photo))
    if isinstance(photo, Image.Image):
        return images.from_image(photo)
    if not isinstance(photo, np.ndarray) or photo.dtype != np.uint8 or photo.ndim != 3 or photo.shape[2] != 3:
        what = f"an array of {photo.dtype} {photo.shape}" if isinstance(photo, np.ndarray) else type(photo).__name__
        raise DataError(f"{what} is no photograph; pass a file, a PIL image, or (h, w, 3) uint8 sRGB of 0 to 255.")
    if min(photo.shape[:2]) < images.SMALLEST:
        raise DataError(f"the photograph has {photo.shape[:2]} pixels; {images.SMALLEST} a side at least are wanted.")
    return photo
