"""Models' maps beside the people of a study: against the same others, and two models against each other."""

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import SIDES
from xaesthetic.core.types import Map
from xaesthetic.studies.agreement import exclusions, finished_marks

if TYPE_CHECKING:
    from xaesthetic.annotate.store import Store
    from xaesthetic.annotate.study import Study
    from xaesthetic.evaluation.model_differences import ModelDifference
    from xaesthetic.evaluation.same_others import SameOthers
    from xaesthetic.run.maps import Maps
    from xaesthetic.run.store import Run

_SIDE = 600  # pixels of a picture's longer side


def compare_with_people(
    store: "Store", study: "Study", run: "Run", metric: str, places: Sequence[tuple[str, str]] = ()
) -> dict[str, "SameOthers"]:
    """Hold models' maps, and every person, against the same others: what a model can be asked to reach.

    Parameters
    ----------
    store, study
        The study.
    run
        Of the study's export: its photographs have the same ids.
    metric
        A metric's name; of maps it gets the part that a sign is about.
    places
        (model, method); all of the run where empty.

    Returns
    -------
    By ``model method``.

    Raises
    ------
    DataError
        If the run has no maps of the study's photographs and attributes.
    PluginError
        If there is no such metric.
    """
    from xaesthetic.core.plugins import load
    from xaesthetic.evaluation.same_others import compare_with_people as compared

    marks, score, maps = finished_marks(store, study), load("metrics", metric), _maps(run, study, places)
    excluded = frozenset(exclusions(marks, study))
    return {f"{place[0]} {place[1]}": compared(marks, of, score, study.seed, excluded) for place, of in maps.items()}


def compare_models(
    store: "Store", study: "Study", run: "Run", metric: str, places: Sequence[tuple[str, str]]
) -> "ModelDifference":
    """Score two models' maps against every person's region: who wins, and the pilot that a larger study is planned from.

    Parameters
    ----------
    store, study, run, metric
        As for `compare_with_people`.
    places
        Two of (model, method): the first less the second.

    Raises
    ------
    DataError, PluginError
        As for `compare_with_people`; if there are not two.
    """
    from xaesthetic.core.plugins import load
    from xaesthetic.evaluation.model_differences import compare_models as compared

    if len(places) != 2:
        raise DataError(f"two maps were wanted, of which {len(places)} are named; name two as MODEL:METHOD.")
    first, second = _maps(run, study, places).values()
    marks = finished_marks(store, study)
    return compared(marks, first, second, load("metrics", metric), study.seed, frozenset(exclusions(marks, study)))


class _StudyMaps(Mapping[tuple[int, str, str], Map]):
    """Maps of one model and method in the size of the regions, by photograph, attribute and sign; one is held at a time."""

    def __init__(self, stack: "Maps", study: "Study") -> None:
        self._stack, self._last = stack, lru_cache(maxsize=1)(self._part)
        self._shown = {item.number: item for item in study.photographs if item.id in stack}
        self._attributes = [item.name for item in study.attributes if item.name in stack.attributes]

    def __getitem__(self, key: tuple[int, str, str]) -> Map:
        if key not in self:
            raise KeyError(key)
        return self._last(*key)

    def __contains__(self, key: object) -> bool:
        number, attribute, sign = key if isinstance(key, tuple) else (None, None, None)
        return number in self._shown and attribute in self._attributes and sign in SIDES

    def __iter__(self) -> Iterator[tuple[int, str, str]]:
        return iter(product(self._shown, self._attributes, SIDES))

    def __len__(self) -> int:
        return len(self._shown) * len(self._attributes) * len(SIDES)

    def _part(self, number: int, attribute: str, sign: str) -> Map:
        from xaesthetic.data.images import to_pixels
        from xaesthetic.evaluation.score import map_part

        item = self._shown[number]
        return map_part(to_pixels(self._stack.map(item.id, attribute), (item.height, item.width)).astype(np.float64), sign)


def _maps(run: "Run", study: "Study", places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], _StudyMaps]:
    """Every place's maps of the study's photographs and attributes."""
    result = {place: _StudyMaps(run.maps(*place), study) for place in places or run.places()}
    for (model, method), maps in result.items():
        if not len(maps):
            raise DataError(
                f"{run.root}: {model} {method} has no map of the study's photographs and attributes; make the run from the "
                "study's export."
            )
    return result


class MapPictures:
    """Maps of a run over a study's photographs, as annotators see them when the study has ended.

    Parameters
    ----------
    run
        On the study's export.
    study, folder
        The study.

    Raises
    ------
    DataError
        If the run has no maps of the study's photographs and attributes.
    """

    def __init__(self, run: "Run", study: "Study", folder: Path) -> None:
        self._folder, self._shown = folder, {item.number: item for item in study.photographs}
        self._stacks = {place: run.maps(*place) for place in run.places()}
        wanted = {item.name for item in study.attributes}
        if not any(wanted & {*stack.attributes} for stack in self._stacks.values()):
            raise DataError(f"{run.root}: has no map of {', '.join(sorted(wanted))}; make the run from the study's export.")

    def places(self, number: int, attribute: str) -> list[tuple[str, str]]:
        """The models and methods that have a map of this photograph and attribute."""
        item = self._shown.get(number)
        return [
            place
            for place, stack in self._stacks.items()
            if item is not None and item.id in stack and attribute in stack.attributes
        ]

    def picture(self, number: int, attribute: str, place: int) -> bytes:
        """The map of one of those places over the photograph in grey, as a PNG."""
        from PIL import Image

        from xaesthetic.data import images
        from xaesthetic.figures import style

        item, stack = self._shown[number], self._stacks[self.places(number, attribute)[place]]
        pixels = style.thumbnail(images.decode(self._folder / item.path), _SIDE)
        shown = images.to_pixels(style.normalise(stack.map(item.id, attribute)), pixels.shape[:2])
        file = io.BytesIO()
        Image.fromarray(style.overlay(pixels, shown)).save(file, "PNG")
        return file.getvalue()
