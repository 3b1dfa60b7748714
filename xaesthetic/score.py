"""The fourth stage: maps against what people looked at or marked, with floors and a ceiling to hold them to."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xaesthetic import images, plugins
from xaesthetic.errors import DataError
from xaesthetic.maps import MapStack
from xaesthetic.people import Elsewhere, People, gather, people_of
from xaesthetic.progress import Track, silent
from xaesthetic.store import Run, model_key
from xaesthetic.types import HumanMap, Map, Scale

FLOOR, CEILING = "floor", "ceiling"
"""What stands in place of a model where there is none."""
FLOORS = ("uniform", "centre", "people_elsewhere", "another_photograph")
"""Maps without a model: all pixels alike with ties broken by chance; a Gaussian in the middle whose sigma is a quarter of
each side; where people look in the other photographs; where they looked in one other photograph."""
EACH_AGAINST_OTHERS = "each_against_others"
"""The ceiling: the others' map against each person in turn, averaged."""
_COLUMNS = ("image", "model", "method", "attribute", "metric", "value")
_GROUP = 8
_WAVE = 1e-6  # of the uniform floor


def metric_scale(name: str) -> Scale:
    """How a metric's values are to be read.

    Raises
    ------
    PluginError
        If there is no such metric.
    """
    scale: Scale = sys.modules[plugins.load("metrics", name).__module__].SCALE
    return scale


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be measured: every map of a run by every metric."""

    maps: Mapping[tuple[str, str], MapStack]
    """By model and method."""
    metrics: Mapping[str, Callable[[Map, HumanMap], float]]
    seed: int

    def rows(self, people: People, elsewhere: Elsewhere) -> Iterator[tuple[str, str, str, str, str, float]]:
        """One photograph's values; floors and ceiling under an empty attribute where people were not asked about any."""
        size = people.everybody.density.shape
        for method, floor in _floors(people, elsewhere, self.seed):
            yield from self._all(people, FLOOR, method, people.attribute, floor)
        yield from self._ceiling(people)
        for (model, method), stack in self.maps.items():
            if people.image not in stack.images:
                continue
            for attribute in stack.attributes:
                if people.attribute in ("", attribute):
                    grid = stack.map(people.image, attribute)
                    yield from self._all(people, model, method, attribute, images.to_pixels(grid, (size[0], size[1])))

    def _all(
        self, people: People, model: str, method: str, attribute: str, saliency: Map
    ) -> Iterator[tuple[str, str, str, str, str, float]]:
        values = saliency.astype(np.float64)
        for name, metric in self.metrics.items():
            yield people.image, model, method, attribute, name, metric(values, people.everybody)

    def _ceiling(self, people: People) -> Iterator[tuple[str, str, str, str, str, float]]:
        if len(people.each) < 2:
            return
        for name, metric in self.metrics.items():
            values = [metric(others, one) for others, one in zip(people.others, people.each, strict=True)]
            known = [value for value in values if not np.isnan(value)]
            mean = float(np.mean(known)) if known else float("nan")
            yield people.image, CEILING, EACH_AGAINST_OTHERS, people.attribute, name, mean


def _floors(people: People, elsewhere: Elsewhere, seed: int) -> Iterator[tuple[str, Map]]:
    height, width = people.everybody.density.shape
    random = np.random.default_rng([seed, *people.image.encode()])
    yield "uniform", 1 + _WAVE * random.random((height, width))
    yield "centre", centre_blob((height, width))
    if people.everybody.baseline is not None:
        yield "people_elsewhere", people.everybody.baseline
        other = elsewhere.another(people.image, seed)
        if other is not None:
            yield "another_photograph", elsewhere.density_of(other, (height, width))


def centre_blob(size: tuple[int, int]) -> Map:
    """A Gaussian in the middle; its sigma is a quarter of each side."""
    rows, columns = (np.exp(-(((np.arange(side) + 0.5) / side - 0.5) ** 2) / (2 * 0.25**2)) for side in size)
    return np.asarray(rows[:, None] * columns)


def fitting_metrics(run: Run) -> tuple[str, ...]:
    """The metrics that what people did here is enough for."""
    table = run.people()
    table = table[table["reason"] == ""]
    marked = bool((table["region"].str.len() > 0).any())
    needs = {"density", "mask"} if marked else {"density", "fixations", "others"}
    return tuple(name for name in plugins.names("metrics") if metric_scale(name).needs in needs)


def score_run(run: Run, metrics: Sequence[str] = (), workers: int = 2, track: Track = silent) -> pd.DataFrame:
    """Measure every map of a run against what people did; goes on where a stopped run was.

    Parameters
    ----------
    run
        A finished one, of a data set with fixations or masks.
    metrics
        Names; all that fit where empty.
    workers
        Threads that measure.
    track
        Tells the progress.

    Returns
    -------
    Columns image, model, method, attribute, metric, value; also kept as scores.parquet.

    Raises
    ------
    DataError
        If nobody looked at or marked anything in the photographs that have maps.
    PluginError
        If there is no such metric.
    """
    for name in metrics:
        plugins.check("metrics", name)
    if not run.has_people():
        raise DataError(f"{run.root}: {run.experiment.data} has no fixations and no masks to hold maps against.")
    chosen = tuple(metrics) or fitting_metrics(run)
    there = run.scores() if run.has_scores() else pd.DataFrame(columns=list(_COLUMNS))
    missing = tuple(name for name in chosen if name not in set(there["metric"]))
    if missing:
        there = pd.concat([*([there] if len(there) else []), _measured(run, missing, workers, track)], ignore_index=True)
        run.write_scores(there)
        run.parts("score").clear()
    return there[there["metric"].isin(chosen)]


def _measured(run: Run, metrics: tuple[str, ...], workers: int, track: Track) -> pd.DataFrame:
    models = [model_key(choice) for choice in run.experiment.models]
    maps = {(model, method): run.maps(model, method) for model in models for method in run.experiment.methods}
    first = next(iter(maps.values()))
    job = _Job(maps, {name: plugins.load("metrics", name) for name in metrics}, run.experiment.seed)
    sizes = run.sizes()
    found = list(gather(run.people(), sizes, first.images))
    if not found:
        raise DataError(f"{run.root}: nobody looked at or marked anything in the photographs that have maps.")
    groups = [found[start : start + _GROUP] for start in range(0, len(found), _GROUP)]
    parts = run.parts("score", *sorted(metrics))
    todo = parts.missing(len(groups))

    def measure(told: tuple[str, str, pd.DataFrame, Elsewhere]) -> list[tuple[str, str, str, str, str, float]]:
        image, attribute, marks, elsewhere = told
        return list(job.rows(people_of(image, attribute, marks, sizes[image], elsewhere), elsewhere))

    with ThreadPoolExecutor(workers) as pool:
        for index in track(todo, "scores", len(todo)):
            parts.write(index, _columns(row for rows in pool.map(measure, groups[index]) for row in rows))
    return pd.concat([pd.DataFrame(part)[list(_COLUMNS)] for part in parts.read(len(groups))], ignore_index=True)


def _columns(rows: Iterable[tuple[str, str, str, str, str, float]]) -> dict[str, np.ndarray]:
    return {name: np.array(column) for name, column in zip(_COLUMNS, zip(*rows, strict=True), strict=True)}
