"""Predictions made elsewhere, so that any system can be compared without a plug-in."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from xaesthetic.core.attributes import ATTRIBUTES, NAMES, canonical, in_order
from xaesthetic.core.delimited import Delimited, Row, read_delimited
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable
from xaesthetic.data.names import NONE, match_names
from xaesthetic.paper.tables.given_long import COLUMNS, is_long, widened

_IMAGE = ("image", "imagefile", "image_file", "filename", "file", "name", "id")
_UNKNOWN = ("", "nan", "na")
_SHOWN = 3  # images or lines that a note names


def read_predictions(
    name: str, path: Path, ids: Sequence[str], attributes: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[str]]:
    """Predictions made elsewhere.

    What cannot be used is unknown, and a note says so: cells without a number, images that the data set does not have or
    that could be two of it, images that come twice with other values.

    Parameters
    ----------
    name
        What to call the model.
    path
        A CSV file: a column image (or ImageFile, id, name) and one for each attribute, under any name of it; other
        columns are passed over. Empty cells are unknown. Or a long one, with columns image, model, attribute, prediction:
        then of the model `name`, or of the only one.
    ids
        The photographs of the data set. A file's image is one of them by its id, or as `match_names` says.
    attributes
        Names that columns may have besides the vocabulary's.

    Returns
    -------
    Columns image, model, attribute, prediction; and notes for the reader.

    Raises
    ------
    DataError
        If it cannot be read as such, or no image is known.
    """
    table = read_delimited(path, known=(*_IMAGE, *COLUMNS, *NAMES, *(item.csv for item in ATTRIBUTES), *attributes))
    table = widened(table, name) if is_long(table) else table
    image = table.find_column(*_IMAGE)
    if image is None:
        raise DataError(f"{printable(path)}: no column image; it has {', '.join(table.columns)}.")
    columns, ignored = _attributes(path, [column for column in table.columns if column != image], attributes)
    whole = [row for row in table.rows if not row.problem and row.cells[image]]
    rows, doubtful = _matched(whole, image, ids)
    if not rows:
        first = f"the first is {whole[0].cells[image]!r}" if whole else "no row can be read"
        raise DataError(f"{printable(path)}: none of {len(table.rows)} images is in the data set; {first}.")
    values, bad = _values(table, rows, columns)
    kept, twice = _once(values)
    notes = [f"{len(kept) + len(twice)} of {len(table.rows)} images of {path.name} are in the data set."]
    if ignored:
        notes.append(f"columns passed over: {', '.join(ignored)}.")
    notes += _note("damaged rows passed over", [_damage(row) for row in table.rows if row.problem or not row.cells[image]])
    notes += _note("images that are not certain, which are unknown", doubtful)
    notes += _note("cells without a number, which are unknown", bad)
    notes += _note("images that come twice with other values, which are unknown", twice)
    cells = [(item, name, ours, number) for item, numbers in kept.items() for ours, number in numbers.items()]
    frame = pd.DataFrame(cells, columns=["image", "model", "attribute", "prediction"]).astype({"prediction": float})
    return frame.dropna(ignore_index=True), [f"{name}: {note}" for note in notes]


def _damage(row: Row) -> str:
    return f"line {row.line} {row.problem or 'names no image'}"


def _note(what: str, items: Sequence[str]) -> list[str]:
    """Return a note with the first few items; none where there are none."""
    more = f" and {len(items) - _SHOWN} more" * (len(items) > _SHOWN)
    return [f"{len(items)} {what}: {', '.join(items[:_SHOWN])}{more}."] if items else []


def _matched(rows: Sequence[Row], image: str, ids: Sequence[str]) -> tuple[list[tuple[str, Row]], list[str]]:
    """Return the rows with the ids that they are about, and which could be about several."""
    matches = match_names((row.cells[image] for row in rows), ids)
    matched = [(matches[row.cells[image]].file, row) for row in rows if matches[row.cells[image]].file]
    doubtful = [f"{name!r}, {match.problem}" for name, match in matches.items() if match.problem and match.problem != NONE]
    return matched, doubtful


def _values(
    table: Delimited, rows: Sequence[tuple[str, Row]], columns: Mapping[str, str]
) -> tuple[list[tuple[str, dict[str, float]]], list[str]]:
    """Return every row's numbers by attribute, nan where there is none, and the cells that should have held one."""
    read, bad = table.number_reader(*columns.values()), []
    result = []
    for item, row in rows:
        numbers = {}
        for ours, theirs in columns.items():
            numbers[ours] = _number(row.cells[theirs], read)
            if math.isnan(numbers[ours]) and row.cells[theirs].casefold() not in _UNKNOWN:
                bad.append(f"line {row.line} {row.cells[theirs][:40]!r} in column {theirs!r}")
        result.append((item, numbers))
    return result, bad


def _number(text: str, read: Callable[[str], float]) -> float:
    try:
        value = read(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def _once(rows: Sequence[tuple[str, dict[str, float]]]) -> tuple[dict[str, dict[str, float]], list[str]]:
    """Return the numbers by image, and the images of several rows that do not say the same."""
    kept: dict[str, dict[str, float]] = {}
    twice: dict[str, None] = {}
    for item, numbers in rows:
        if repr(kept.setdefault(item, numbers)) != repr(numbers):  # as text, nan equals nan
            twice[item] = None
    return {item: numbers for item, numbers in kept.items() if item not in twice}, list(twice)


def _attributes(path: Path, columns: Sequence[str], attributes: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Our names for the columns; a column that `xaesthetic predict` has written says its model in brackets."""
    named: dict[str, str] = {}
    ignored = []
    for column in columns:
        ours = next(filter(None, (_meant(text, attributes) for text in (column, column.partition(" (")[0]))), "")
        if not ours:
            ignored.append(column)
            continue
        if ours in named:
            raise DataError(f"{printable(path)}: {named[ours]!r} and {column!r} are both {ours}; give one model a file.")
        named[ours] = column
    if not named:
        raise DataError(
            f"{printable(path)}: no column is an attribute; they are called {', '.join(in_order((*NAMES, *attributes)))}."
        )
    return named, ignored


def _meant(text: str, attributes: Sequence[str]) -> str:
    """Return the attribute that a column is called like; empty where it is none."""
    names = {item.casefold(): item for item in attributes}
    ours = canonical(text)
    return names.get(text.casefold(), ours if ours in NAMES else "")
