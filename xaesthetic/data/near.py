"""Near duplicates between lists and data sets: the same photograph saved, scaled or squashed anew."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from xaesthetic.core.errors import DataError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Record
from xaesthetic.data.looks import Looks, look_of, near_pairs
from xaesthetic.data.photograph import load_photograph


@dataclass(frozen=True, slots=True)
class Near:
    """Two photographs that look alike."""

    first: Record
    second: Record
    first_data: str
    """The data set's name."""
    second_data: str

    @property
    def apart(self) -> bool:
        """Whether they are in different lists or data sets, so that the one may be tested and the other trained on."""
        return self.first_data != self.second_data or set(self.first.splits) != set(self.second.splits)


def near_duplicates(data: Mapping[str, Sequence[Record]], execution: Execution = Execution()) -> tuple[Near, ...]:
    """Find the photographs that look alike, in one data set or in two; edited versions do not count.

    Parameters
    ----------
    data
        Photographs by their data sets' names. Those that cannot be read are passed over.
    execution
        How it is carried out.

    Returns
    -------
    Pairs, in the photographs' order: of many copies every one with the first.
    """
    whole = whole_records(data)
    looks, rows = _looks([record for _, record in whole], execution)
    return as_near(whole, [(rows[one], rows[other]) for one, other in near_pairs(looks)])


def whole_records(data: Mapping[str, Sequence[Record]]) -> list[tuple[str, Record]]:
    """Return all photographs but edited versions, each with its data set's name."""
    return [(name, record) for name, records in data.items() for record in records if record.edit is None]


def as_near(whole: Sequence[tuple[str, Record]], pairs: Iterable[tuple[int, int]]) -> tuple[Near, ...]:
    """Return pairs of numbers as pairs of photographs; the same file twice is no pair."""
    both = [(whole[one], whole[other]) for one, other in pairs]
    return tuple(Near(one[1], other[1], one[0], other[0]) for one, other in both if one[1].path != other[1].path)


def near_trained(
    records: Sequence[Record], trained: Iterable[int], tested: Iterable[int], execution: Execution = Execution()
) -> dict[int, int]:
    """Find the photographs to test on that are, or look like, one that is trained on.

    Parameters
    ----------
    records
        All of them.
    trained, tested
        Their numbers.
    execution
        How it is carried out.

    Returns
    -------
    By the number of the one tested on, that of one trained on.
    """
    one, other = list(dict.fromkeys(map(int, trained))), list(dict.fromkeys(map(int, tested)))
    chosen = [row for row in (*one, *other) if records[row].edit is None]
    looks, places = _looks([records[row] for row in chosen], execution)
    rows = [chosen[place] for place in places]
    groups: dict[int, set[int]] = {}
    for first, second in near_pairs(looks):
        groups.setdefault(rows[first], set()).add(rows[second])
        groups.setdefault(rows[second], set()).add(rows[first])
    known, firsts = set(one), _first_with_hash(looks, rows)
    near = {}
    for row in other:
        source = firsts.get(row, row)  # copies of one photograph are paired with the first of them, and it with the others
        like = groups.get(row, set()) | (groups.get(source, set()) if source in groups.get(row, ()) else set())
        near[row] = sorted(like & known)
    originals = {records[row].original: match[0] for row, match in near.items() if match}
    return {row: originals[records[row].original] for row in other if records[row].original in originals}


def _first_with_hash(looks: Looks, rows: Sequence[int]) -> dict[int, int]:
    _, first, inverse = np.unique(looks.hashes, return_index=True, return_inverse=True)
    return {row: rows[place] for row, place in zip(rows, first[inverse], strict=True)}


def _looks(records: Sequence[Record], execution: Execution) -> tuple[Looks, list[int]]:
    """Return what photographs look like, and the places of those that can be read."""
    with ThreadPoolExecutor(execution.threads) as pool:
        looked = list(execution.track(pool.map(_look, records), "photographs", len(records)))
    rows = [row for row, item in enumerate(looked) if item is not None]
    present = [item for item in looked if item is not None]
    hashes = np.array([item[0] for item in present], np.uint64)
    thumbs = np.stack([item[1] for item in present]) if present else np.zeros((0, 8, 8, 3), np.uint8)
    return Looks(hashes, thumbs), rows


def _look(record: Record) -> tuple[np.uint64, np.ndarray] | None:
    if record.problem:
        return None
    try:
        return look_of(load_photograph(record))
    except DataError:  # whoever needs it says why
        return None
