"""The fourth stage: maps against what people looked at or marked, with floors and a ceiling to hold them to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.execution import Execution
from xaesthetic.core.extras import is_installed
from xaesthetic.core.facts import MetricFacts
from xaesthetic.core.sides import LOWERS, RAISES, SIDES, SIGNED, join, split
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.data import images
from xaesthetic.data.annotations import Elsewhere, Gathered, HumanMaps, gather, human_maps
from xaesthetic.metrics._floors import CEILING, EACH_AGAINST_OTHERS, ENERGY, FLOOR, floor_maps
from xaesthetic.run.maps import Maps
from xaesthetic.run.schemas import ANNOTATIONS, SCORES, SCORES_BY_PERSON, Table
from xaesthetic.run.stage import TableSink, batches, compute
from xaesthetic.run.store import Run, model_key

BY_PERSON = ("nss", "cc", "iou")
"""The metrics that are measured against each person alone where none are named."""
_GROUP = 8


def metric_scale(name: str) -> MetricFacts:
    """Return how a metric's values are to be read.

    Raises
    ------
    PluginError
        If there is no such metric, or it does not say.
    """
    return plugins.facts("metrics", name)


def metric_side(key: str) -> str:
    """Return which side of people's marks a metric is about; empty for marks without signs."""
    return split(key)[1] or (SIGNED if metric_scale(key).needs == SIGNED else "")


def map_part(saliency: Map, side: str) -> Map:
    """Return what of a map is held against a side: what raises, what lowers (as positive values), or all of it."""
    return np.maximum(saliency, 0) if side == RAISES else np.maximum(-saliency, 0) if side == LOWERS else saliency


@dataclass(frozen=True, slots=True)
class _Job:
    """What is to be measured: every map of a run by every metric."""

    maps: Mapping[tuple[str, str], Maps]
    """By model and method."""
    metrics: Mapping[str, Callable[[Map, HumanMap], float]]
    seed: int

    def of_side(self, side: str) -> Mapping[str, Callable[[Map, HumanMap], float]]:
        """Return the metrics that a side of people's marks is held to."""
        return {key: metric for key, metric in self.metrics.items() if metric_side(key) == side}

    def rows(self, people: HumanMaps, elsewhere: Elsewhere) -> Iterator[tuple[Any, ...]]:
        """One photograph's values; floors and ceiling under an empty attribute where people were not asked about any."""
        metrics = self.of_side(people.side)
        seen: dict[bytes, list[float]] = {}  # activation energy is one map under every attribute's name
        for place, saliency in self._models_and_floors(people, elsewhere):
            key = saliency.tobytes() if place[1] == ENERGY else b""
            values = seen.get(key) or [metric(saliency, people.everybody) for metric in metrics.values()]
            seen = {key: values} if key else {}
            for name, value in zip(metrics, values, strict=True):
                yield people.image, *place, name, value, people.attribute
        if len(people.separate) < 2:
            return
        for name, metric in metrics.items():
            values = [metric(others, one) for others, one in zip(people.others, people.separate, strict=True)]
            known = [value for value in values if not np.isnan(value)]
            mean = float(np.mean(known)) if known else float("nan")
            yield people.image, CEILING, EACH_AGAINST_OTHERS, people.attribute, name, mean, people.attribute

    def rows_by_person(self, people: HumanMaps, elsewhere: Elsewhere) -> Iterator[tuple[Any, ...]]:
        """The same against each person alone, the others' map too: all on one footing."""
        metrics = self.of_side(people.side)
        for place, saliency in self._models_and_floors(people, elsewhere):
            for name, metric in metrics.items():
                for who, one in zip(people.annotators, people.separate, strict=True):
                    yield people.image, *place, name, metric(saliency, one), who, people.attribute
        for who, others, one in zip(people.annotators, people.others, people.separate, strict=True):
            for name, metric in metrics.items():
                value = metric(others, one) if len(people.separate) > 1 else float("nan")
                ceiling = CEILING, EACH_AGAINST_OTHERS, people.attribute
                yield people.image, *ceiling, name, value, who, people.attribute

    def _models_and_floors(self, people: HumanMaps, elsewhere: Elsewhere) -> Iterator[tuple[tuple[str, str, str], Map]]:
        """Model, method and attribute, and the map in image pixels; of it the part that the side is about."""
        size = people.everybody.density.shape
        for method, floor in floor_maps(people, elsewhere, self.seed):
            yield (FLOOR, method, people.attribute), floor
        for (model, method), stack in self.maps.items():
            if people.image not in stack:
                continue
            for attribute, grid in zip(stack.attributes, stack.of(people.image), strict=True):
                if people.attribute in ("", attribute):
                    pixels = images.to_pixels(grid, (size[0], size[1])).astype(np.float64)
                    yield (model, method, attribute), map_part(pixels, people.side)


def fitting_metrics(run: Run) -> tuple[str, ...]:
    """The metrics that what people did here is enough for, and whose libraries are installed; for signed marks, by side."""
    table = run.read(ANNOTATIONS)
    table = table[table["reason"] == ""]
    marked = bool(((table["region"].str.len() > 0) | (table["extent"] != "")).any())
    needs = {"density", "mask"} if marked else {"density", "fixations", "others"}
    scales = {name: scale for name, scale in _usable_metrics().items() if is_installed(scale.requires)}
    signs = _signs(table)
    both = [name for name, scale in scales.items() if scale.needs == SIGNED and any(signs)]
    return (*both, *(join(name, sign) for name, scale in scales.items() if scale.needs in needs for sign in signs))


def _signs(table: pd.DataFrame) -> tuple[str, ...]:
    """Return the signs that people's marks have, the empty one for those without."""
    present = set(table["sign"])
    return tuple(sign for sign in ("", *SIDES) if sign in present)


def expand_metrics(run: Run, metrics: Sequence[str]) -> tuple[str, ...]:
    """Put a metric, where people's marks have signs and it names none, once for each: `nss@raises`, `nss@lowers`."""
    if not metrics or not run.has(ANNOTATIONS):
        return tuple(metrics)
    signs = _signs(run.read(ANNOTATIONS))
    keys = [
        join(name, sign)
        for name in metrics
        for sign in ([""] if split(name)[1] or metric_scale(name).needs == SIGNED else signs)
    ]
    return tuple(dict.fromkeys(keys))


def validate_metrics(run: Run, metrics: Sequence[str], by_person: bool = False) -> None:
    """Make sure that metrics can be measured here, before any is.

    Parameters
    ----------
    run
        A finished one.
    metrics
        Names; none for all that fit.
    by_person
        Whether people are asked for one by one.

    Raises
    ------
    PluginError
        If there is no such metric, or its library is not installed.
    DataError
        If nobody looked at or marked anything, or what they did is not enough for a metric.
    """
    scales = {name: metric_scale(name) for name in metrics}
    if not run.has(ANNOTATIONS):
        if metrics or by_person:
            raise DataError(f"{run.root}: {run.experiment.data} has no fixations and no masks to hold maps against.")
        return
    scales = {name: metric_scale(name) for name in expand_metrics(run, metrics)}
    fitting = fitting_metrics(run) if metrics else ()
    for name, scale in scales.items():
        if not is_installed(scale.requires):
            raise PluginError(
                f"the metric {name} needs {scale.requires}, which is not installed; install it, or leave it out."
            )
        if name not in fitting:
            raise DataError(
                f"{run.root}: {name} needs people's {scale.needs}, which {run.experiment.data} does not have; use one of "
                f"{', '.join(fitting)}."
            )


def score_run(run: Run, metrics: Sequence[str] = (), execution: Execution = Execution()) -> pd.DataFrame:
    """Measure every map of a run against what people did; goes on where a stopped run was.

    Parameters
    ----------
    run
        A finished one, of a data set with fixations or masks.
    metrics
        Names; all that fit where empty.
    execution
        How it is carried out.

    Returns
    -------
    Columns image, model, method, attribute, metric, value, about; also kept as scores.parquet.

    Raises
    ------
    DataError
        If nobody looked at or marked anything in the photographs that have maps.
    PluginError
        If there is no such metric.
    """
    return _scored(run, SCORES, _Job.rows, metrics or _fitting(run), execution)


def score_by_person(run: Run, metrics: Sequence[str] = (), execution: Execution = Execution()) -> pd.DataFrame:
    """Measure every map against each person alone, and each person against the others: models and people on one footing.

    Takes as many times longer than `score_run` as there are people in a photograph; by default only the metrics in
    `BY_PERSON` that fit.

    Parameters
    ----------
    run, metrics, execution
        As for `score_run`.

    Returns
    -------
    Columns image, model, method, attribute, metric, value, annotator, about; also kept as scores_by_person.parquet.

    Raises
    ------
    DataError, PluginError
        As `score_run`.
    """
    chosen = tuple(metrics) or tuple(name for name in _fitting(run) if split(name)[0] in BY_PERSON)
    return _scored(run, SCORES_BY_PERSON, _Job.rows_by_person, chosen, execution)


def _usable_metrics() -> dict[str, MetricFacts]:
    """All metrics that are installed whole; one that is not may be anybody's, and ends nothing."""
    scales = {}
    for name in plugins.names("metrics"):
        try:
            scales[name] = metric_scale(name)
        except PluginError as error:
            plugins.warn(f"the metric {name} is left out: {error}")
    return scales


def _fitting(run: Run) -> tuple[str, ...]:
    return fitting_metrics(run) if run.has(ANNOTATIONS) else ()


Rows = Callable[[_Job, HumanMaps, Elsewhere], Iterator[tuple[Any, ...]]]


def _scored(run: Run, table: Table, rows: Rows, metrics: Sequence[str], execution: Execution) -> pd.DataFrame:
    """Return the rows of these metrics; those that the table has not yet are measured and added."""
    for name in metrics:
        plugins.check("metrics", name)
    metrics = expand_metrics(run, metrics)
    if not run.has(ANNOTATIONS):
        raise DataError(f"{run.root}: {run.experiment.data} has no fixations and no masks to hold maps against.")
    if _missing(run, table, metrics)[0]:
        with run.writing("measuring scores"):
            missing, before = _missing(run, table, metrics)  # again: one may have had to wait for whoever measured them
            if missing:
                _measure(run, table, rows, missing, before, execution)
    scores = run.read(table)
    return scores[scores["metric"].isin(metrics)]


def _missing(run: Run, table: Table, metrics: Sequence[str]) -> tuple[tuple[str, ...], pd.DataFrame | None]:
    """Return the metrics that a table does not have yet, and the table."""
    before = run.read(table) if run.has(table) else None
    return tuple(name for name in metrics if before is None or name not in set(before["metric"])), before


def _measure(
    run: Run, table: Table, rows: Rows, metrics: tuple[str, ...], before: pd.DataFrame | None, execution: Execution
) -> None:
    models = [model_key(choice) for choice in run.experiment.models]
    places = [(model, method) for model in models for method in dict.fromkeys((*run.methods(model), ENERGY))]
    opened = {place: run.find_maps(*place) if place[1] == ENERGY else run.maps(*place) for place in places}
    maps = {place: stack for place, stack in opened.items() if stack is not None}
    job = _Job(maps, {name: plugins.load("metrics", name) for name in metrics}, run.experiment.seed)
    sizes, annotations = run.sizes(), run.read(ANNOTATIONS)
    gathered = list(gather(annotations, sizes, next(iter(maps.values())).images))
    if not gathered:
        raise DataError(f"{run.root}: nobody looked at or marked anything in the photographs that have maps.")

    def measure(chunk: Sequence[Gathered]) -> dict[str, list[tuple[Any, ...]]]:
        measured: list[tuple[Any, ...]] = []
        for one in chunk:
            theirs = annotations.iloc[one.rows]
            people = human_maps(one.image, one.attribute, theirs, sizes[one.image], one.elsewhere, one.side)
            measured += rows(job, people, one.elsewhere)
        return {table.name: measured}

    name = f"{table.name}/{sha256(' '.join((*sorted(metrics), *table.names)).encode()).hexdigest()[:12]}"
    after = None if before is None else table.to_arrow(before[list(table.names)])
    sink = TableSink(table, run.root / f"{table.name}.parquet", run.parts / name, after)
    chunks, label = batches(gathered, _GROUP), table.name.replace("_", " ")
    compute(run.parts, name, chunks, lambda _, measured: measured, {table.name: sink}, execution, measure, label)
