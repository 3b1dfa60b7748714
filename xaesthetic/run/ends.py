"""The highest and the lowest of millions of ratings: read a row group at a time, photographs' names only of what is left."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Float64, Int64

from xaesthetic.run.groups import Group
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.tables import validate_members
from xaesthetic.run.versions import find_table

if TYPE_CHECKING:
    from xaesthetic.run.store import Run

Key = tuple[str, str]
"""A model and an attribute."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The photographs at both ends of a model's ratings of one attribute."""

    count: int
    """How many it has rated."""
    highest: tuple[tuple[str, float], ...]
    """Ids and ratings from the highest on, those of one rating by name; all where there are few."""
    lowest: tuple[tuple[str, float], ...]
    """Ids and ratings to the lowest in the same order; all where there are few."""


@dataclass(slots=True)
class _Pool:
    """What may be at one of the ends, as far as the table has been read."""

    count: int
    rows: Int64[np.ndarray, " _n"]
    ratings: Float64[np.ndarray, " _n"]

    def add(self, rows: Int64[np.ndarray, " _m"], values: Float64[np.ndarray, " _m"], most: int | None) -> None:
        self.count += len(rows)
        self.rows, self.ratings = np.concatenate([self.rows, rows]), np.concatenate([self.ratings, values])
        if most is not None and len(self.rows) > 2 * most:
            last = len(self.ratings) - 1
            low, high = np.partition(self.ratings, [most - 1, last - most + 1])[[most - 1, last - most + 1]]
            kept = (self.ratings <= low) | (self.ratings >= high)  # with all that are equal to the last
            self.rows, self.ratings = self.rows[kept], self.ratings[kept]


def read_ends(run: "Run", most: int | None) -> Mapping[Key, Ends]:
    """Return the ends of the ratings by every model of every attribute.

    Parameters
    ----------
    run
        Its predictions are made.
    most
        How many of each end are wanted, and those with the same rating as the last; None for all.

    Raises
    ------
    DataError
        If the table is missing or damaged, or rates a photograph that is not in the run.
    """
    groups = tuple(run.groups(PREDICTIONS))
    pools: dict[Key, _Pool] = {}
    for first, group in _read(groups, ["model", "attribute", "prediction"]):
        for key, rows, values in _split(group):
            pool = pools.setdefault(key, _Pool(0, np.empty(0, np.int64), np.empty(0)))
            pool.add(rows + first, values, most)
    wanted = np.unique(np.concatenate([np.empty(0, np.int64), *(pool.rows for pool in pools.values())]))
    names = _names(groups, wanted)
    _validate(run, pools, names)
    return {key: _ends(pool, names, most) for key, pool in pools.items()}


def _validate(run: "Run", pools: Mapping[Key, _Pool], names: Mapping[int, str]) -> None:
    """Make sure that what was read is of the run's photographs and models, and that attributes are names."""
    rows = [(names[row], *key) for key, pool in pools.items() for row in pool.rows.tolist()]
    frame = pd.DataFrame(rows, columns=["image", "model", "attribute"])
    wanted = pa.array(sorted(set(names.values())), pa.string())
    known = {image for group in run.groups(RECORDS) for image in group.read_of("id", wanted, "id").column("id").to_pylist()}
    validate_members(find_table(run.root, PREDICTIONS.name), PREDICTIONS, frame, known, run.model_keys())


def _read(groups: Sequence[Group], columns: list[str], wanted: Collection[int] | None = None) -> Iterator[tuple[int, Any]]:
    """Give what row groups hold, each with the number of its first row."""
    first = 0
    for number, group in enumerate(groups):
        if wanted is None or number in wanted:
            yield first, group.read(*columns)
        first += group.count


def _split(group: Any) -> Iterator[tuple[Key, Int64[np.ndarray, " _n"], Float64[np.ndarray, " _n"]]]:
    """Give by model and attribute which rows of a group have a rating, and that."""
    values = group.column("prediction").cast("float64").to_numpy()
    codes = []
    names = []
    for column in ("model", "attribute"):
        encoded = group.column(column).cast("string").combine_chunks().dictionary_encode()
        codes.append(encoded.indices.to_numpy(zero_copy_only=False))
        names.append(encoded.dictionary.to_pylist())
    for model in range(len(names[0])):
        for attribute in range(len(names[1])):
            rows = np.flatnonzero((codes[0] == model) & (codes[1] == attribute) & ~np.isnan(values))
            if len(rows):
                yield (names[0][model], names[1][attribute]), rows.astype(np.int64), values[rows]


def _names(groups: Sequence[Group], wanted: Int64[np.ndarray, " _n"]) -> dict[int, str]:
    """The photographs of these rows, which are in order; row groups without any are not read."""
    starts = np.cumsum([0, *(group.count for group in groups)])
    holding = set((np.searchsorted(starts, wanted, side="right") - 1).tolist())
    names: dict[int, str] = {}
    for first, group in _read(groups, ["image"], holding):
        here = wanted[(wanted >= first) & (wanted < first + len(group))]
        taken = group.column("image").take(here - first).to_pylist()
        names.update(zip(here.tolist(), taken, strict=True))
    return names


def _ends(pool: _Pool, names: Mapping[int, str], most: int | None) -> Ends:
    rated = [(names[row], value) for row, value in zip(pool.rows.tolist(), pool.ratings.tolist(), strict=True)]
    rated.sort(key=lambda item: (-item[1], item[0]))
    if most is None or pool.count == len(rated):
        return Ends(pool.count, tuple(rated), tuple(rated))
    values = [value for _, value in rated]
    high, low = sorted(values)[-most], sorted(values)[most - 1]
    return Ends(
        pool.count, tuple(item for item in rated if item[1] >= high), tuple(item for item in rated if item[1] <= low)
    )
