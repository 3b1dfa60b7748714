"""One photograph, one model, in a notebook."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core.types import Map, Pixels
from xaesthetic.data import images
from xaesthetic.figures import grid, style
from xaesthetic.models.forward import Session
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
            groups.append((vocabulary.attribute(name).title, 1))
        page = grid.Page(
            title=f"Model {self.trained}",
            groups=tuple(groups),
            bar="contribution",
            ends=("least", "most"),
        )
        buffer = io.BytesIO()
        grid.photo_grid([grid.Row(self.method, tuple(panels))], page).savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


def explain_photo(
    photo: str | Path | Pixels, model: AttributeModel, attributes: Sequence[str] = ("all",), method: str = "cam"
) -> Explanation:
    """Rate one photograph and show where the ratings come from.

    Parameters
    ----------
    photo
        A file, or (h, w, 3) sRGB of 0 to 255.
    model
        From `load_model`, or one's own, on the CPU.
    attributes
        Names or titles; ``all`` for all that the model has.
    method
        A name that ``xaesthetic list methods`` shows.

    Raises
    ------
    XaestheticError
        If the file cannot be read, or there is no such attribute or method.
    """
    pixels = images.decode(Path(photo)) if isinstance(photo, (str, Path)) else photo
    chosen = model if "all" in attributes else select(model, vocabulary.parse(list(attributes)))
    results = Session(chosen).run([pixels], [method])
    names, grids = chosen.attributes, results.maps[method][0]
    return Explanation(
        pixels,
        dict(zip(names, results.raw[0].tolist(), strict=True)),
        dict(zip(names, results.ratings[0].tolist(), strict=True)),
        {name: images.to_pixels(grid, pixels.shape[:2]) for name, grid in zip(names, grids, strict=True)},
        method,
        model.source.trained,
    )
