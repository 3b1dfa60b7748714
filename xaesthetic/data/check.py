"""What a data set holds: how many photographs are there, what people gave them, and how the ratings hang together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import scipy

from xaesthetic.core.attributes import ATTRIBUTES, NAMES, in_order
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.near import Near, near_duplicates
from xaesthetic.data.opening import is_there
from xaesthetic.data.raters import LEVELS, PERSONALITY, TRAITS, Raters, find_raters, read_raters
from xaesthetic.data.records import collect

_EXTREMES = (0.30, 0.75)  # of the overall score: what lies beyond was chosen to be easy
_NOBODY = pd.Series(dtype=float)
_PAPER = [item.name for item in ATTRIBUTES if item.in_paper]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a check."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class DataCheck:
    """What a data set holds."""

    sheets: tuple[Sheet, ...]
    missing: tuple[str, ...]
    """The ids of the photographs whose files are not there."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Photographs that cannot be used, as far as the data set knows, by id, with the reason."""
    passed_over: tuple[PassedOver, ...] = ()
    """What else the data held."""


def examine_data(
    name: str,
    root: Path | None = None,
    others: Mapping[str, Path | None] = MappingProxyType({}),
    near: bool = False,
    execution: Execution = Execution(),
) -> DataCheck:
    """Count a data set's photographs and look at its ratings, and at photographs that come twice.

    Parameters
    ----------
    name
        A data set, or a folder of photographs.
    root
        Where its files lie.
    others
        Further data sets or folders, with where their files lie, to look for the same photographs in.
    near
        Whether all photographs are opened to find those that look alike.
    execution
        How that is carried out.

    Returns
    -------
    A table of the lists (splits) with the photographs found; and, where there are ratings: photographs in two lists, the
    ratings' distribution, Spearman's ρ of every attribute with the overall score, and of the best linear combination of
    the paper's eight attributes (ordinary least squares on `train`) with it, where people gave overall scores; and what the
    data set declares of its attributes; who rated, where PARA-UserInfo.csv lies beside; and the pairs that look alike.

    Raises
    ------
    DataError
        If the data set's lists are not there or damaged, or a table of who rated has no column userId.
    """
    collection = collect(name, root)
    records = list(collection.records)
    lists = _lists(records)
    missing = tuple(record.id for record in records if not is_there(record.path))
    left_out = {record.id: record.problem for record in records if record.problem}
    sheets = [_counts({**lists, "all together": records}, set(missing))]
    if any(record.ratings for record in records):
        rated = {split: _ratings(members) for split, members in (lists or {"all": records}).items()}
        sheets += _overlaps(lists)
        sheets += [_distribution(split, rated[split]) for split in rated if not lists or not _part(split, lists)]
        sheets += [_with_overall(rated)] if any(table["overall"].notna().any() for table in rated.values()) else []
    if collection.described:
        declared = tuple((item.name, item.title, item.about, item.question) for item in collection.described)
        sheets.append(Sheet("declared attributes", ("attribute", "title", "range", "question"), declared))
    passed_over = collection.passed_over
    if people := find_raters(name, root):
        raters = read_raters(people)
        sheets.append(_people(raters))
        passed_over += raters.passed_over
    if near:
        data = {name: records} | {item: collect(item, place).records for item, place in others.items()}
        sheets.append(near_sheet(near_duplicates(data, execution)))
    return DataCheck(tuple(sheets), missing, left_out, passed_over)


def _people(raters: Raters) -> Sheet:
    """How many of those who rated are what: a row a trait and value; of a score its mean and deviation."""
    rows = []
    for trait in TRAITS.values():
        known = Counter(item.traits.get(trait, "") for item in raters.people)
        order = LEVELS if trait.endswith("experience") else sorted(name for name in known if name)
        rows += [(trait, value, str(known[value])) for value in order if known[value]]
        rows += [(trait, "not known", str(known[""]))] if known[""] else []
    for factor in PERSONALITY.values():
        scores = [item.personality[factor] for item in raters.people if factor in item.personality]
        rows += [(factor, f"{np.mean(scores):.2f} ± {np.std(scores):.2f}", str(len(scores)))] if scores else []
    gone = f"; the table has no column {', '.join(raters.missing)}" if raters.missing else ""
    return Sheet(f"{len(raters.people)} people rated{gone}", ("", "is", "people"), tuple(rows))


def near_sheet(pairs: Sequence[Near], how: str = "") -> Sheet:
    """Return pairs of photographs as a table, those of different lists or data sets first; `how` they were compared."""
    rows = [
        (*_place(pair.first, pair.first_data), *_place(pair.second, pair.second_data), "yes" if pair.apart else "no")
        for pair in sorted(pairs, key=lambda pair: not pair.apart)
    ]
    columns = ("photograph", "in", "looks like", "in", "other list or data set")
    return Sheet(
        f"near duplicates{how}: {len(rows)} pairs, {sum(pair.apart for pair in pairs)} across", columns, tuple(rows)
    )


def _place(record: Record, data: str) -> tuple[str, str]:
    return record.id, f"{data}:{', '.join(record.splits)}" if record.splits else data


def _lists(records: Sequence[Record]) -> dict[str, list[Record]]:
    """Every list in its own order; those that are a part of another come last."""
    names = dict.fromkeys(split for record in records for split in record.splits)
    lists = {
        split: sorted((record for record in records if split in record.splits), key=lambda record: record.splits[split])
        for split in names
    }
    return dict(sorted(lists.items(), key=lambda entry: _part(entry[0], lists)))


def _part(split: str, lists: Mapping[str, Sequence[Record]]) -> bool:
    """Whether a list is a part of a longer one."""
    here = lists[split]
    return any(all(name in record.splits for record in here) for name in lists if len(lists[name]) > len(here))


def _ratings(records: Sequence[Record]) -> pd.DataFrame:
    names = in_order((*NAMES, *(name for record in records for name in record.ratings)))
    return pd.DataFrame([dict(record.ratings) for record in records], columns=list(names), dtype=float)


def _counts(lists: Mapping[str, Sequence[Record]], missing: set[str]) -> Sheet:
    rows = []
    for split, members in lists.items():
        gone = sum(record.id in missing for record in members)
        rows.append((split, str(len(members)), str(len(members) - gone), str(gone)))
    return Sheet("photographs", ("list", "rows", "found", "missing"), tuple(rows))


def _overlaps(lists: Mapping[str, Sequence[Record]]) -> list[Sheet]:
    """Photographs in two lists, neither of which is a part of the other."""
    rows = []
    for first, second in combinations(lists, 2):
        both = [record for record in lists[second] if first in record.splits]
        if not both or len(both) in (len(lists[first]), len(lists[second])):
            continue
        present, here = ([record.splits[split] for record in both] for split in (first, second))
        overall = _ratings(both)["overall"]
        low, high = (overall <= _EXTREMES[0]).sum(), (overall >= _EXTREMES[1]).sum()
        order = "same order" if present == sorted(present) else "another order"
        rows.append((f"{first}, {second}", str(len(both)), f"{here[0]} to {here[-1]}, {order}", str(low), str(high)))
    columns = ("lists", "in both", "rows of the latter", f"overall ≤ {_EXTREMES[0]:.2f}", f"overall ≥ {_EXTREMES[1]:.2f}")
    return [Sheet("photographs in two lists, with the same ratings", columns, tuple(rows))] if rows else []


def _distribution(split: str, table: pd.DataFrame) -> Sheet:
    rows = []
    for name in map(str, table.columns):
        values = table[name].dropna()
        if len(values):
            numbers = (values.mean(), values.std(ddof=0), values.min(), values.max())
            zero = f"{100 * (values == 0).mean():.0f} %"
            rows.append((name, str(len(values)), *(f"{number:.3f}" for number in numbers), zero))
    columns = ("attribute", "rated", "mean", "sd", "lowest", "highest", "zero")
    return Sheet(f"ratings in {split}", columns, tuple(rows))


def _with_overall(rated: Mapping[str, pd.DataFrame]) -> Sheet:
    rows = []
    some = (str(name) for table in rated.values() for name in table.columns[table.notna().any()] if name != "overall")
    for name in in_order(some):
        rows.append((name, *(_rho(table.get(name, _NOBODY), table["overall"]) for table in rated.values())))
    oracle = _least_squares(rated.get("train"))
    if oracle is not None:
        predicted = (_rho(pd.Series(table[_PAPER].to_numpy() @ oracle), table["overall"], 4) for table in rated.values())
        rows.append((f"least squares on the {len(_PAPER)}, fitted on train", *predicted))
    return Sheet("Spearman's ρ with the overall score", ("attribute", *rated), tuple(rows))


def _least_squares(train: pd.DataFrame | None) -> np.ndarray | None:
    """The weights of the paper's attributes in the overall score; the intercept does not matter to ranks."""
    if train is None:
        return None
    complete = train[[*_PAPER, "overall"]].dropna().to_numpy()
    if len(complete) <= len(_PAPER) + 1:
        return None
    centred = complete - complete.mean(0)
    return np.asarray(np.linalg.lstsq(centred[:, :-1], centred[:, -1], rcond=None)[0])


def _rho(first: pd.Series, second: pd.Series, digits: int = 3) -> str:
    both = pd.concat([first, second], axis=1).dropna().to_numpy()
    if len(both) < 3 or (both == both[0]).all(0).any():
        return "nan"
    return f"{scipy.stats.spearmanr(both[:, 0], both[:, 1]).statistic:.{digits}f}"
