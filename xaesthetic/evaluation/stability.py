"""How well each attribute's map is determined: do refits of the head, or several weights of the model, draw the same one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import bootstrap_t
from xaesthetic.run.maps import REFITS, Maps, Place
from xaesthetic.run.schemas import Table, columns
from xaesthetic.run.stability import DETERMINED, STABLE, agreement, halves, split_half, stable
from xaesthetic.run.store import Run

_SAME = 0.9
STABILITY = Table(
    "summaries/stability",
    columns(
        "model text | method text | attribute text | against text | refits int | photographs int | split_half float"
        " | low float | high float | stable float share | determined bool | verdict text"
    ),
    "xaesthetic score RUN",
    "`split_half` is the correlation of one photograph's maps by two refits from disjoint halves of the training list (or, "
    "`against` other weights, by two weights of the model), mean over pairs and photographs, with 95 % (bootstrap-t over "
    "photographs). `stable` is the share of cells that nine in ten refits have on the same side of their map's mean as the "
    "map itself has them. `determined` where `split_half` is at least .5: else a map is not what the attribute depends on. "
    "Models without refits have no row.",
    ("model", "method", "attribute"),
)
BY_PHOTOGRAPH = Table(
    "summaries/stability_by_photograph",
    columns("image text | model text | method text | attribute text | split_half float | stable float share | against text"),
    "xaesthetic score RUN",
    "The same for every map.",
    ("image", "model", "method", "attribute"),
)


def measure_stability(run: Run, places: Collection[Place] | None = None) -> pd.DataFrame:
    """How alike refits' maps are, for every model, method and attribute.

    Parameters
    ----------
    run
        A finished one.
    places
        The models and methods whose maps can be read; all of the run where None.

    Returns
    -------
    The columns of `STABILITY`; no row for a model without refits.
    """
    rows = []
    for source in _sources(run, places):
        r, cells = source.measure()
        rows += [
            _row(run, source, attribute, r[:, column], cells[:, column])
            for column, attribute in enumerate(source.attributes)
        ]
    return pd.DataFrame(rows, columns=list(STABILITY.names))


def stability_by_photograph(run: Run, places: Collection[Place] | None = None) -> pd.DataFrame:
    """The same for every photograph: the columns of `BY_PHOTOGRAPH`."""
    rows = [
        (image, source.model, source.method, attribute, r[row, column], cells[row, column], source.against)
        for source in _sources(run, places)
        for r, cells in [source.measure()]
        for row, image in enumerate(source.main.images)
        for column, attribute in enumerate(source.attributes)
    ]
    return pd.DataFrame(rows, columns=list(BY_PHOTOGRAPH.names))


def stable_mask(run: Run, model: str, image: str, attribute: str, method: str = "cam") -> Bool[np.ndarray, "i j"]:
    """Return where the sign of one map is stable, on the map's grid.

    Parameters
    ----------
    run
        With maps.
    model, image, attribute, method
        Whose map.

    Raises
    ------
    DataError
        If the model has no refits, and no other weights of it are in the run; or there is no such map.
    """
    mask = StableCells(run).of(model, method, image, attribute)
    if mask is not None:
        return mask
    raise DataError(
        f"{run.root}: {model}/{method}/{attribute} has no refits, so nothing is known of its sign; train the model again, "
        f"or compare several weights of it (--model {model}=RUN1 --model {model}=RUN2)."
    )


class StableCells:
    """Where the signs of a run's maps are stable, map by map."""

    def __init__(self, run: Run) -> None:
        """Find what there is to hold maps against; nothing is read yet."""
        self._sources = {(source.model, source.method): source for source in _sources(run, None)}

    def has(self, model: str, method: str, attribute: str) -> bool:
        """Whether anything is known of a map."""
        source = self._sources.get((model, method))
        return source is not None and attribute in source.attributes

    def of(self, model: str, method: str, image: str, attribute: str) -> Bool[np.ndarray, "i j"] | None:
        """Return where the sign of one map is stable, on the map's grid; None where nothing is known of it.

        Raises
        ------
        DataError
            If there are no maps of the photograph.
        """
        return self.of_image(model, method, image)[attribute] if self.has(model, method, attribute) else None

    def of_image(self, model: str, method: str, image: str) -> dict[str, Bool[np.ndarray, "_i _j"]]:
        """Return the same by attribute; empty where nothing is known."""
        source = self._sources.get((model, method))
        if source is None:
            return {}
        main, refits = source.of(image)
        return dict(zip(source.attributes, stable(main[None], refits[None])[0], strict=True))


class _Source:
    """A model's maps by a method, and what they are held against."""

    def __init__(self, place: Place, main: Maps, others: Mapping[str, Maps]) -> None:
        """Take the maps, and those of refits (under no key) or of other weights (by their keys)."""
        (self.model, self.method), self.main, self._others = place, main, others
        self.against = "other weights" if all(others) else "refits"
        several = [stack.attributes for key, stack in others.items() if key]
        self.attributes = [name for name in main.attributes if all(name in names for names in several)]

    @property
    def count(self) -> int:
        """How many others."""
        return len(self._others) if all(self._others) else len(self._others[""].attributes) // len(self.main.attributes)

    def of(self, image: str) -> tuple[Float[np.ndarray, "a i j"], Float[np.ndarray, "r a i j"]]:
        """Return one photograph's maps, and those that they are held against."""
        main = _chosen(self.main, image, self.attributes)
        if not all(self._others):
            refits = self._others[""].of(image)
            return main, refits.reshape(-1, *main.shape)
        return main, np.stack([_chosen(stack, image, self.attributes) for stack in self._others.values()])

    def measure(self) -> tuple[Float[np.ndarray, "n a"], Float[np.ndarray, "n a"]]:
        """Return for every photograph and attribute the mean correlation over pairs, and the share of stable cells."""
        r, cells = [], []
        by_weights = all(self._others)  # then the maps themselves are one of them
        pairs = list(combinations(range(self.count + 1), 2)) if by_weights else halves(self.count)
        for image in self.main.images:
            main, refits = self.of(image)
            compared = np.concatenate([main[None], refits]) if by_weights else refits
            r.append(split_half(compared[None], pairs)[0])
            agreed = agreement(main[None], refits[None])[0]
            cells.append(np.where(np.isnan(agreed).any((1, 2)), np.nan, (agreed >= STABLE).mean((1, 2))))
        size = len(self.main.images), len(self.attributes)
        return np.reshape(r, size), np.reshape(cells, size)


def _chosen(stack: Maps, image: str, attributes: Sequence[str]) -> Float[np.ndarray, "a i j"]:
    return np.asarray(stack.of(image)[[stack.attributes.index(name) for name in attributes]])


def _sources(run: Run, places: Collection[Place] | None) -> Iterator[_Source]:
    """Give every map that there is something to hold against: refits of its head, or other weights of its model."""
    readable = [place for place in _places(run) if places is None or place in places]
    for model, method in readable:
        main = run.maps(model, method)
        refits = run.find_maps(model, REFITS) if method == "cam" and _can_read(model, places) else None
        others: dict[str, Maps] = {"": refits} if refits is not None else {}
        if not others:
            keys = [key for key in _other_weights(run, model) if (key, method) in readable]
            others = {key: run.maps(key, method) for key in keys}
        same = all(stack.grid == main.grid and stack.images == main.images for stack in others.values())
        if others and same and main.asks_output:
            yield _Source((model, method), main, others)


def _can_read(model: str, places: Collection[Place] | None) -> bool:
    return places is None or (model, REFITS) in places


def _places(run: Run) -> list[Place]:
    return [place for place in run.places() if run.has_maps(*place)]


def _other_weights(run: Run, key: str) -> list[str]:
    """Return the keys of the other folders of weights of a model."""
    choices = [ModelChoice.parse(text) for text in run.experiment.models]
    name = next(choice.name for choice in choices if choice.key == key)
    several = [choice.key for choice in choices if choice.name == name and choice.weights is not None]
    return [other for other in several if other != key] if key in several else []


def _row(
    run: Run, source: _Source, attribute: str, r: Float[np.ndarray, " n"], cells: Float[np.ndarray, " n"]
) -> tuple[Any, ...]:
    mean = bootstrap_t(r, seed=run.experiment.seed, tested=False)
    share = float(np.nanmean(cells)) if np.isfinite(cells).any() else float("nan")
    here = source.model, source.method, attribute, source.against, source.count, len(r)
    said = verdict(mean.value, source.against)
    return (*here, mean.value, mean.low, mean.high, share, bool(mean.value >= DETERMINED), said)


def verdict(split_half: float, against: str = "refits") -> str:
    """What a split-half correlation of maps means, in plain words."""
    if np.isnan(split_half):
        return "the maps are the same everywhere"
    if split_half < DETERMINED:
        return f"{against} disagree (r = {split_half:z.2f}): not what the attribute depends on"
    return f"{against} agree{' in part' if split_half < _SAME else ''} (r = {split_half:.2f})"
