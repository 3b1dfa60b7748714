"""One photograph, one model, in a notebook."""

import base64
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import torch
from matplotlib.figure import Figure
from PIL import Image

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core import plugins
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError, ModelError, PluginError
from xaesthetic.core.html import html_table
from xaesthetic.core.types import Map, Pixels
from xaesthetic.data import images
from xaesthetic.data.photos import Photo, photo_pixels
from xaesthetic.figures import style
from xaesthetic.figures.overlays import Overlay, overlay_figure
from xaesthetic.models.forward import Session, method_facts
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, select
from xaesthetic.models.target import Target, unit
from xaesthetic.stages.targets import narrowed, run_target

T = TypeVar("T")


class ByAttribute(dict[str, T]):
    """Values by attribute; titles are taken too, and a name that is none of them says which one may be meant."""

    def __missing__(self, name: object) -> T:
        """Return the value of a title's attribute, or say what there is."""
        known = vocabulary.canonical(name) if isinstance(name, str) else ""
        if known in self:
            return self[known]
        near = get_close_matches(known.lower(), list(self), n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise DataError(f"the explanation has no attribute {name!r}; it has {', '.join(self)}.{hint}")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Explanation:
    """A photograph's ratings and maps; shows itself as overlays in a notebook.

    Examples
    --------
    >>> import numpy as np
    >>> import xaesthetic as xa
    >>> shown = xa.explain(np.zeros((64, 96, 3), np.uint8), "lite0_ft", ["light", "vivid_color"])
    >>> shown.overlay("light").size, shown.maps["Vivid Color"].shape
    ((96, 64), (64, 96))
    """

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
    model: str = ""
    """The model's name."""
    target: Target = field(default_factory=Target)
    """What the maps explain."""
    units: Mapping[str, str] = field(default_factory=dict)
    """For each attribute the unit of its map's values, `rating points` or `raw output`; none where maps do not add up."""

    def overlay(self, attribute: str) -> Image.Image:
        """Return one attribute's map, in colors from its lowest to its highest value, over the photograph in grey.

        Parameters
        ----------
        attribute
            By its name or title.

        Raises
        ------
        DataError
            If the explanation has no such attribute; says which may be meant.
        """
        return Image.fromarray(style.overlay(self.pixels, style.normalise(self.maps[attribute])))

    def figure(self) -> Figure:
        """Return the photograph with every attribute's overlay beside it, as a figure of matplotlib."""
        overlays = [
            Overlay(vocabulary.describe(name).title, f"{rating:z.2f}", self.maps[name])
            for name, rating in self.ratings.items()
        ]
        return overlay_figure(self.pixels, overlays, f"{self.model}, {self._explained()}: {self.trained}")

    def save(self, path: str | Path) -> Path:
        """Write the whole figure; the file is there complete, or not at all.

        Parameters
        ----------
        path
            Its ending says what is written: .png, .pdf, .svg or .jpg.

        Returns
        -------
        The file.

        Raises
        ------
        DataError
            If the ending is none of these, or the file cannot be written.
        """
        if not isinstance(path, (str, Path)) or not str(path):
            raise DataError(f"{path!r} is no path; pass one, as 'explanation.png'.")
        style.save_figure(self.figure(), Path(path))
        return Path(path)

    def _explained(self) -> str:
        """The method, what it explains where that is not the output itself, and the unit where all maps have one."""
        units = set(self.units.values())
        return ", ".join(filter(None, [self.method, self.target.described, *(units if len(units) == 1 else ())]))

    def __repr__(self) -> str:
        """Say what was explained by what, and the ratings."""
        height, width = self.pixels.shape[:2]
        rated = ", ".join(f"{name} {rating:z.3f}" for name, rating in self.ratings.items())
        return f"<Explanation of a photograph of {width} x {height} by {self.model or 'a model'}, {self.method}: {rated}>"

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        style.draw(self.figure(), buffer, "png", 110)
        return buffer.getvalue()

    def _repr_html_(self) -> str:
        height, width = self.pixels.shape[:2]
        about = f"{self.model or 'a model'}, {self.method}; a photograph of {width} x {height}; {self.trained}"
        rows = [[vocabulary.describe(name).title, f"{value:z.3f}"] for name, value in self.ratings.items()]
        buffer = io.BytesIO()
        style.draw(self.figure(), buffer, "jpg", 110)  # a quarter of a PNG: notebooks keep it
        picture = base64.b64encode(buffer.getvalue()).decode()
        image = f'<img alt="{escape(repr(self))}" src="data:image/jpeg;base64,{picture}">'
        return f"<div>{image}{html_table(['attribute', 'rating'], rows, about)}</div>"


def explain(
    photo: Photo,
    model: AttributeModel | str | ModelChoice,
    attributes: str | Sequence[str] = "all",
    method: str | None = None,
    precision: str = "full",
    target: str | Target = "up",
) -> Explanation:
    """Rate one photograph and show where the ratings come from.

    Parameters
    ----------
    photo
        A path, the bytes of a file, a PIL image, or (h, w, 3) uint8 sRGB of 0 to 255.
    model
        From `wrap` or `load_model`, or one's own; or a name that `load_model` takes.
    attributes
        Names or titles, one or several; ``all`` for all that the model has.
    method
        A name that ``xaesthetic list methods`` shows; where none is named, `cam` if all outputs are linear under global
        averages, else `grad_cam`.
    precision
        ``full``, or ``bf16`` for torch's autocast.
    target
        What maps explain: ``up`` for what raises an output, ``down`` for what lowers it, or a `Target`, which may be of the
        rating behind the link, and have a zero of its own (`xaesthetic.models.target` says which maps change).

    Returns
    -------
    Ratings and maps; it draws itself.

    Raises
    ------
    XaestheticError
        If the photograph cannot be read, or there is no such model, attribute or method, or the method cannot explain the
        model.

    Examples
    --------
    >>> import numpy as np
    >>> import xaesthetic as xa
    >>> list(xa.explain(np.zeros((64, 96, 3), np.uint8), "lite0_ft", "Light").ratings)
    ['light']
    """
    if not isinstance(method, (str, type(None))):
        raise PluginError(
            f"{type(method).__name__} is no name of a method; pass one, as 'xaesthetic list methods' shows it."
        )
    if method is not None:
        plugins.check("methods", method)
    wanted, aim = _names(attributes), Target.parse(target)
    pixels = photo_pixels(photo)
    loaded = _loaded(model)
    chosen = select(loaded, wanted, loaded.name)
    aim = narrowed(aim, loaded, chosen)
    method = method or ("cam" if aim.of == "raw" and chosen.weights is not None else "grad_cam")
    results = run_target(Session(chosen, precision=precision), [pixels], [method], aim)
    facts = method_facts(method)
    names, grids = chosen.attributes, results.maps[method][0]
    return Explanation(
        pixels,
        ByAttribute(zip(names, results.raw[0].tolist(), strict=True)),
        ByAttribute(zip(names, results.ratings[0].tolist(), strict=True)),
        ByAttribute({name: images.to_pixels(one, pixels.shape[:2]) for name, one in zip(names, grids, strict=True)}),
        method,
        loaded.source.trained,
        loaded.name,
        aim,
        ByAttribute({name: unit(chosen, name, aim, facts) for name in names}),
    )


explain_photo = explain
"""The earlier name of `explain`; notebooks that use it go on."""


def _names(attributes: Any) -> tuple[str, ...]:
    if not isinstance(attributes, (str, Iterable)):
        raise DataError(f"{attributes!r} are no attributes; pass names, or 'all'.")
    return vocabulary.choose(attributes)


def _loaded(model: Any) -> AttributeModel:
    if isinstance(model, (str, ModelChoice)):
        return load_model(model)
    if isinstance(model, torch.nn.Module):
        raise ModelError(
            f"{type(model).__name__} is a network of torch and says not what it rates; wrap it: "
            "xa.explain(photo, xa.wrap(network, outputs=['beauty']))."
        )
    if not isinstance(model, AttributeModel):
        raise ModelError(f"{type(model).__name__} is no model; pass what xa.wrap or xa.load_model gives, or a model's name.")
    return model
