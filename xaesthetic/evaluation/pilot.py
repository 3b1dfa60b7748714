"""A pilot's differences of two models, person by person, and the variance components that a study is planned from."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from xaesthetic.core import files
from xaesthetic.core.delimited import Delimited, Row, read_delimited
from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.variance_components import Components, variance_components

_WANTED = ("photograph", "annotator", "difference")
_KNOWN = ("attribute", "sign")
_KEYS = ("attribute", "photograph", "annotator", "sign")


@dataclass(frozen=True, slots=True)
class Pilot:
    """What a pilot says."""

    components: Components
    """The mean over attributes."""
    differences: int
    photographs: int
    people: int
    sha256: str
    """The file's."""


def read_pilot(path: Path) -> Pilot:
    """Read a table of differences: columns photograph, annotator, difference; attribute and sign where there are several.

    A row that comes a second time for the same person, photograph, attribute and sign is a repeat: it tells interaction from
    residual. Signs are averaged. `agreement/same_others.csv` is such a table.

    Raises
    ------
    DataError
        If it cannot be read, a row is damaged or without a number, comes a third time, or photographs and people cannot be
        told apart; names the file and the line.
    """
    table = read_delimited(path, _WANTED, _KNOWN)
    name = files.printable(path)
    rows = pd.DataFrame(_rows(table, name), columns=[*_KEYS, "difference"]).dropna()
    if rows.empty:
        raise DataError(f"{name}: has no difference; a row for every person and photograph was wanted.")
    rows["time"] = rows.groupby(list(_KEYS)).cumcount()
    if rows["time"].max() > 1:
        third = rows[rows["time"] > 1].iloc[0]
        raise DataError(f"{name}: {third['annotator']} has {third['photograph']} three times; a repeat comes once.")
    try:
        components = [_components(part) for _, part in rows.groupby("attribute")]
    except DataError as error:
        raise DataError(f"{name}: {error}") from error
    return Pilot(
        mean_components(components),
        len(rows),
        rows["photograph"].nunique(),
        rows["annotator"].nunique(),
        files.sha256(path),
    )


def mean_components(components: Iterable[Components]) -> Components:
    """Return the mean of several attributes' components; an interaction that one of them does not know is not known."""
    values = np.array([(item.photograph, item.person, item.interaction, item.residual) for item in components])
    if np.isnan(values[:, 2]).any():
        values[:, 3] += np.nan_to_num(values[:, 2])
        values[:, 2] = np.nan
    return Components(*map(float, values.mean(0)))


def _rows(table: Delimited, name: str) -> Iterator[tuple[str, str, str, str, float]]:
    number = table.number_reader("difference")
    attribute, sign = (table.find_column(column) for column in _KNOWN)
    for row in table.rows:
        if row.problem:
            raise DataError(f"{name}, line {row.line}: {row.problem}.")
        for column in ("photograph", "annotator"):
            if not row.cells[column]:
                raise DataError(f"{name}, line {row.line}: names no {column}; mend the row.")
        value = _number(row, name, number)
        cells = (row.cells[column] if column else "" for column in (attribute, "photograph", "annotator", sign))
        yield *cells, value  # type: ignore[misc]  # four texts


def _number(row: Row, name: str, number: Callable[[str], float]) -> float:
    cell = row.cells["difference"]
    if not cell or cell.lower() == "nan":
        return float("nan")
    try:
        value = number(cell)
    except ValueError as error:
        raise DataError(f"{name}, line {row.line}: the difference {error}; mend the row.") from error
    if not np.isfinite(value):
        raise DataError(f"{name}, line {row.line}: the difference is {cell}; a finite number was wanted.")
    return value


def _components(rows: pd.DataFrame) -> Components:
    """Of one attribute; signs are averaged, first and second times apart."""
    once = rows[rows["time"] == 0]
    first = once.pivot_table("difference", "photograph", "annotator", "mean").to_numpy(np.float64)
    wide = rows.pivot_table("difference", ["photograph", "annotator"], "time", ["mean", "count"])
    if 1 not in wide["mean"]:
        return variance_components(first)
    again = wide[wide["count", 0] == wide["count", 1]]["mean"].to_numpy(np.float64)  # of the same signs
    return variance_components(first, [(float(one), float(other)) for one, other in again])
