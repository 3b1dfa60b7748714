"""What stands where in the paper's tables, before it becomes text, LaTeX or HTML."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.paper.items import TABLE_1, TABLE_2
from xaesthetic.paper.tables.attribute_ranks import RankTable
from xaesthetic.paper.tables.raters import RaterTable

_NOTHING = Described()


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

    def texts(self) -> list[list[str]]:
        """The cells as text."""
        return [[" ".join(filter(None, (cell.text + cell.marks, cell.interval))) for cell in row] for row in self.rows]


def number(value: float, digits: int = 3) -> str:
    """A number, or a dash where it is not known."""
    return "–" if math.isnan(value) else f"{value:.{digits}f}"


def _cell(row: Mapping[Any, Any], name: str = "rho", low: str = "low", high: str = "high", marks: str = "") -> Cell:
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


def rank_layouts(table: RankTable, paper: bool, trained: Mapping[str, str], described: Described = _NOTHING) -> list[Layout]:
    """Table 1: for every list one layout of ρ, and where there are two models or more one of their differences.

    Parameters
    ----------
    table
        What was found.
    paper
        Whether the paper's printed values stand beside it (they are for AADB).
    trained
        How each model was trained, where that is known.
    described
        What is declared of attributes: their titles.
    """
    rows = map(described.of_people, map(str, dict.fromkeys(table.ranks["attribute"])))
    likeness = (f"{item.title}: {item.likeness}." for item in rows if item.likeness)
    notes = (*_rank_notes(table, paper), *likeness, *(f"{model}: {how}" for model, how in trained.items()), *table.notes)
    lists = list(table.ranks.groupby("list", sort=False))
    layouts = [_ranks(str(name), ranks, paper, notes if name == lists[-1][0] else (), described) for name, ranks in lists]
    for name, differences in table.differences.groupby("list", sort=False):
        layouts.append(_differences(str(name), differences, described))
    return layouts


def _ranks(name: str, ranks: pd.DataFrame, paper: bool, notes: tuple[str, ...], described: Described) -> Layout:
    models = list(dict.fromkeys(ranks["model"]))
    printed = list(TABLE_1) if paper else []
    rows = []
    for attribute, group in ranks.groupby("attribute", sort=False):
        result = group.set_index("model").to_dict("index")
        cells = [_cell(result[model], marks=_marks(result[model])) for model in models]
        papers = [Cell(number(TABLE_1[item].get(str(attribute), math.nan))) for item in printed]
        rows.append((Cell(described.any(str(attribute)).title), *cells, *papers))
    n = sorted({int(item) for item in ranks["n"] if item}) or [0]
    size = f"{n[0]}" if len(n) == 1 else f"{n[0]} to {n[-1]}"
    columns = ("attribute", *models, *(f"paper: {item}" for item in printed))
    return Layout(f"Spearman's ρ on {name} ({size} photographs)", columns, tuple(rows), notes)


def _marks(row: Mapping[Any, Any]) -> str:
    p = float(row["p"])
    low = "" if math.isnan(p) or p < 1e-4 else f" (p = {probability(p)})"
    return ("*" if row["best"] else "†" if row["close"] else "") + low


def _rank_notes(table: RankTable, paper: bool) -> tuple[str, ...]:
    notes = [
        f"In brackets: 95 % intervals from {table.resamples} bootstrap resamples of the photographs (seed {table.seed}). "
        "p < .0001 where none is given.",
        "* the attribute's highest; † not distinguishable from it (paired bootstrap, Holm's correction over all pairs of "
        "models and attributes of the list).",
    ]
    if paper:
        notes.append(
            "Of the 1,000 test photographs 127 are also in the validation list, all of them with extreme scores; 'test' is "
            "comparable with the paper, 'test_clean' is without them. Paper: Malu, Bapi & Indurkhya, MAICS 2017, Table 1."
        )
    return tuple(notes)


def _differences(name: str, table: pd.DataFrame, described: Described) -> Layout:
    rows = []
    for row in table.to_dict("records"):
        cell = _cell(row, "difference", marks="*" if row["p_holm"] < 0.05 else "")
        names = (described.any(str(row["attribute"])).title, f"{row['model']} − {row['other']}")
        p = (probability(row["p"]), probability(row["p_holm"]))
        rows.append((*(Cell(item) for item in names), cell, *(Cell(item) for item in p)))
    columns = ("attribute", "models", "difference of ρ", "p", "p, Holm")
    return Layout(
        f"Differences on {name}", columns, tuple(rows), (f"* p below .05 after Holm's correction over {len(table)} tests.",)
    )


def rater_layouts(table: RaterTable) -> list[Layout]:
    """Table 2: raters above each threshold beside the paper's values, and what the votes imply for models."""
    rows = []
    for row in table.raters.to_dict("records"):
        count, printed = TABLE_2.get(int(row["more_than"]), (None, math.nan))
        cells = (_cell(row), _cell(row, "rho_others", "low_others", "high_others"))
        papers = (Cell("–" if count is None else str(count)), Cell(number(printed, 4)))
        rows.append((Cell(f"> {row['more_than']}"), Cell(str(row["raters"])), *cells, *papers))
    columns = ("images rated", "raters", "ρ with the mean of all", "ρ with the others", "paper: raters", "paper: ρ")
    notes = (
        f"{table.votes} votes for {table.images} images. Means over raters with Student's 95 % intervals.",
        "The mean of all holds the rater's own vote, which raises ρ; the mean of the others does not.",
        *table.notes,
    )
    layouts = [Layout("Raters against the mean score", columns, tuple(rows), notes)]
    rest = [(Cell("reliability of the mean scores (split halves)"), Cell("–"), Cell(number(table.reliability)))]
    rest.append((Cell("ceiling for a model: its square root"), Cell("–"), Cell(number(table.ceiling))))
    for row in table.models.to_dict("records"):
        rest.append((Cell(str(row["model"])), Cell(str(row["n"])), _cell(row)))
    rest.append((Cell("paper: multi-GAP"), Cell("–"), Cell(number(TABLE_1["multi-GAP"]["overall"]))))
    layouts.append(Layout("Models against the mean score", ("", "images", "Spearman's ρ"), tuple(rest)))
    return layouts
