"""The second stage: every photograph's ratings by every model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from xaesthetic.core.attributes import choose
from xaesthetic.core.described import Described
from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.having import models_having
from xaesthetic.core.html import html_table
from xaesthetic.core.progress import by_size
from xaesthetic.core.seen import seen_among
from xaesthetic.core.types import Experiment, PassedOver, Record
from xaesthetic.data.records import collect, collect_paths, file_sum
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.several import select_present
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.seen import seen_lines
from xaesthetic.run.stage import batches, in_turn
from xaesthetic.run.store import Run, model_key
from xaesthetic.stages._passes import Passes, Squashed, missing_methods, pass_records, rating_rows
from xaesthetic.stages.alone import validate_alone
from xaesthetic.stages.asking import validate_decoding
from xaesthetic.stages.halving import exhausted, smaller_batch
from xaesthetic.stages.precision import precision_note, precision_rows, precision_table


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
    precision: pd.DataFrame | None = None
    """What a reduced precision changes on the first photographs: the columns of `xaesthetic.run.schemas.PRECISION`."""
    given_up: str = ""
    """What that is: `bf16`, `reduced decoding` or both."""
    seen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By model, the ids of the photographs that it was trained or selected on, as far as it lists them."""

    def _repr_html_(self) -> str:
        values = self.table.astype({"prediction": float})
        wide = values.pivot_table(
            index="image", columns=["model", "attribute"], values="prediction", sort=False, dropna=False
        )
        places = [(str(column[0]), str(column[1])) for column in wide.columns]
        items = [self.described.of_model(*place) for place in places]
        names = [f"{model} {item.title}" for (model, _), item in zip(places, items, strict=True)]
        rows = [
            [str(image), *(item.text(value) for item, value in zip(items, row, strict=True))]
            for image, row in zip(wide.index, wide.to_numpy(), strict=True)
        ]
        trained = "; ".join(f"{key}: {text}" for key, text in self.trained.items())
        left_out = f"; {len(self.left_out)} photographs left out" if self.left_out else ""
        columns = [f"{name} ({item.about})" if item.about else name for name, item in zip(names, items, strict=True)]
        changed = "" if self.precision is None else f"; {precision_note(self.precision, self.given_up)}"
        seen = "".join(f"; {line}" for line in seen_lines(self.seen))
        return html_table(["photograph", *columns], rows, trained + left_out + changed + seen)


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
    chosen = models_having(experiment.models, experiment.attributes)
    loaded = {model_key(name): load_model(name, "all", experiment.device, execution.trust) for name in chosen}
    models = select_present(loaded, choose(experiment.attributes))
    validate_decoding(experiment, records)
    validate_alone(models, experiment, records)
    passes = Passes(models, {}, experiment)
    done: list[tuple[_Lost, _Rows]] = []

    def finish() -> None:
        done.extend(_rated(records, passes, execution))

    while why := exhausted(finish):
        passes = replace(passes, experiment=replace(experiment, batch=smaller_batch(passes.experiment, why, "rating")))
    groups = batches(records, passes.experiment.batch)
    left_out = {image: why for lost, _ in done for image, why in lost.items()}
    rows = [row for _, made in done for row in made]
    if not rows:
        raise DataError(f"none of {len(records)} photographs can be read; the first: {next(iter(left_out.values()))}")
    changes = _changes(next(group for group, (_, made) in zip(groups, done, strict=True) if made), passes)
    table = PREDICTIONS.to_arrow(pd.DataFrame(rows, columns=list(PREDICTIONS.names))).to_pandas()
    described = Described({key: model.described for key, model in models.items()}, collection.described)
    trained = {key: model.source.trained for key, model in models.items()}
    precision = precision_table(changes) if changes else None
    seen = _seen(models, [record for record in records if record.id not in left_out])
    return Ratings(table, trained, left_out, collection.passed_over, described, precision, experiment.given_up, seen)


_Lost = dict[str, str]
_Rows = list[tuple[object, ...]]


def _rated(records: Sequence[Record], passes: Passes, execution: Execution) -> list[tuple[_Lost, _Rows]]:
    """Return for every batch who cannot be read, with the reason, and the rows of the others; whoever computes them."""
    groups = batches(records, passes.experiment.batch)

    def work(number: int, pixels: Sequence[Squashed | str]) -> tuple[_Lost, _Rows]:
        usable = _usable(groups[number], pixels)
        lost = {one.id: why for one, why in zip(groups[number], pixels, strict=True) if isinstance(why, str)}
        if not usable:
            return lost, []
        return lost, list(rating_rows(list(usable), passes.run(list(usable.values())), passes.models))

    execute = execution.executor or in_turn
    results = execute(range(len(groups)), lambda number: passes.load(groups[number]), work, execution.workers)
    done = dict(by_size(execution.track, results, "rating photographs", lambda done: len(groups[done[0]]), len(records)))
    return [done[number] for number in range(len(groups))]


def _usable(records: Sequence[Record], pixels: Sequence[Squashed | str]) -> dict[str, Squashed]:
    return {one.id: photo for one, photo in zip(records, pixels, strict=True) if not isinstance(photo, str)}


def _changes(records: Sequence[Record], passes: Passes) -> _Rows:
    """Return what a reduced precision or scale changes on the first photographs; nothing where all is full."""
    if not passes.experiment.given_up:
        return []
    return [row for key, one in passes.models.items() for row in precision_rows(records, key, one, passes.experiment)]


def _seen(models: Mapping[str, AttributeModel], records: Sequence[Record]) -> Mapping[str, frozenset[str]]:
    """Which of the photographs each model has seen in training; nothing is read where no model lists any."""
    packed = {key: model.source.seen for key, model in models.items() if model.source.seen}
    sums = {record.id: file_sum(record.path) for record in records} if packed else {}
    return {key: seen_among(item, sums, key) for key, item in packed.items()}


def _paths(photographs: str | Path | Sequence[str | Path]) -> list[str | Path]:
    several = [photographs] if isinstance(photographs, (str, Path)) else list(photographs)
    for one in several:
        if not isinstance(one, (str, Path)):
            raise DataError(
                f"{type(one).__name__} is no file or folder; pass paths, or use xa.explain for a picture in memory."
            )
    return several


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
    pass_records(run, Passes(models, methods, run.experiment), run.photographs(), "predict", execution)
    if not run.photographs():
        last = list(run.left_out_photographs().values())[-1]
        raise DataError(f"{run.root}: no photograph is left to rate; the last: {last}")
