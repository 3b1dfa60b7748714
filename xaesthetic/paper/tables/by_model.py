"""Table 1 with a row a model: for many models, and for such as learnt from other photographs."""

import math
from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.paper.tables.cells import Cell, Layout, cell, number, probability


def sizes(ranks: pd.DataFrame) -> str:
    """How many photographs stand behind a table's numbers, in words."""
    n = sorted({int(item) for item in ranks["n"] if item}) or [0]
    return f"{n[0]}" if len(n) == 1 else f"{n[0]} to {n[-1]}"


def mean_cell(mean: Mapping[Any, Mapping[Any, Any]], model: str, means: pd.DataFrame) -> Cell:
    """The mean of ρ; over fewer attributes than others have it is marked with how many."""
    if model not in mean:
        return Cell("–")
    count = int(mean[model]["attributes"])
    return cell(mean[model], marks="" if count == means["attributes"].max() else f" (of {count})")


def marked(row: Mapping[Any, Any]) -> str:
    """The marks of one ρ: whether it is the highest, or cannot be told from it, and p where it is not tiny."""
    p = float(row["p"])
    low = "" if math.isnan(p) or p < 1e-4 else f" (p = {probability(p)})"
    return ("*" if row["best"] else "†" if row["close"] else "") + low


def by_model(
    name: str,
    ranks: pd.DataFrame,
    people: pd.DataFrame,
    means: pd.DataFrame,
    notes: tuple[str, ...],
    described: Described,
    below: Collection[str],
) -> Layout:
    """A row a model, a column an attribute; below a line models of other photographs; then what stands behind people's."""
    attributes, every = list(dict.fromkeys(ranks["attribute"])), list(dict.fromkeys(ranks["model"]))
    models = [*(item for item in every if item not in below), *(item for item in every if item in below)]
    result = ranks.set_index(["model", "attribute"]).to_dict("index")
    mean = means.set_index("model").to_dict("index")
    rows = []
    for model in models:
        cells = [result[model, item] for item in attributes]
        rows.append((Cell(model), *(cell(item, marks=marked(item)) for item in cells), mean_cell(mean, model, means)))
    rules = [len(models) - len(set(below) & set(models))] if set(below) & set(models) else []
    behind = people.set_index("attribute")
    if behind["raters"].notna().any():
        rules.append(len(rows))
        for title, column, digits in (*_BEHIND_ROWS, ("raters a photograph", "raters", 1)):
            rows.append((Cell(title), *(Cell(number(behind[column][item], digits)) for item in attributes), Cell("")))
    columns = ("", *(described.any(str(item)).title for item in attributes), "mean")
    title = f"Spearman's ρ on {name} ({sizes(ranks)} photographs)"
    more = (
        ("Below the line: models that list no photograph of this data set as one that they learnt from.",)
        if below and notes
        else ()
    )
    return Layout(title, columns, tuple(rows), (*notes, *more), tuple(rules))


_BEHIND_ROWS = (("ceiling, √reliability", "ceiling", 3), ("reliability", "reliability", 3))


def of_ceiling(name: str, ranks: pd.DataFrame, described: Described) -> list[Layout]:
    """ρ as a share of the highest that is to be expected; nothing where no votes are known."""
    if not ranks["of_ceiling"].notna().any():
        return []
    attributes = list(dict.fromkeys(ranks["attribute"]))
    share = ranks.set_index(["model", "attribute"])["of_ceiling"].to_dict()
    rows = [
        (Cell(model), *(Cell(number(float(share[model, item]))) for item in attributes))
        for model in dict.fromkeys(map(str, ranks["model"]))
    ]
    columns = ("", *(described.any(str(item)).title for item in attributes))
    note = (
        "ρ divided by √reliability; reliability is 1 − the mean error variance of a mean rating / the variance of the means."
    )
    return [Layout(f"ρ as a share of the ceiling on {name}", columns, tuple(rows), (note,))]
