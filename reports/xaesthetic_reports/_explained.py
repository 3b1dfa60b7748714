"""What a run's maps explain, and the unit of their values: for color bars, corners and captions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
import pyarrow.compute as pc

from xaesthetic.core.beyond import beyond_words
from xaesthetic.core.described import Described
from xaesthetic.core.targets import unit_of
from xaesthetic.run import question
from xaesthetic.run.maps import Maps, Place
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a run's maps, and the numbers beside them."""

    of: str
    """What maps explain: the `raw` output or the `rating`."""
    described: Described
    zeros: Mapping[tuple[str, str], float]
    """What counts as zero, by model and attribute."""
    raw: Mapping[tuple[str, str], "pd.Series[float]"] = field(default_factory=dict)
    """By model and attribute the raw outputs, where they are not the ratings; of those with maps, where zero is known."""

    def unit(self, stack: Maps, model: str, attribute: str) -> tuple[str, str]:
        """Return the unit of a map's values and the range of the ratings in words; either may be empty."""
        of_rating = self.of == "rating" or (model, attribute) not in self.raw
        return unit_of(stack.adds_up, of_rating), self.described.of_model(model, attribute).range

    def corner(self, image: str, model: str, attribute: str, rating: float) -> str:
        """Return a rating as it is shown and, where something counts as zero, how far from it the target lies."""
        shown = self.described.of_model(model, attribute).text(rating)
        zero = self.zeros.get((model, attribute))
        if zero is None:
            return shown
        place = model, attribute
        value = float(self.raw[place][image]) if self.of == "raw" and place in self.raw else rating
        return f"{shown} ({value - zero:+z.2f})"


def units_of(run: Run) -> Units:
    """Return the units of a run's maps."""
    zeros = run.zeros()
    raw = dict.fromkeys(_not_ratings(run), pd.Series(dtype=float))
    if zeros and raw:
        images = {image for place in run.places() for image in run.maps(*place).images}
        rows = run.rows(PREDICTIONS, images).set_index("image")
        raw = {place: rows[(rows["model"] == place[0]) & (rows["attribute"] == place[1])]["raw"] for place in raw}
    return Units(run.experiment.of, run.described(), zeros, raw)


def _not_ratings(run: Run) -> Iterator[Place]:
    """Give models with attributes whose raw outputs are not the ratings."""
    for group in run.groups(PREDICTIONS):
        rows = group.read("model", "attribute", "prediction", "raw")
        differs = pc.invert(pc.fill_null(pc.equal(rows.column("raw"), rows.column("prediction")), False))
        others = rows.select(["model", "attribute"]).filter(differs).group_by(["model", "attribute"]).aggregate([])
        for row in others.to_pylist():
            yield row["model"], row["attribute"]


def target_words(run: Run) -> str:
    """Return what a run's maps show, where that is not what raises the raw output."""
    said = question.target_words(run.experiment)
    return f"{said} (difference in brackets)" if run.experiment.zero else said


def series_notes(run: Run, places: Sequence[Place] = ()) -> list[str]:
    """Return what a caption says of sums over layers in series, of these maps or all; nothing where none is."""
    shown = places or run.places()
    series = [f"{model}, {method}" for model, method in shown if run.maps(model, method).in_series]
    if not series:
        return []
    return [f"{'; '.join(series)}: a map is the sum of those of layers in series, which promises nothing."]


def target_notes(run: Run) -> list[str]:
    """Return what a caption says of a target that is not the default, and of layers in series."""
    said = question.target_words(replace(run.experiment, beyond=""))
    beyond = [beyond_words(run.experiment.beyond)] if run.experiment.beyond else []
    zero = "; what counts as zero changes no map" if run.experiment.zero else ""
    return [*beyond, *([f"Maps show {said}{zero}."] if said else []), *series_notes(run)]
