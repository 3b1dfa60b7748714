"""What a network is trained on: photographs, warped once and kept on disk, with their labels and lists."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32, Int, UInt8

from xaesthetic.core.attributes import NAMES, Attribute
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.core.execution import Execution
from xaesthetic.core.files import write_json
from xaesthetic.core.types import EditStep, InputSpec, Pixels, Record
from xaesthetic.data import edits, images
from xaesthetic.data.near import near_trained
from xaesthetic.data.photograph import load_photograph
from xaesthetic.data.records import collect, fingerprint
from xaesthetic.train.recipe import Recipe

Rows = Int[np.ndarray, " _n"]
Labels = Float32[np.ndarray, "_n _a"]
_STATES = 2  # the highest of a photograph: 0 to do, 1 there, 2 unreadable
_SHARES = (0.7, 0.1)  # of the photographs, to train on and to select by, where the data set has no such lists of its own


@dataclass(frozen=True, slots=True)
class Samples:
    """Photographs with labels, and which of them are for what."""

    records: tuple[Record, ...]
    labels: Labels
    """A row a photograph, a column an attribute; nan where nobody rated it."""
    train: Rows
    select: Rows
    """Those by which the epoch is chosen."""
    tests: Mapping[str, Rows]
    """By the list's name; without photographs that are, or look like, one of the others."""
    near: int = 0
    """How many tests leave out for that."""
    described: tuple[Attribute, ...] = ()
    """What the data declares of the attributes that are learnt from people's ratings: the ratings that come out are such."""

    def only(self, usable: np.ndarray) -> "Samples":
        """Without the photographs that cannot be used."""
        tests = {name: rows[usable[rows]] for name, rows in self.tests.items()}
        return replace(self, train=self.train[usable[self.train]], select=self.select[usable[self.select]], tests=tests)


def chunks(rows: Rows, size: int) -> list[Rows]:
    """The rows in groups of `size`; the last may be smaller."""
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def find_samples(data: str, root: Path | None, recipe: Recipe) -> tuple[Samples, str]:
    """The photographs of a data set with the labels that a recipe asks for.

    A data set with a list `train` keeps its lists: the epoch is selected on `validation_clean`, or `validation`, or on a
    tenth of `train` that is set apart by chance where it has neither, groups (a session) kept together; and every
    list whose name begins with `test` is reported. Another is divided by photograph, 70 : 10 : 20.

    Returns
    -------
    The samples, and what identifies the data.

    Raises
    ------
    DataError
        If there are no labels, or too few photographs.
    """
    collection = collect(data, root)
    records = list(collection.records)
    known = fingerprint(records)
    records = _some(records, recipe)
    if recipe.labels == "edits":
        records = list(_edited(records, recipe))
    labels = np.array([_label(record, recipe) for record in records], np.float32).reshape(-1, len(recipe.attributes))
    if not len(records) or np.isnan(labels).all():
        wanted = "a subject region" if recipe.labels == "edits" else f"ratings of {', '.join(recipe.attributes)}"
        raise DataError(f"{data}: no photograph has {wanted}; choose another data set or recipe.")
    for name, column in zip(recipe.attributes, labels.T, strict=True):
        if recipe.labels == "ratings" and name not in NAMES and np.isnan(column).all():
            rated = {item for record in records for item in record.ratings}
            raise DataError(f"{data}: {unknown('rated attribute', name, rated, label='People rated')}")
    train, select, tests = divide(records, recipe.seed)
    clean, near = without_near(records, np.concatenate([train, select]), tests)
    learnt = recipe.attributes if recipe.labels == "ratings" else ()  # strengths of edits have another scale
    described = tuple(item for item in collection.described if item.name in learnt)
    return Samples(tuple(records), labels, train, select, clean, near, described), known


def without_near(records: Sequence[Record], trained: Rows, tests: Mapping[str, Rows]) -> tuple[dict[str, Rows], int]:
    """Return lists to test on without the photographs that are, or look like, one trained or selected on; and how many."""
    near = near_trained(records, trained.tolist(), [row for rows in tests.values() for row in rows.tolist()])
    return {name: rows[~np.isin(rows, list(near))] for name, rows in tests.items()}, len(near)


def _some(records: list[Record], recipe: Recipe) -> list[Record]:
    """At most as many photographs as the recipe wants, in their own order."""
    originals = list(dict.fromkeys(record.original for record in records))
    if recipe.photographs is None or recipe.photographs >= len(originals):
        return records
    drawn = np.random.default_rng(recipe.seed).permutation(len(originals))[: recipe.photographs]
    kept = {originals[index] for index in drawn}
    return [record for record in records if record.original in kept]


def _edited(records: Sequence[Record], recipe: Recipe) -> Iterator[Record]:
    for record in records:
        if record.edit is None and record.subject:
            yield replace(record, splits={})
            for step in (EditStep(name, amount) for name in recipe.edits for amount in recipe.amounts):
                yield replace(record, id=f"{record.id}~{step.name}~{step.amount:g}", edit=step, splits={})


def _label(record: Record, recipe: Recipe) -> list[float]:
    if recipe.labels == "ratings":
        return [float(record.ratings.get(attribute, np.nan)) for attribute in recipe.attributes]
    if record.edit is None:
        return [0.0] * len(recipe.attributes)
    return [edits.effect(record.edit.name, attribute) * record.edit.amount for attribute in recipe.attributes]


def divide(records: Sequence[Record], seed: int) -> tuple[Rows, Rows, dict[str, Rows]]:
    """Return the rows to train on, those to select by, and those to test on, by the names of their lists."""
    names = {name for record in records for name in record.splits}
    rows = {name: np.array([i for i, record in enumerate(records) if name in record.splits], np.int64) for name in names}
    if "train" in names:
        train, select = rows["train"], rows.get("validation_clean", rows.get("validation"))
        if select is None:
            train, select = _set_apart(records, train, seed)
        return train, select, {name: rows[name] for name in sorted(names) if name.startswith("test")}
    originals = list(dict.fromkeys(record.original for record in records))
    order = np.random.default_rng(seed).permutation(len(originals))
    first, second = (round(share * len(originals)) for share in np.cumsum(_SHARES))
    part = dict(
        zip((originals[i] for i in order), np.searchsorted([first, second], np.arange(len(order)), "right"), strict=True)
    )
    parts = np.array([part[record.original] for record in records])
    train, select, test = (np.flatnonzero(parts == number) for number in range(3))
    return train, select, {"test": test}


def _set_apart(records: Sequence[Record], train: Rows, seed: int) -> tuple[Rows, Rows]:
    """Divide the rows to train on 9 : 1; what belongs together stays together."""
    groups = [records[row].group or records[row].original for row in train]
    order = list(dict.fromkeys(groups))
    drawn = np.random.default_rng(seed).permutation(len(order))[: max(1, round(_SHARES[1] * len(order)))]
    apart = np.isin(groups, [order[index] for index in drawn])
    return train[~apart], train[apart]


@dataclass(frozen=True, slots=True)
class Photographs:
    """Photographs warped to the network's size, in a file: decoded once, read in any order."""

    pixels: UInt8[np.ndarray, "_n _h _w 3"]
    usable: np.ndarray
    """False where a photograph cannot be read."""


def warp(records: Sequence[Record], inputs: InputSpec, folder: Path, execution: Execution = Execution()) -> Photographs:
    """Decode, edit and warp every photograph once; a stopped pass goes on where it was.

    Parameters
    ----------
    records
        Which ones.
    inputs
        Their size and resampling.
    folder
        Gets a file of n x height x width x 3 bytes; can be deleted when the training is over.
    """
    key = {"photographs": fingerprint(records), "size": list(inputs.size), "resample": inputs.resample}
    folder.mkdir(parents=True, exist_ok=True)
    if not _holds(folder / "key.json", key):
        for name in ("pixels", "done"):
            (folder / name).unlink(missing_ok=True)
        write_json(folder / "key.json", key)
    pixels = _mapped(folder / "pixels", (len(records), *inputs.size, 3))
    done = _mapped(folder / "done", (len(records),))
    if (done > _STATES).any():
        raise DataError(f"{folder / 'done'}: is damaged; delete {folder} to warp the photographs again.")
    todo = np.flatnonzero(done == 0)

    def read(index: int) -> Pixels | None:
        try:
            return images.resize(load_photograph(records[index]), inputs.size, inputs.resample)
        except DataError:
            return None

    with ThreadPoolExecutor(execution.threads) as pool:
        groups = chunks(todo, 64)
        for group in execution.track(groups, "photographs, 64 each", len(groups)):
            for index, result in zip(group, pool.map(read, map(int, group)), strict=True):
                if result is not None:
                    pixels[index] = result
                done[index] = 1 if result is not None else 2
    return Photographs(pixels, np.asarray(done) == 1)


def _holds(file: Path, key: Mapping[str, Any]) -> bool:
    """Whether what is kept is of these photographs; what is damaged is made again."""
    try:
        return bool(read_json(file, dict[str, Any]) == key)
    except DataError:
        return False


def _mapped(path: Path, shape: tuple[int, ...]) -> np.memmap:
    size = int(np.prod(shape))
    if not path.is_file() or path.stat().st_size != size:
        with path.open("wb") as file:
            file.truncate(size)  # zeros, which take no room before they are written
    return np.memmap(path, np.uint8, "r+", shape=shape)
