"""Long tables of predictions, as `xaesthetic predict --long` writes them: a row for an image, a model and an attribute."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from xaesthetic.core.delimited import Delimited, Row, read_delimited
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import printable

COLUMNS = ("image", "model", "attribute", "prediction")
_TWICE = "twice with other values"  # no number, so that it is named among those


def is_long(table: Delimited) -> bool:
    """Whether a table has a row for each attribute, not a column."""
    return all(table.find_column(name) for name in COLUMNS)


def long_models(path: Path) -> tuple[str, ...]:
    """Return the models of a long table, in its order; none where it is not long.

    Raises
    ------
    DataError
        If the file cannot be read as a table.
    """
    table = read_delimited(path, known=COLUMNS)
    if not is_long(table):
        return ()
    return tuple(dict.fromkeys(name for row in table.rows if (name := _cells(table, row)["model"])))


def widened(table: Delimited, name: str) -> Delimited:
    """Return a long table as a wide one, a row an image and a column an attribute, of one model.

    Parameters
    ----------
    table
        A long one.
    name
        The model's name; where none is called so, there must be one model only, which then is called so.

    Raises
    ------
    DataError
        If it holds several models, none of that name.
    """
    models = list(dict.fromkeys(_cells(table, row)["model"] for row in table.rows if not row.problem))
    if name not in models and len(models) > 1:
        known = ", ".join(models)
        raise DataError(f"{printable(table.path)}: no model is called {name!r}; it has {known}: name one of these.")
    damaged = [row for row in table.rows if row.problem]
    wide: dict[str, Row] = {}
    columns: dict[str, None] = {}
    for row in table.rows:
        cells = _cells(table, row)
        if row.problem or (name in models and cells["model"] != name):
            continue
        columns[cells["attribute"]] = None
        held = wide.setdefault(cells["image"], Row(row.line, {"image": cells["image"]})).cells
        known = held.setdefault(cells["attribute"], cells["prediction"])
        if known != cells["prediction"]:
            held[cells["attribute"]] = _TWICE
    names = [column for column in columns if column]
    rows = [replace(row, cells={**dict.fromkeys(names, ""), **row.cells}) for row in wide.values()]
    return replace(table, columns=("image", *names), rows=(*rows, *damaged))


def _cells(table: Delimited, row: Row) -> Mapping[str, str]:
    """A row's cells under our names."""
    return {name: row.cells.get(table.find_column(name) or "", "") for name in COLUMNS}
