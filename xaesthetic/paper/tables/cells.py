"""A table before it becomes text, LaTeX or HTML: its cells, and how numbers stand in them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """A number with its 95 % interval and marks."""

    text: str
    interval: str = ""
    marks: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A table ready to be written in any way."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    rules: tuple[int, ...] = ()
    """Rows before which there is a line."""

    def texts(self) -> list[list[str]]:
        """The cells as text."""
        return [[" ".join(filter(None, (cell.text + cell.marks, cell.interval))) for cell in row] for row in self.rows]


def number(value: float, digits: int = 3) -> str:
    """A number, or a dash where it is not known."""
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def cell(row: Mapping[Any, Any], name: str = "rho", low: str = "low", high: str = "high", marks: str = "") -> Cell:
    """A number of a row with the interval that stands in two other columns; a dash where it is not known."""
    value = float(row[name])
    if math.isnan(value):
        return Cell("–")
    known = not math.isnan(float(row[low]))
    return Cell(number(value), f"[{row[low]:.2f}, {row[high]:.2f}]" if known else "", marks, "*" in marks)


def probability(p: float) -> str:
    """A p-value as papers print it."""
    if math.isnan(p):
        return "–"
    return "< .0001" if p < 1e-4 else f"{p:.4f}".removeprefix("0")
