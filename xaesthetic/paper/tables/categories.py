"""What models get wrong about what photographs show: a model card's errors, category by category."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.core.statistics import bootstrap_t, spearman
from xaesthetic.core.types import Record
from xaesthetic.paper.tables.cells import Cell, Layout, cell, number
from xaesthetic.paper.tables.resampled import Resampled

COLUMNS = ("list", "attribute", "model", "category", "n", "rho", "bias", "low", "high", "error")
_LEAST = 5
"""Photographs of a category; of fewer nothing is said."""
NOTE = (
    "Of every category ρ within it, and the bias: how much higher than people the model rates, in standard deviations of "
    "people's ratings, after the straight line that fits its ratings to people's best on the whole list; in brackets a 95 % "
    "bootstrap-t interval."
)


def category_errors(name: str, resampled: Resampled, records: Sequence[Record]) -> list[dict[str, object]]:
    """Return a row for each attribute, model and category of a list; nothing where categories are not known.

    Parameters
    ----------
    name
        Of the list.
    resampled
        Its ratings.
    records
        Its photographs, in the same order.
    """
    categories = np.array([record.category for record in records])
    present = sorted({item for item in categories.tolist() if item})
    if len(present) < 2:
        return []
    rows: list[dict[str, object]] = []
    for (model, attribute), predicted in resampled.models.items():
        people = resampled.people[attribute]
        residuals = _residuals(people, predicted, resampled.known(attribute, model))
        for item in present:
            some = (categories == item) & ~np.isnan(residuals)
            if some.sum() >= _LEAST:
                place = {"list": name, "attribute": attribute, "model": model, "category": item}
                rows.append({**place, **_errors(people[some], predicted[some], residuals[some], resampled.seed)})
    return rows


def _residuals(people: np.ndarray, predicted: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return by how much a model rates higher than people, in their standard deviations; nan where that is not known."""
    result = np.full(len(people), np.nan)
    if known.sum() < 3 or not np.ptp(predicted[known]) > 0 or not np.ptp(people[known]) > 0:
        return result
    slope, start = np.polyfit(predicted[known], people[known], 1)
    result[known] = (slope * predicted[known] + start - people[known]) / people[known].std(ddof=1)
    return result


def _errors(people: np.ndarray, predicted: np.ndarray, residuals: np.ndarray, seed: int) -> Mapping[str, object]:
    bias = bootstrap_t(residuals, 1000, seed)
    rho, error = spearman(people, predicted), float(np.abs(residuals).mean())
    return {"n": len(people), "rho": rho, "bias": bias.value, "low": bias.low, "high": bias.high, "error": error}


def category_layouts(table: pd.DataFrame, described: Described) -> list[Layout]:
    """Return a layout for each list, of the overall rating or the first one: a row a category, two columns a model."""
    layouts = []
    for name, rows in table.groupby("list", sort=False):
        attributes = list(dict.fromkeys(rows["attribute"]))
        shown = "overall" if "overall" in attributes else attributes[0]
        rows = rows[rows["attribute"] == shown]
        models = list(dict.fromkeys(rows["model"]))
        lines = []
        for category, group in rows.groupby("category"):
            result = group.set_index("model").to_dict("index")
            cells = [item for model in models for item in _cells(result.get(model))]
            lines.append((Cell(str(category)), Cell(str(int(group["n"].max()))), *cells))
        columns = ("", "photographs", *(f"{model}: {what}" for model in models for what in ("ρ", "bias")))
        title = f"Errors by what photographs show, {described.any(shown).title}, on {name}"
        layouts.append(Layout(title, columns, tuple(lines), (NOTE, "Other attributes: table_1_categories.csv.")))
    return layouts


def _cells(row: Mapping[Any, Any] | None) -> tuple[Cell, Cell]:
    return (Cell(number(row["rho"])), cell(row, "bias")) if row else (Cell("–"), Cell("–"))
