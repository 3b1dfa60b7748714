"""AADB: ten thousand photographs, each rated by five people in eleven attributes and as a whole (Kong et al., ECCV 2016)."""

import csv
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import dataset
from xaesthetic.core.types import Record
from xaesthetic.data.fetch.registry import cached

_LISTS = {
    "train": "imgListTrainRegression_.csv",
    "validation": "imgListValidationRegression_.csv",
    "test": "imgListTestNewRegression_.csv",
}
_SCORE = re.compile(r"^\d(\.\d+)?_(?=farm)")
"""Stands before the names of the published originals: `0.575_farm1_…`."""
_CREDIT = "AADB, Kong et al. 2016: photographs from Flickr, for research use; labels MIT (Malu et al. 2017)"


@dataset(downloads=("aadb",))
def aadb(root: Path | None = None) -> Iterator[Record]:
    """AADB's rated photographs, its three lists and their clean parts (research use; 'xaesthetic data fetch aadb').

    Splits: train (8,458), validation (500), test (1,000, the paper's TestNew); 127 photographs are in both validation and
    test, so that there are test_clean (873) and validation_clean (373) without them. The lists and photographs may lie
    anywhere below the folder: originals, the 256 x 256 warps, test originals apart. Where a photograph is there several
    times the largest file is taken. One that is not there keeps its ratings; its record's file does not exist.

    Parameters
    ----------
    root
        The folder; None for the one that `xaesthetic data fetch aadb` fills.

    Raises
    ------
    DataError
        If a list is missing or damaged, or two lists rate one photograph differently.
    """
    folder = root or cached("aadb")
    files = _files(folder)
    result: dict[str, Record] = {}
    for split, name in _LISTS.items():
        if name not in files:
            raise DataError(f"aadb: no {name} in {folder}; run 'xaesthetic data fetch aadb' or give its folder with --root.")
        for row, (photograph, ratings) in enumerate(_rows(files[name])):
            path = files.get(photograph, folder / photograph)
            record = Record(photograph, path, original=photograph, ratings=ratings, splits={split: row}, credit=_CREDIT)
            result[photograph] = _joined(result[photograph], record) if photograph in result else record
    yield from _with_clean_parts(result.values())


def _files(folder: Path) -> dict[str, Path]:
    """Every file below a folder by its name, without a score in front of it; the largest of those with one name."""
    files: dict[str, Path] = {}
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path, plain = Path(parent, name), _SCORE.sub("", name)
            if plain not in files or path.stat().st_size > files[plain].stat().st_size:
                files[plain] = path
    return files


def _rows(path: Path) -> Iterator[tuple[str, dict[str, float]]]:
    """A list's photographs with their ratings by our names for the attributes; what is left blank is nan."""
    columns = {item.csv: item.name for item in ATTRIBUTES}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            missing = {"ImageFile", *columns} - set(reader.fieldnames or ())
            if missing:
                raise DataError(f"{path}: has no column {', '.join(sorted(missing))}; it is not one of AADB's lists.")
            for row in reader:
                name = row["ImageFile"] or ""
                if name != Path(name).name or not name:
                    raise DataError(f"{path}, line {reader.line_num}: {name!r} is no file name.")
                yield name, {ours: _number(row[theirs], path, reader.line_num) for theirs, ours in columns.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: cannot be read as a list ({error}); fetch it again.") from error


def _number(text: str | None, path: Path, line: int) -> float:
    try:
        return float(text) if text and text.strip() else float("nan")
    except ValueError as error:
        raise DataError(f"{path}, line {line}: {text!r} is no rating.") from error


def _joined(first: Record, second: Record) -> Record:
    """One photograph in two lists."""
    (split,) = second.splits
    if split in first.splits:
        raise DataError(f"aadb: {first.id} is twice in {_LISTS[split]}.")
    if repr(sorted(first.ratings.items())) != repr(sorted(second.ratings.items())):  # as text, nan equals nan
        raise DataError(f"aadb: {first.id} is rated differently in {_LISTS[split]} and in an earlier list.")
    return replace(first, splits={**first.splits, **second.splits})


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
