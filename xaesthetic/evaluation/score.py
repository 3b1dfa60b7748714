"""The fourth stage: maps against what people looked at or marked, with floors and a ceiling to hold them to."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import is_installed
from xaesthetic.core.progress import Track, silent
from xaesthetic.core.types import HumanMap, Map, Scale
from xaesthetic.data import images
from xaesthetic.data.annotations import Elsewhere, People, gather, people_of
from xaesthetic.metrics._floors import CEILING as CEILING
from xaesthetic.metrics._floors import EACH_AGAINST_OTHERS as EACH_AGAINST_OTHERS
from xaesthetic.metrics._floors import ENERGY as ENERGY
from xaesthetic.metrics._floors import FLOOR as FLOOR
from xaesthetic.metrics._floors import floor_maps
from xaesthetic.run.maps import MapStack
from xaesthetic.run.store import Run, model_key

BY_PERSON = ("nss", "cc", "iou")
"""The metrics that are measured against each person alone where none are named."""
_COLUMNS = ("image", "model", "method", "attribute", "metric", "value")
_GROUP = 8


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

    def rows(self, people: People, elsewhere: Elsewhere) -> Iterator[tuple[Any, ...]]:
        """One photograph's values; floors and ceiling under an empty attribute where people were not asked about any."""
        seen: dict[bytes, list[float]] = {}  # activation energy is one map under every attribute's name
        for place, saliency in self._models_and_floors(people, elsewhere):
            key = saliency.tobytes() if place[1] == ENERGY else b""
            values = seen.get(key) or [metric(saliency, people.everybody) for metric in self.metrics.values()]
            seen = {key: values} if key else {}
            for name, value in zip(self.metrics, values, strict=True):
                yield people.image, *place, name, value
        if len(people.each) < 2:
            return
        for name, metric in self.metrics.items():
            values = [metric(others, one) for others, one in zip(people.others, people.each, strict=True)]
            known = [value for value in values if not np.isnan(value)]
            mean = float(np.mean(known)) if known else float("nan")
            yield people.image, CEILING, EACH_AGAINST_OTHERS, people.attribute, name, mean

    def rows_by_person(self, people: People, elsewhere: Elsewhere) -> Iterator[tuple[Any, ...]]:
        """The same against each person alone, the others' map too: all on one footing."""
        for place, saliency in self._models_and_floors(people, elsewhere):
            for name, metric in self.metrics.items():
                for who, one in zip(people.annotators, people.each, strict=True):
                    yield people.image, *place, name, metric(saliency, one), who
        for who, others, one in zip(people.annotators, people.others, people.each, strict=True):
            for name, metric in self.metrics.items():
                value = metric(others, one) if len(people.each) > 1 else float("nan")
                yield people.image, CEILING, EACH_AGAINST_OTHERS, people.attribute, name, value, who

    def _models_and_floors(self, people: People, elsewhere: Elsewhere) -> Iterator[tuple[tuple[str, str, str], Map]]:
        """Model, method and attribute, and the map in image pixels."""
        size = people.everybody.density.shape
        for method, floor in floor_maps(people, elsewhere, self.seed):
            yield (FLOOR, method, people.attribute), floor
        for (model, method), stack in self.maps.items():
            if people.image not in stack.images:
                continue
            for attribute in stack.attributes:
                if people.attribute in ("", attribute):
                    grid = stack.map(people.image, attribute)
                    yield (model, method, attribute), images.to_pixels(grid, (size[0], size[1])).astype(np.float64)


def fitting_metrics(run: Run) -> tuple[str, ...]:
    """The metrics that what people did here is enough for, and whose libraries are installed."""
    table = run.people()
    table = table[table["reason"] == ""]
    marked = bool((table["region"].str.len() > 0).any())
    needs = {"density", "mask"} if marked else {"density", "fixations", "others"}
    scales = {name: metric_scale(name) for name in plugins.names("metrics")}
    return tuple(name for name, scale in scales.items() if scale.needs in needs and is_installed(scale.requires))


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
    return _scored(run, "scores", _COLUMNS, _Job.rows, metrics or _fitting(run), workers, track)


def score_by_person(run: Run, metrics: Sequence[str] = (), workers: int = 2, track: Track = silent) -> pd.DataFrame:
    """Measure every map against each person alone, and each person against the others: models and people on one footing.

    Takes as many times longer than `score_run` as there are people in a photograph; by default only the metrics in
    `BY_PERSON` that fit.

    Parameters
    ----------
    run, metrics, workers, track
        As for `score_run`.

    Returns
    -------
    Columns image, model, method, attribute, metric, value, annotator; also kept as scores_by_person.parquet.

    Raises
    ------
    DataError, PluginError
        As `score_run`.
    """
    chosen = tuple(metrics) or tuple(name for name in _fitting(run) if name in BY_PERSON)
    return _scored(run, "scores_by_person", (*_COLUMNS, "annotator"), _Job.rows_by_person, chosen, workers, track)


def _fitting(run: Run) -> tuple[str, ...]:
    return fitting_metrics(run) if run.has_people() else ()


Rows = Callable[[_Job, People, Elsewhere], Iterator[tuple[Any, ...]]]


def _scored(
    run: Run, table: str, columns: Sequence[str], rows: Rows, metrics: Sequence[str], workers: int, track: Track
) -> pd.DataFrame:
    """The rows of these metrics; those that the table has not yet are measured and added."""
    for name in metrics:
        plugins.check("metrics", name)
    if not run.has_people():
        raise DataError(f"{run.root}: {run.experiment.data} has no fixations and no masks to hold maps against.")
    there = run.table(table) if run.has_table(table) else pd.DataFrame(columns=list(columns))
    missing = tuple(name for name in metrics if name not in set(there["metric"]))
    if missing:
        measured = _measured(run, table, columns, rows, missing, workers, track)
        there = pd.concat([*([there] if len(there) else []), measured], ignore_index=True)
        run.write_table(table, there)
        run.parts(table).clear()
    return there[there["metric"].isin(metrics)]


def _measured(
    run: Run, table: str, columns: Sequence[str], rows: Rows, metrics: tuple[str, ...], workers: int, track: Track
) -> pd.DataFrame:
    models = [model_key(choice) for choice in run.experiment.models]
    methods = dict.fromkeys((*run.experiment.methods, ENERGY))
    places = [(model, method) for model in models for method in methods]
    maps = {place: run.maps(*place) for place in places if place[1] != ENERGY or run.has_maps(*place)}
    first = next(iter(maps.values()))
    job = _Job(maps, {name: plugins.load("metrics", name) for name in metrics}, run.experiment.seed)
    sizes = run.sizes()
    found = list(gather(run.people(), sizes, first.images))
    if not found:
        raise DataError(f"{run.root}: nobody looked at or marked anything in the photographs that have maps.")
    groups = [found[start : start + _GROUP] for start in range(0, len(found), _GROUP)]
    parts = run.parts(table, *sorted(metrics))
    todo = parts.missing(len(groups))

    def measure(told: tuple[str, str, pd.DataFrame, Elsewhere]) -> list[tuple[Any, ...]]:
        image, attribute, marks, elsewhere = told
        return list(rows(job, people_of(image, attribute, marks, sizes[image], elsewhere), elsewhere))

    with ThreadPoolExecutor(workers) as pool:
        for index in track(todo, table.replace("_", " "), len(todo)):
            told = zip(*(row for each in pool.map(measure, groups[index]) for row in each), strict=True)
            parts.write(index, {name: np.array(column) for name, column in zip(columns, told, strict=True)})
    return pd.concat([pd.DataFrame(part)[list(columns)] for part in parts.read(len(groups))], ignore_index=True)
