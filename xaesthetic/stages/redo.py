"""Parts of a finished run that are computed again: who was left out, ratings, maps chunk by chunk; as they were at first."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.models.model import AttributeModel
from xaesthetic.run.maps import Maps
from xaesthetic.run.schemas import LEFT_OUT, PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic.run.tables import read_table
from xaesthetic.stages._passes import Passes, pass_records, redo_chunks
from xaesthetic.stages._photographs import or_reason
from xaesthetic.stages.explain import explained_records


def rewrite_left_out(run: Run, arrays: Sequence[Path]) -> None:
    """Say again who was left out: photographs without a rating, or with maps of nan; why, is tried again.

    Parameters
    ----------
    run
        Its other tables are whole.
    arrays
        Its maps that are whole.

    Raises
    ------
    DataError
        If one can be read by now, so that the reason is not known any more.
    """
    rated = set(read_table(run.root / f"{PREDICTIONS.name}.parquet", PREDICTIONS, ["image"])["image"])
    unrated = [image for image in run.images() if image not in rated]
    unexplained = [image for image in _without_maps(arrays) if image in rated]
    lost = set(unrated) | set(unexplained)
    records = {record.id: record for record in run.photographs(everything=True) if record.id in lost}
    rows = [
        (image, stage, _reason(run, records[image]))
        for stage, images in (("predict", unrated), (_stage(run), unexplained))
        for image in images
    ]
    run.discard(LEFT_OUT)
    if rows:
        run.write(LEFT_OUT, pd.DataFrame(rows, columns=list(LEFT_OUT.names)))


def _reason(run: Run, record: Record) -> str:
    reason = or_reason(load_photograph)(record)
    if isinstance(reason, str):
        return reason
    raise DataError(f"{run.root}: {record.id} was left out and can be read by now; why it was is not known any more.")


def _without_maps(arrays: Sequence[Path]) -> list[str]:
    """The photographs whose every map is nan."""
    lacking: dict[str, bool] = {}
    for array in arrays:
        for images, maps in Maps(array).chunks():
            for image, nothing in zip(images, np.isnan(maps).all((1, 2, 3)), strict=True):
                lacking[image] = lacking.get(image, True) and bool(nothing)
    return [image for image, nothing in lacking.items() if nothing]


def redo_predictions(run: Run, models: Mapping[str, AttributeModel], execution: Execution, changed: Collection[str]) -> None:
    """Rate all photographs again.

    Raises
    ------
    DataError
        If one of them was changed since; nothing is removed then.
    """
    records = run.photographs(everything=True)
    _validate_unchanged(run, records.ids, changed)
    run.discard(PREDICTIONS)
    pass_records(run, Passes(models, {}, run.experiment), records, "predict", execution)


def redo_maps(
    run: Run,
    models: Mapping[str, AttributeModel],
    lost: Mapping[tuple[str, str], frozenset[str]],
    execution: Execution,
    changed: Collection[str],
) -> None:
    """Make again what arrays of maps have lost.

    Parameters
    ----------
    run
        Its tables are whole.
    models
        By their keys.
    lost
        By model and method the files of the array that are damaged or missing; empty where all of it is.
    execution
        How it is carried out.
    changed
        The photographs that are not as they were.

    Raises
    ------
    DataError
        If a photograph is among them whose map is lost; maps that need none of them are made before.
    """
    problems = []
    for files in sorted(set(lost.values()), key=sorted):
        places = [place for place, those in lost.items() if those == files]
        methods = {key: [method for model, method in places if model == key] for key in dict.fromkeys(m for m, _ in places)}
        passes = Passes({key: models[key] for key in methods}, methods, run.experiment)
        try:
            _redo(run, passes, files, execution, changed)
        except DataError as error:
            problems.append(error)
    if problems:
        raise problems[0]


def _redo(run: Run, passes: Passes, files: frozenset[str], execution: Execution, changed: Collection[str]) -> None:
    places = [(key, method) for key, methods in passes.methods.items() for method in methods]
    records = _explained(run, places)

    def validate(needed: Sequence[Record]) -> None:
        _validate_unchanged(run, [record.id for record in needed], changed)

    if files:
        redo_chunks(run, passes, records, _stage(run), execution, files, validate)
    else:
        validate(records)
        pass_records(run, passes, records, _stage(run), execution)


def _explained(run: Run, places: Sequence[tuple[str, str]]) -> Sequence[Record]:
    """The photographs that maps were made of: those of the array, of another one, or as for a new one."""
    others = sorted((run.root / "maps").glob("*/*.zarr"))
    for array in (*(run.maps_folder(*place) for place in places), *others):
        try:
            images = Maps(array).images
        except DataError:
            continue
        wanted = set(images)
        records = {record.id: record for record in run.photographs(everything=True) if record.id in wanted}
        return [records[image] for image in images if image in records]
    return run.photographs(everything=True) if run.experiment.pick is None else explained_records(run)


def _stage(run: Run) -> str:
    """The stage that makes a run's maps."""
    return "predict" if run.experiment.pick is None else "explain"


def _validate_unchanged(run: Run, images: Sequence[str], changed: Collection[str]) -> None:
    for image in images:
        if image in changed:
            raise DataError(f"{run.root}: {image} was changed or is gone since the run; put it back as it was.")
