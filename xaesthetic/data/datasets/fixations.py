"""Photographs and where people looked in them, as a table."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from xaesthetic.core.delimited import parse_rows, read_delimited
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.files import printable
from xaesthetic.core.types import Annotation, PassedOver, Record
from xaesthetic.data.locate import Located, locate

_COLUMNS = ("image", "subject", "x", "y")
_Points = dict[str, list[tuple[float, float]]]


@dataset()
def fixations(root: Path | None = None) -> Iterator[Record | PassedOver]:
    """A CSV of fixations: image, subject, x, y in pixels from the upper left corner (name the file with --root).

    Further columns, such as a duration, are not read. Images are paths relative to the table, or what of such a path another
    system has left. A row without a number where one should be is passed over and counted.

    Parameters
    ----------
    root
        The table; cells may be divided by commas, semicolons or tabs.

    Raises
    ------
    DataError
        If it is not there or not such a table.
    """
    if root is None:
        raise DataError("data set 'fixations' needs a table: --data fixations --root my/fixations.csv.")
    table = read_delimited(root, wanted=_COLUMNS)
    number = table.number_reader("x", "y")
    looks: dict[str, _Points] = {}
    for row, point in parse_rows(table, lambda cells: _point(cells, number)):
        if not row.problem and row.cells["image"]:
            people = looks.setdefault(row.cells["image"], {})  # a photograph that nobody looked at is one too
            if not isinstance(point, str):
                people.setdefault(row.cells["subject"], []).append(point)
        if isinstance(point, str):
            yield PassedOver(f"{printable(Path(root.name))}, line {row.line}", point)
    located = locate(looks, root.parent)
    for names in _together(located):
        place = located[names[0]]
        people = {}
        for name in names:
            for subject, points in looks[name].items():
                people.setdefault(subject, []).extend(points)
        marks = tuple(Annotation(subject, fixations=tuple(points)) for subject, points in people.items())
        problem = f"{printable(root)}: {place.problem}" if place.problem else ""
        yield Record(place.id, place.path, original=place.id, annotations=marks, problem=problem)


def _point(cells: dict[str, str], number: Callable[[str], float]) -> tuple[float, float]:
    """Return where somebody looked; what is nan or infinite lies outside of every photograph."""
    for column in ("image", "subject"):
        if not cells[column]:
            raise ValueError(f"names no {column}")
    return number(cells["x"]), number(cells["y"])


def _together(located: dict[str, Located]) -> list[list[str]]:
    """Return the names, those of one file together."""
    files: dict[str, list[str]] = {}
    for name, place in located.items():
        key = name if place.problem else os.path.abspath(place.path)  # noqa: PTH100  # ./a.png and a.png are one
        files.setdefault(key, []).append(name)
    return list(files.values())
