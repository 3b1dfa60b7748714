"""Predictions made elsewhere, so that any system can be compared without a plug-in."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from xaesthetic.core.attributes import NAMES, attribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.spreadsheet import raw_cell

_IMAGE = ("image", "imagefile", "image_file", "id", "name", "filename", "file")


def read_predictions(name: str, path: Path, ids: Sequence[str]) -> tuple[pd.DataFrame, list[str]]:
    """Predictions made elsewhere.

    Parameters
    ----------
    name
        What to call the model.
    path
        A CSV file: a column image (or ImageFile, id, name) and one for each attribute, under any name of it; other
        columns are passed over. Empty cells are unknown.
    ids
        The photographs of the data set. A file's image is one of them by its id, or by its file name.

    Returns
    -------
    Columns image, model, attribute, prediction; and notes for the reader.

    Raises
    ------
    DataError
        If it cannot be read as such, has an image twice, holds text where a number should be, or no image is known.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False).map(raw_cell).rename(columns=raw_cell)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as CSV ({error}).") from error
    image = next((column for column in table.columns if column.strip().lower() in _IMAGE), None)
    if image is None:
        raise DataError(f"{path}: no column image; it has {', '.join(map(str, table.columns))}.")
    columns, ignored = _attributes(path, [column for column in table.columns if column != image])
    by_name = {Path(item).name: item for item in ids}
    known = set(ids)
    result = [item if item in known else by_name.get(Path(item).name) for item in table[image]]
    matched = [item for item in result if item]
    if not matched:
        raise DataError(f"{path}: none of {len(table)} images is in the data set; the first is {_first(table[image])}.")
    twice = pd.Series(matched).duplicated()
    if twice.any():
        raise DataError(f"{path}: {matched[int(np.argmax(twice))]} comes twice.")
    parts = [
        pd.DataFrame({"image": result, "model": name, "attribute": ours, "prediction": _numbers(path, table, theirs)})
        for ours, theirs in columns.items()
    ]
    notes = [f"{name}: {len(matched)} of {len(table)} images of {path.name} are in the data set."]
    if ignored:
        notes.append(f"{name}: columns passed over: {', '.join(ignored)}.")
    return pd.concat(parts, ignore_index=True).dropna(subset=["image", "prediction"]), notes


def _first(values: pd.Series) -> str:
    return repr(values.iloc[0]) if len(values) else "missing"


def _attributes(path: Path, columns: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Our names for the columns; a column that `xaesthetic predict` has written says its model in brackets."""
    named: dict[str, str] = {}
    ignored = []
    for column in columns:
        try:
            ours = attribute(column.partition(" (")[0]).name
        except DataError:
            ignored.append(column)
            continue
        if ours in named:
            raise DataError(f"{path}: {named[ours]!r} and {column!r} are both {ours}; give one model a file.")
        named[ours] = column
    if not named:
        raise DataError(f"{path}: no column is an attribute; they are called {', '.join(NAMES)}.")
    return named, ignored


def _numbers(path: Path, table: pd.DataFrame, column: str) -> pd.Series:
    text = table[column].str.strip()
    numbers = pd.to_numeric(text.where(text != ""), errors="coerce").astype(float)
    wrong = numbers.isna() & ~text.str.lower().isin(["", "nan", "na"]) | np.isinf(numbers)
    if wrong.any():
        line = int(np.argmax(wrong))
        raise DataError(f"{path}, line {line + 2}: {table[column].iloc[line]!r} in column {column!r} is no number.")
    return numbers
