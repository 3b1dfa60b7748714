"""What an explanation of one photograph is: ratings and maps by attribute; it draws itself."""

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from html import escape
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.baselines import SIGN
from xaesthetic.core.beyond import OVERALL, beyond_name, beyond_title, beyond_words
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.html import html_table
from xaesthetic.core.types import Map, Mask, Pixels
from xaesthetic.figures import style
from xaesthetic.figures.overlays import Overlay, overlay_figure
from xaesthetic.models.slope import Slope, slope_of, validate_share
from xaesthetic.models.target import Target
from xaesthetic.run.stability import FADED

T = TypeVar("T")


class ByAttribute(dict[str, T]):
    """Values by attribute; titles are taken too, and a name that is none of them says which one may be meant."""

    def __init__(self, values: Mapping[str, T], described: tuple[Attribute, ...] = ()) -> None:
        """Take the values, and what is declared of the attributes."""
        super().__init__(values)
        self._titles = {item.title.casefold(): item.name for item in described}

    def __missing__(self, name: object) -> T:
        """Return the value of a title's attribute, or say what there is."""
        text = name if isinstance(name, str) else ""
        known = self._titles.get(text.strip().casefold(), vocabulary.canonical(text))
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
    >>> shown = xa.explain(np.zeros((64, 96, 3), np.uint8), "lite0_ft", ["light", "color"])
    >>> shown.overlay("light").size, shown.maps["color"].shape
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
    described: tuple[Attribute, ...] = ()
    """What the model declares of its attributes: titles, ranges, directions."""
    asks_output: bool = True
    """Whether a map depends on the attribute; a floor's is the same for all, and is drawn once."""
    precision: pd.DataFrame | None = None
    """What a reduced precision changes: the columns of `xaesthetic.run.schemas.PRECISION`; none where it is full."""
    layer_maps: Mapping[str, Mapping[str, Map]] = field(default_factory=dict)
    """Where the model's layers lie in series: by layer and attribute each one's own map, of which `maps` are the sum, which
    promises nothing. Empty where they do not."""
    baseline_maps: Mapping[str, Mapping[str, Map]] = field(default_factory=dict)
    """Where the method compares with a baseline: by baseline and attribute the maps, of which `maps` are the first's."""
    baseline_ratings: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By baseline and attribute how the model rates the baseline itself."""
    stable: Mapping[str, Mask] = field(default_factory=dict)
    """For each attribute where the sign of its map is stable: nine in ten refits of the head have it on the same side of the
    map's mean. Empty where the head has no refits, or the method is not `cam`."""
    split_half: Mapping[str, float] = field(default_factory=dict)
    """For each attribute the correlation of this photograph's maps by refits from disjoint halves of the training list, mean
    over the pairs. Empty where `stable` is."""
    slopes: Mapping[str, Slope] = field(default_factory=dict)
    """How the model's attributes go with its overall score, where that is known."""
    notes: tuple[str, ...] = ()
    """What to know before it is believed, a sentence each."""

    def beyond(self, attribute: str, of: str = OVERALL) -> "Explanation":
        """Return what an attribute has beyond the overall score: its map less the slope times the overall score's, exactly.

        Parameters
        ----------
        attribute, of
            By name or title, of this explanation.

        Raises
        ------
        DataError
            If the explanation has none of that name.
        ModelError
            If the model says no slopes, less than 5 % of the variance is left over, or the maps do not add up to ratings.

        Examples
        --------
        >>> import numpy as np
        >>> import xaesthetic as xa
        >>> shown = xa.explain(np.zeros((64, 96, 3), np.uint8), "multigap_lite0", ["light", "overall"])
        >>> list(shown.beyond("light").maps)
        ['light_beyond_overall']
        """
        name, score = self._named(attribute), self._named(of)
        slope = slope_of(self.slopes, name, score, self.model or "the model")
        validate_share(name, slope, self.model or "the model")
        if self.units.get(name) != "rating points" or self.units.get(score) != "rating points":
            raise ModelError(
                f"maps by {self.method} do not add up to ratings, so none is a part of another; use --method cam."
            )
        rest = beyond_name(name, score)
        item = Attribute(rest, beyond_title(self._describe(name).title, self._describe(score).title))
        value = self.raw[name] - slope.slope * self.raw[score] - slope.intercept
        rows: list[Mapping[str, Any]] = [
            ByAttribute({rest: kept}, (item,))
            for kept in (value, value, self.maps[name] - slope.slope * self.maps[score], "rating points")
        ]
        return Explanation(
            self.pixels, rows[0], rows[1], rows[2], self.method, self.trained, self.model, self.target, rows[3], (item,),
            notes=(*self.notes, beyond_words(score)),
        )  # fmt: skip

    def overlay(self, attribute: str, fade: bool = False) -> Image.Image:
        """Return one attribute's map, in colors from its lowest to its highest value, over the photograph in grey.

        Parameters
        ----------
        attribute
            By its name or title.
        fade
            Whether it fades to grey where its sign is not stable, as far as that is known.

        Raises
        ------
        DataError
            If the explanation has no such attribute; says which may be meant.
        """
        shown = style.normalise(self.maps[attribute])
        kept = self.stable[attribute].astype(np.float32) if fade and self.stable else None
        return Image.fromarray(style.overlay(self.pixels, shown, kept))

    def figure(self, fade: bool = True) -> Figure:
        """Return the photograph with every attribute's overlay beside it, as a figure of matplotlib.

        Parameters
        ----------
        fade
            Whether maps fade to grey where their sign is not stable, as far as that is known.
        """
        several = self.layer_maps or (self.baseline_maps if len(self.baseline_maps) > 1 else {})
        items = self._attributes() if self.asks_output else self._attributes()[:1]
        stable = self.stable if fade else {}
        overlays = [
            self._overlay(item, whose, maps, None if whose else stable.get(item.name))
            for item in items
            for whose, maps in (several or {"": self.maps}).items()
        ]
        title = f"{self.model}, {self._explained()}: {self.trained}"
        return overlay_figure(
            self.pixels, overlays, title, "; ".join([*self.notes, *[FADED.rstrip(".")] * (bool(stable) and not several)])
        )

    def save(self, path: str | Path, fade: bool = True) -> Path:
        """Write the whole figure; the file is there complete, or not at all.

        Parameters
        ----------
        path
            Its ending says what is written: .png, .pdf, .svg or .jpg.
        fade
            As in `figure`.

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
        style.save_figure(self.figure(fade), Path(path))
        return Path(path)

    def _explained(self) -> str:
        """The method, and what it explains where that is not the output itself."""
        return ", ".join(filter(None, [self.method.partition(SIGN)[0], self.target.described]))

    def _overlay(self, item: Attribute, whose: str, maps: Mapping[str, Map], kept: Mask | None) -> Overlay:
        """One map, of a layer or a baseline where there are several; a floor's stands under no attribute."""
        if not self.asks_output:
            return Overlay(", ".join(filter(None, ("no attribute asked", whose))), "", maps[item.name])
        title = ", ".join(filter(None, (item.title, whose or item.about)))
        return Overlay(title, self._corner(item), maps[item.name], self.units.get(item.name, ""), item.range, kept)

    def _corner(self, item: Attribute) -> str:
        """The rating, and how far the target lies from its zero where it has one."""
        shown = item.text(self.ratings[item.name])
        if item.name not in self.target.zero:
            return shown
        value = (self.ratings if self.target.of == "rating" else self.raw)[item.name]
        return f"{shown} ({value - self.target.zero[item.name]:+z.2f})"

    def __repr__(self) -> str:
        """Say what was explained by what, and the ratings."""
        height, width = self.pixels.shape[:2]
        rated = ", ".join(f"{item.name} {_with_range(item, self.ratings[item.name])}" for item in self._attributes())
        by = ", ".join(filter(None, (self.model or "a model", self.method, self.target.described)))
        return f"<{'. '.join([f'Explanation of a photograph of {width} x {height} by {by}: {rated}', *self.notes])}>"

    def _named(self, attribute: str) -> str:
        """The name of an attribute that goes by its name or title."""
        self.ratings[attribute]  # says what there is where it is none of these
        titles = {self._describe(name).title.casefold(): name for name in self.ratings}
        return next(
            name
            for name in (attribute, titles.get(attribute.strip().casefold(), ""), vocabulary.canonical(attribute))
            if name in self.ratings
        )

    def _describe(self, name: str) -> Attribute:
        return vocabulary.describe(name, self.described)

    def _attributes(self) -> list[Attribute]:
        return [vocabulary.describe(name, self.described) for name in self.ratings]

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        style.draw(self.figure(), buffer, "png", 110)
        return buffer.getvalue()

    def _repr_html_(self) -> str:
        height, width = self.pixels.shape[:2]
        about = f"{self.model or 'a model'}, {self.method}; a photograph of {width} x {height}; {self.trained}"
        about = "; ".join([about, *self.notes])
        rows = [[item.title, item.text(self.ratings[item.name], 3), item.about] for item in self._attributes()]
        buffer = io.BytesIO()
        style.draw(self.figure(), buffer, "jpg", 110)  # a quarter of a PNG: notebooks keep it
        picture = base64.b64encode(buffer.getvalue()).decode()
        image = f'<img alt="{escape(repr(self))}" src="data:image/jpeg;base64,{picture}">'
        return f"<div>{image}{html_table(['attribute', 'rating', 'range'], rows, about)}</div>"


def _with_range(item: Attribute, rating: float) -> str:
    return f"{item.text(rating, 3)} ({item.about})" if item.about else item.text(rating, 3)
