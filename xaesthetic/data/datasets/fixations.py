"""Photographs and where people looked in them, as a table."""

import csv
from collections.abc import Iterator
from pathlib import Path

from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.types import Annotation, Record

_COLUMNS = ("image", "subject", "x", "y")


@dataset()
def fixations(root: Path | None = None) -> Iterator[Record]:
    """A CSV of fixations: image, subject, x, y in pixels from the upper left corner (name the file with --root).

    Further columns, such as a duration, are passed over. Images are paths relative to the table.

    Parameters
    ----------
    root
        The table.

    Raises
    ------
    DataError
        If it is not there or not such a table; names the first line that is not.
    """
    if root is None:
        raise DataError("data set 'fixations' needs a table: --data fixations --root my/fixations.csv.")
    result: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for image, subject, point in _rows(root):
        result.setdefault(image, {}).setdefault(subject, []).append(point)
    for image, people in result.items():
        marks = tuple(Annotation(subject, fixations=tuple(points)) for subject, points in people.items())
        yield Record(image, root.parent / image, original=image, annotations=marks)


def _rows(path: Path) -> Iterator[tuple[str, str, tuple[float, float]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in _COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise DataError(f"{path}: has no column {', '.join(missing)}; {', '.join(_COLUMNS)} are wanted.")
            for row in rows:
                yield row["image"], row["subject"], _point(row, path, rows.line_num)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as a table ({error}).") from error


def _point(row: dict[str, str], path: Path, line: int) -> tuple[float, float]:
    try:
        return float(row["x"]), float(row["y"])
    except (TypeError, ValueError) as error:
        raise DataError(f"{path}, line {line}: x and y are {row['x']!r} and {row['y']!r}; numbers were wanted.") from error
