"""The second stage: every photograph's ratings by every model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Experiment, PassedOver
from xaesthetic.data.records import collect, collect_paths
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.stage import batches, in_turn
from xaesthetic.run.store import Run, model_key
from xaesthetic.stages._passes import Passes, missing_methods, pass_records, rating_rows
from xaesthetic.stages._photographs import load_all


@dataclass(frozen=True, slots=True)
class Ratings:
    """Photographs rated by models."""

    table: pd.DataFrame
    """The columns of `xaesthetic.run.schemas.PREDICTIONS`."""
    trained: Mapping[str, str]
    """How each model was trained."""
    left_out: Mapping[str, str]
    """Photographs that could not be read, by id, with the reason."""
    passed_over: tuple[PassedOver, ...] = ()
    """What else the folders or the data set held."""
    described: Described = field(default_factory=Described)
    """What the models and the data declare of attributes."""


def rate(
    photographs: str | Path | Sequence[str | Path], experiment: Experiment, execution: Execution = Execution()
) -> Ratings:
    """Rate photographs without a run folder.

    Parameters
    ----------
    photographs
        Files and folders, one or several; none to rate the experiment's data set.
    experiment
        Its models, attributes, batch and device; and its data where no photographs are given.
    execution
        How it is carried out.

    Returns
    -------
    The ratings and what was left out.

    Raises
    ------
    XaestheticError
        If a model, data set or path is missing, or no photograph can be read.
    """
    if not isinstance(experiment, Experiment) or not experiment.models:
        raise DataError("no model is chosen; pass xa.Experiment(data, root, models, …) with a model's name or more.")
    root = Path(experiment.root) if experiment.root else None
    collection = collect_paths(_paths(photographs)) if photographs else collect(experiment.data, root)
    records = collection.records
    models = {
        model_key(name): load_model(name, experiment.attributes, experiment.device, execution.trust)
        for name in experiment.models
    }
    passes = Passes(models, {}, device(experiment.device))
    groups = batches(records, experiment.batch)
    left_out: dict[str, str] = {}
    rows: list[tuple[object, ...]] = []
    execute = execution.executor or in_turn
    read = execute(range(len(groups)), lambda n: load_all(groups[n]), lambda _, pixels: pixels, execution.workers)
    for number, pixels in execution.track(read, "rating", len(groups)):
        usable = [(one.id, photo) for one, photo in zip(groups[number], pixels, strict=True) if not isinstance(photo, str)]
        left_out |= {one.id: why for one, why in zip(groups[number], pixels, strict=True) if isinstance(why, str)}
        if usable:
            rows += rating_rows([image for image, _ in usable], passes.run([photo for _, photo in usable]), models)
    if not rows:
        raise DataError(f"none of {len(records)} photographs can be read; the first: {next(iter(left_out.values()))}")
    table = PREDICTIONS.to_arrow(pd.DataFrame(rows, columns=list(PREDICTIONS.names))).to_pandas()
    described = Described({key: model.described for key, model in models.items()}, collection.described)
    trained = {key: model.source.trained for key, model in models.items()}
    return Ratings(table, trained, left_out, collection.passed_over, described)


def _paths(photographs: str | Path | Sequence[str | Path]) -> list[Path]:
    several = [photographs] if isinstance(photographs, (str, Path)) else list(photographs)
    for one in several:
        if not isinstance(one, (str, Path)):
            raise DataError(f"{type(one).__name__} is no file or folder; pass paths, or use xa.explain_photo.")
    return [Path(one) for one in several]


def predict_records(run: Run, models: Mapping[str, AttributeModel], execution: Execution = Execution()) -> None:
    """Rate every usable photograph by every model; where all are explained, their maps come from the same pass.

    Goes on where a stopped run was; does nothing where the predictions are in the run.

    Parameters
    ----------
    run
        Its records have been looked at.
    models
        By their keys, with the attributes that are asked for.
    execution
        How it is carried out.

    Raises
    ------
    DataError
        If all photographs have been changed or are gone by now.
    """
    if run.has(PREDICTIONS):
        return
    methods = missing_methods(run, models) if run.experiment.pick is None else {}
    pass_records(run, Passes(models, methods, device(run.experiment.device)), run.records(), "predict", execution)
    if not run.records():
        last = list(run.left_out_photographs().values())[-1]
        raise DataError(f"{run.root}: no photograph is left to rate; the last: {last}")
