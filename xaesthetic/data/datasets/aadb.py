"""AADB: ten thousand photographs, each rated by five people in eleven attributes and as a whole (Kong et al., ECCV 2016)."""

import math
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.core.delimited import parse_rows, read_delimited
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.types import PassedOver, Record
from xaesthetic.data.fetch.registry import cached
from xaesthetic.data.images import SUFFIXES
from xaesthetic.data.names import match_names

_LISTS = {
    "train": "imgListTrainRegression_.csv",
    "validation": "imgListValidationRegression_.csv",
    "test": "imgListTestNewRegression_.csv",
}
_SCORE = re.compile(r"^\d(\.\d+)?_(?=farm)")
"""Stands before the names of the published originals: `0.575_farm1_…`."""
_LONGEST = 255  # of a file's name
_CREDIT = "AADB, Kong et al. 2016: photographs from Flickr, for research use; labels MIT (Malu et al. 2017)"


@dataset(downloads=("aadb",))
def aadb(root: Path | None = None) -> Iterator[Record | PassedOver]:
    """AADB's rated photographs, its three lists and their clean parts (research use; 'xaesthetic data fetch aadb').

    Splits: train (8,458), validation (500), test (1,000, the paper's TestNew); 127 photographs are in both validation and
    test, so that there are test_clean (873) and validation_clean (373) without them. The lists and photographs may lie
    anywhere below the folder: originals, the 256 x 256 warps, test originals apart. Where a photograph is there several
    times the largest file is taken; `x.JPG` or a copy `x.png` is taken for `x.jpg` where nothing else could be. One that is
    not there keeps its ratings; its record's file does not exist.

    Parameters
    ----------
    root
        The folder; None for the one that `xaesthetic data fetch aadb` fills.

    Raises
    ------
    DataError
        If a list is missing or has not its columns. A row that is damaged is passed over; a photograph that two lists rate
        differently is left out.
    """
    folder = root or cached("aadb")
    files, passed_over = _files(folder)
    yield from passed_over
    result: dict[str, Record] = {}
    for split, name in _LISTS.items():
        if name.casefold() not in files:
            raise DataError(f"aadb: no {name} in {folder}; run 'xaesthetic data fetch aadb' or give its folder with --root.")
        for row, item in enumerate(_rows(files[name.casefold()])):
            if isinstance(item, PassedOver):
                yield item
                continue
            photograph, ratings = item
            record = Record(photograph, folder, original=photograph, ratings=ratings, splits={split: row}, credit=_CREDIT)
            if photograph not in result:
                result[photograph] = record
            elif split in result[photograph].splits:
                yield PassedOver(photograph, f"twice in {name}; the first row counts")
            else:
                result[photograph] = _joined(result[photograph], record)
    matches = match_names(result, (name for name in files if Path(name).suffix in SUFFIXES), any_suffix=True)
    for record in _with_clean_parts(result.values()):
        file = matches[record.id].file
        yield replace(record, path=files[file] if file else folder / record.id)


def _files(folder: Path) -> tuple[dict[str, Path], list[PassedOver]]:
    """Every file below a folder by its name in small letters, without a score; the largest of those with one name."""
    files: dict[str, tuple[int, Path]] = {}
    errors: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=errors.append):
        folders.sort()
        for name in sorted(names):
            path, plain = Path(parent, name), _SCORE.sub("", name.casefold())
            size = _size(path)
            if size >= 0 and (plain not in files or size > files[plain][0]):
                files[plain] = size, path
    passed = [PassedOver(str(error.filename), f"a folder that cannot be read ({error.strerror})") for error in errors]
    return {name: path for name, (_, path) in files.items()}, passed


def _size(path: Path) -> int:
    """Return a file's size; -1 for what is none."""
    try:
        status = path.stat()
    except OSError:
        return -1
    return status.st_size if stat.S_ISREG(status.st_mode) else -1


def _rows(path: Path) -> Iterator[tuple[str, dict[str, float]] | PassedOver]:
    """A list's photographs with their ratings by our names for the attributes; what is left blank is nan."""
    columns = {item.csv: item.name for item in ATTRIBUTES}
    table = read_delimited(path, wanted=("ImageFile", *columns))
    number = table.number_reader(*columns)

    def parse(cells: dict[str, str]) -> tuple[str, dict[str, float]]:
        return _name(cells["ImageFile"]), {ours: _rating(cells[theirs], number) for theirs, ours in columns.items()}

    for row, item in parse_rows(table, parse):
        yield PassedOver(f"{path.name}, line {row.line}", item) if isinstance(item, str) else item


def _name(text: str) -> str:
    name = text.replace("\\", "/").rpartition("/")[2]
    if name in ("", ".", "..") or len(name) > _LONGEST:
        raise ValueError(f"{text[:40]!r} is no file name")
    return name


def _rating(text: str, number: Callable[[str], float]) -> float:
    if not text:
        return float("nan")
    value = number(text)
    if math.isinf(value):
        raise ValueError(f"{text!r} is no rating")
    return value


def _joined(first: Record, second: Record) -> Record:
    """One photograph in two lists."""
    (split,) = second.splits
    both = replace(first, splits={**first.splits, **second.splits})
    if repr(sorted(first.ratings.items())) == repr(sorted(second.ratings.items())):  # as text, nan equals nan
        return both
    problem = f"aadb: {first.id} is rated differently in {_LISTS[split]} and in an earlier list."
    return replace(both, ratings={}, problem=first.problem or problem)


def _with_clean_parts(records: Iterable[Record]) -> Iterator[Record]:
    """Adds test_clean and validation_clean to what is in one of the two lists only; rows count the clean ones."""
    rows = dict.fromkeys(("validation", "test"), 0)
    for record in records:
        only = [split for split in rows if split in record.splits]
        if len(only) == 1:
            (split,) = only
            yield replace(record, splits={**record.splits, f"{split}_clean": rows[split]})
            rows[split] += 1
        else:
            yield record
