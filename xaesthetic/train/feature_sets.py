"""The paper's question, asked of frozen features: what the earlier blocks add to what the last one tells of ratings.

Every set of features gets the same treatment: a ridge regression for each attribute, fitted to the list `train` with its
penalty chosen inside it, judged on the list `test`. The features are computed once and kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import zarr

from xaesthetic.core.attributes import in_order
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.locks import hold
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data.photograph import load_photograph
from xaesthetic.data.pixel_statistics import SIZE, pixel_statistics
from xaesthetic.data.records import fingerprint
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import AttributeModel, device
from xaesthetic.run.stage import ArraySink, batches, compute
from xaesthetic.train.features import pooled
from xaesthetic.train.question import begin
from xaesthetic.train.ridge_rows import predict_ridge, standardise
from xaesthetic.train.samples import without_near

_BATCH = 8


@dataclass(frozen=True, slots=True, eq=False)
class FeatureSets:
    """What ridge regressions on several sets of features predict for the list `test`."""

    predictions: pd.DataFrame
    """Columns image, model (the set's name), attribute, prediction."""
    trained: Mapping[str, str]
    """How each was fitted, in words, by the set's name."""
    near: frozenset[str]
    """Photographs of `test` that are, or look like, one of `train`: of them nothing is predicted."""


def predict_from_features(
    choice: ModelChoice, data: str, records: Sequence[Record], folder: Path, execution: Execution = Execution()
) -> FeatureSets:
    """Predict ratings from pixels, from what photographs show, and from a network's last, earlier and all blocks.

    Parameters
    ----------
    choice
        A model whose head is linear over global averages; its features are used, its head is not.
    data
        What to call the photographs.
    records
        With ratings, and the lists `train` and `test`.
    folder
        Keeps the features, for another time and where a stopped pass goes on.
    execution
        How it is carried out, and on which device.

    Raises
    ------
    DataError
        If there are no such lists, or too few photographs in one.
    ModelError
        If the head is another one.
    """
    rated = [record for record in records if record.edit is None and record.ratings]
    model = load_model(choice, on=execution.device, trust=execution.trust)
    if not isinstance(model.head, LinearHead):
        raise ModelError(f"{choice}: its head is not linear over global averages, so it has no sets of features to compare.")
    train, test, near = _lists(rated, data)
    with hold(folder / ".lock", "computing features"):
        begin(folder, {"model": str(choice), "files": dict(model.source.files), "photographs": fingerprint(rated)})
        sizes = _channels(model, rated, device(execution.device))
        features, pixels = _features(model, sum(sizes), rated, folder, execution)
    usable = ~np.isnan(features).any(1) & ~np.isnan(pixels).any(1)
    train, test = train[usable[train]], test[usable[test]]
    sets = _sets(features, sizes, pixels, rated, train)
    return _predicted(sets, rated, train, test, near, execution)


def _lists(records: Sequence[Record], data: str) -> tuple[np.ndarray, np.ndarray, frozenset[str]]:
    rows = {
        name: np.array([row for row, record in enumerate(records) if name in record.splits], np.int64)
        for name in ("train", "test")
    }
    for name, members in rows.items():
        if len(members) < 10:
            raise DataError(
                f"{data}: {len(members)} rated photographs are in a list {name!r}; to compare sets of features ten must be "
                "in 'train' and ten in 'test'."
            )
    clean, _ = without_near(records, rows["train"], {"test": rows["test"]})
    near = frozenset(records[row].id for row in set(rows["test"].tolist()) - set(clean["test"].tolist()))
    return rows["train"], clean["test"], near


def _channels(model: AttributeModel, records: Sequence[Record], on: str) -> tuple[int, ...]:
    """Return how many channels each of the model's layers has, from the first photograph that can be read."""
    from xaesthetic.models.forward import to_batch

    for record in records:
        pixels = _read(record)
        if pixels is not None:
            return tuple(int(item.shape[1]) for item in model.run(to_batch([pixels], model.inputs, on)).activations)
    raise DataError(f"{records[0].path}: not one of {len(records)} photographs can be read; the first is this one.")


def _features(
    model: AttributeModel, channels: int, records: Sequence[Record], folder: Path, execution: Execution
) -> tuple[np.ndarray, np.ndarray]:
    """Return averaged features and pixel statistics, a row a photograph; nan where one cannot be read."""
    groups, on = batches(records, _BATCH), device(execution.device)
    widths = {"features": channels, "pixels": SIZE}

    def work(group: Sequence[Record], photographs: list[Pixels | None]) -> dict[str, np.ndarray]:
        values = {name: np.full((len(group), width), np.nan, np.float32) for name, width in widths.items()}
        rows = [row for row, item in enumerate(photographs) if item is not None]
        present = [item for item in photographs if item is not None]
        if present:
            values["features"][rows] = pooled(model, present, on)
            values["pixels"][rows] = np.stack([pixel_statistics(item) for item in present])
        return values

    if not all((folder / f"{name}.zarr").is_dir() for name in widths):
        sinks = {name: ArraySink(folder / f"{name}.zarr", folder / "chunks", tuple(map(len, groups))) for name in widths}
        label, sizes = "features of photographs", tuple(map(len, groups))
        compute(
            folder, "chunks", groups, work, sinks, execution, lambda group: [*map(_read, group)], label, sizes,
        )  # fmt: skip
    kept: list[zarr.Array[Any]] = [zarr.open_array(folder / f"{name}.zarr", mode="r") for name in widths]
    return np.asarray(kept[0][:], np.float32), np.asarray(kept[1][:], np.float32)


def _read(record: Record) -> Pixels | None:
    try:
        return load_photograph(record)
    except DataError:
        return None


def _sets(
    features: np.ndarray, sizes: Sequence[int], pixels: np.ndarray, records: Sequence[Record], train: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the sets of features by their names, each standardised over `train`."""
    last = sizes[-1]
    features = standardise(features, train)
    shows = pd.get_dummies(pd.Series([record.category or "none" for record in records])).to_numpy(np.float32)
    sets = {"pixel statistics": standardise(pixels, train)}
    if shows.shape[1] > 1:
        sets["scene category"] = standardise(shows, train)
    sets["last block"] = features[:, -last:]
    if len(sizes) > 1:
        sets[f"first {len(sizes) - 1} blocks"] = features[:, :-last]
        sets[f"all {len(sizes)} blocks"] = features
        reduced = _reduced(features, last, train)
        sets[f"all {len(sizes)} blocks, {reduced.shape[1]} components"] = reduced
    return sets


def _reduced(features: np.ndarray, dimension: int, train: np.ndarray) -> np.ndarray:
    """Return the principal components of the features, as many as the last block has channels, found in `train`."""
    from sklearn.decomposition import KernelPCA  # with inner products, for there are more features than photographs

    count = min(dimension, len(train) - 1, features.shape[1])
    fitted = KernelPCA(count, kernel="linear", eigen_solver="dense").fit(features[train])
    return np.asarray(fitted.transform(np.nan_to_num(features)))


def _predicted(
    sets: Mapping[str, np.ndarray],
    records: Sequence[Record],
    train: np.ndarray,
    test: np.ndarray,
    near: frozenset[str],
    execution: Execution,
) -> FeatureSets:
    attributes = in_order(name for record in records for name in record.ratings)
    labels = np.array([[record.ratings.get(name, np.nan) for name in attributes] for record in records], np.float64)
    groups = [record.group or record.original for record in records]
    tables = []
    for name, values in execution.track(sets.items(), "sets of features", len(sets)):
        predicted = predict_ridge(values, labels, groups, train, test)
        frame = pd.DataFrame(predicted, columns=list(attributes)).assign(image=[records[row].id for row in test], model=name)
        tables.append(frame.melt(["image", "model"], var_name="attribute", value_name="prediction").dropna())
    how = f"ridge on {{}} numbers, fitted to the {len(train)} photographs of the list train, penalty by folds inside it"
    trained = {name: how.format(values.shape[1]) for name, values in sets.items()}
    return FeatureSets(pd.concat(tables, ignore_index=True), trained, near)
