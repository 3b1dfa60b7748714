"""What stands where in the paper's tables, before it becomes text, LaTeX or HTML."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.paper.items import TABLE_1, TABLE_2
from xaesthetic.paper.tables.attribute_ranks import RankTable
from xaesthetic.paper.tables.by_model import by_model, marked, mean_cell, of_ceiling, sizes
from xaesthetic.paper.tables.categories import category_layouts
from xaesthetic.paper.tables.cells import Cell, Layout, cell, number, probability
from xaesthetic.paper.tables.other_metrics import metric_layouts
from xaesthetic.paper.tables.raters import RaterTable

_NOTHING = Described()


def rank_layouts(
    table: RankTable,
    paper: bool,
    trained: Mapping[str, str],
    described: Described = _NOTHING,
    below: Collection[str] = (),
) -> list[Layout]:
    """Table 1: for every list one layout of ρ, and where there are two models or more, of their differences.

    The paper's form has a column a model; with more than three, or with some below a line, there is a row a model.

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
    below
        Models that stand below a line, because they learnt from other photographs than those of this data set.
    """
    rows = map(described.of_people, map(str, dict.fromkeys(table.ranks["attribute"])))
    likeness = (f"{item.title}: {item.likeness}." for item in rows if item.likeness)
    notes = (*_rank_notes(table, paper), *likeness, *(f"{model}: {how}" for model, how in trained.items()), *table.notes)
    lists = list(table.ranks.groupby("list", sort=False))
    models = list(dict.fromkeys(table.ranks["model"]))
    layouts = []
    for name, ranks in lists:
        said, people = notes if name == lists[-1][0] else (), table.people[table.people["list"] == name]
        means = table.means[table.means["list"] == name]
        if paper or (len(models) <= _MOST_COLUMNS and not set(below) & set(models)):
            layouts.append(_ranks(str(name), ranks, people, means, paper, said, described))
        else:
            layouts.append(by_model(str(name), ranks, people, means, said, described, below))
        layouts += of_ceiling(str(name), ranks, described)
    layouts += metric_layouts(table.others, described)
    for name, differences in table.differences.groupby("list", sort=False):
        averaged = _mean_differences(str(name), table.mean_differences[table.mean_differences["list"] == name])
        if averaged and len(differences) > _MOST_DIFFERENCES:
            layouts.append(replace(averaged[0], notes=(*averaged[0].notes, _unprinted(differences))))
        else:
            layouts += [*averaged, _differences(str(name), differences, described)]
    return [*layouts, *category_layouts(table.categories, described)]


def _ranks(
    name: str,
    ranks: pd.DataFrame,
    people: pd.DataFrame,
    means: pd.DataFrame,
    paper: bool,
    notes: tuple[str, ...],
    described: Described,
) -> Layout:
    """A row an attribute, a column a model."""
    models = list(dict.fromkeys(ranks["model"]))
    printed = list(TABLE_1) if paper else []
    voted = people.set_index("attribute").to_dict("index") if people["raters"].notna().any() else {}
    rows = []
    for attribute, group in ranks.groupby("attribute", sort=False):
        result = group.set_index("model").to_dict("index")
        cells = [cell(result[model], marks=marked(result[model])) for model in models]
        papers = [Cell(number(TABLE_1[item].get(str(attribute), math.nan))) for item in printed]
        behind = _behind(voted[attribute]) if voted else ()
        rows.append((Cell(described.any(str(attribute)).title), *cells, *papers, *behind))
    if len(rows) > 1 and len(means):
        mean = means.set_index("model").to_dict("index")
        cells = [mean_cell(mean, model, means) for model in models]
        rows.append((Cell("mean"), *cells, *(Cell("") for _ in (*printed, *(_BEHIND if voted else ())))))
    columns = ("attribute", *models, *(f"paper: {item}" for item in printed), *(_BEHIND if voted else ()))
    rules = (len(rows) - 1,) if len(rows) > 1 and len(means) else ()
    return Layout(f"Spearman's ρ on {name} ({sizes(ranks)} photographs)", columns, tuple(rows), notes, rules)


_MOST_COLUMNS = 3
_BEHIND = ("raters", "reliability", "ceiling")
"""What stands beside ρ where votes are known."""


def _behind(row: Mapping[Any, Any]) -> tuple[Cell, ...]:
    return Cell(number(row["raters"], 1)), Cell(number(row["reliability"])), Cell(number(row["ceiling"]))


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


def _mean_differences(name: str, table: pd.DataFrame) -> list[Layout]:
    """The mean over attributes, pair by pair; nothing where no pair has two attributes."""
    if not (table["attributes"] > 1).any():
        return []
    rows = [
        (
            Cell(f"{row['model']} − {row['other']}"),
            Cell(str(row["attributes"])),
            cell(row, "difference", marks="*" if row["p_holm"] < 0.05 else ""),
            Cell(probability(row["p"])),
            Cell("declared beforehand" if row["primary"] else probability(row["p_holm"])),
        )
        for row in table.to_dict("records")
    ]
    declared = table["primary"].any()
    family = len(table) - int(table["primary"].sum())
    note = f"* p below .05, {'of the comparison declared beforehand as it is, of others ' * bool(declared)}after Holm's "
    note += f"correction over {family} tests."
    columns = ("models", "attributes", "difference of mean ρ", "p", "p, Holm")
    return [Layout(f"Differences of the mean over attributes on {name}", columns, tuple(rows), (note,))]


_MOST_DIFFERENCES = 60
"""Rows that a reader goes through; of more there is a note, and the CSV holds them."""


def _unprinted(table: pd.DataFrame) -> str:
    significant = int((table["p_holm"] < 0.05).sum())
    return (
        f"By attribute there are {len(table)} differences, {significant} with p below .05 after Holm's correction over all: "
        "table_1_differences.csv holds them."
    )


def _differences(name: str, table: pd.DataFrame, described: Described) -> Layout:
    rows = []
    for row in table.to_dict("records"):
        difference = cell(row, "difference", marks="*" if row["p_holm"] < 0.05 else "")
        names = (described.any(str(row["attribute"])).title, f"{row['model']} − {row['other']}")
        p = (probability(row["p"]), probability(row["p_holm"]))
        rows.append((*(Cell(item) for item in names), difference, *(Cell(item) for item in p)))
    columns = ("attribute", "models", "difference of ρ", "p", "p, Holm")
    return Layout(
        f"Differences on {name}", columns, tuple(rows), (f"* p below .05 after Holm's correction over {len(table)} tests.",)
    )


def rater_layouts(table: RaterTable) -> list[Layout]:
    """Table 2: raters above each threshold beside the paper's values, and what the votes imply for models."""
    rows = []
    for row in table.raters.to_dict("records"):
        count, printed = TABLE_2.get(int(row["more_than"]), (None, math.nan))
        cells = (cell(row), cell(row, "rho_others", "low_others", "high_others"))
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
        rest.append((Cell(str(row["model"])), Cell(str(row["n"])), cell(row)))
    rest.append((Cell("paper: multi-GAP"), Cell("–"), Cell(number(TABLE_1["multi-GAP"]["overall"]))))
    layouts.append(Layout("Models against the mean score", ("", "images", "Spearman's ρ"), tuple(rest)))
    return layouts
