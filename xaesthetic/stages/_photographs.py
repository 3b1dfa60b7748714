"""Photographs that a stage reads again: one that was changed or is gone is left out with its reason; the stage goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.sight import validate_sight
from xaesthetic.core.types import Pixels, Record
from xaesthetic.data.images import SMALLEST
from xaesthetic.data.photograph import load_photograph
from xaesthetic.run.schemas import LEFT_OUT
from xaesthetic.run.stage import TableSink
from xaesthetic.run.store import Run

T = TypeVar("T")
BLACK: Pixels = np.zeros((SMALLEST, SMALLEST, 3), np.uint8)
"""Stands in for what cannot be read, so that the others' batch, and their last bits, stay."""


def or_reason(load: Callable[[Record], T]) -> Callable[[Record], T | str]:
    """Have a photograph that cannot be read give the reason instead of an error, but where only this worker misses it."""

    def loaded(record: Record) -> T | str:
        try:
            return load(record)
        except DataError as error:
            if isinstance(record.path, Path):  # an address is none of a machine's folders
                validate_sight(record.path)
            return str(error)

    return loaded


def load_all(records: Sequence[Record]) -> list[Pixels | str]:
    """Load photographs; in the place of one that cannot be read stands the reason."""
    return list(map(or_reason(load_photograph), records))


def stand_ins(pixels: Sequence[Pixels | str]) -> list[Pixels]:
    """Put a black picture in the place of what cannot be read."""
    return [BLACK if isinstance(item, str) else item for item in pixels]


def lost_rows(records: Sequence[Record], loaded: Sequence[object], stage: str) -> list[tuple[str, str, str]]:
    """Return the rows of `LEFT_OUT` for those that a reason stands for."""
    return [(record.id, stage, item) for record, item in zip(records, loaded, strict=True) if isinstance(item, str)]


@dataclass(frozen=True, slots=True)
class LeftOutSink:
    """Keeps who was left out by a stage; the run has such a table only where somebody was."""

    run: Run
    stage: str
    """The stage's name: where its chunks are kept."""

    def write(self, number: int, value: Sequence[tuple[str, str, str]] | None) -> None:
        """Keep the rows of one chunk; usually there are none."""
        if value:
            self._sink().write(number, value)

    def finish(self, count: int) -> None:
        """Add the rows to those of other stages."""
        parts = [pd.read_parquet(file) for file in sorted(self._sink().parts.glob("*.parquet"))]
        del count
        if parts:
            before = [self.run.read(LEFT_OUT)] if self.run.has(LEFT_OUT) else []
            rows = pd.concat([*before, *parts], ignore_index=True)
            self.run.write(LEFT_OUT, rows.drop_duplicates(["image", "stage"], ignore_index=True))

    def _sink(self) -> TableSink:
        return TableSink(LEFT_OUT, self.run.root / f"{LEFT_OUT.name}.parquet", self.run.parts / self.stage / LEFT_OUT.name)
