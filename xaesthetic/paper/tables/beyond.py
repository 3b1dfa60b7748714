"""What attributes have beyond the overall score, as a table: each measure less the same for permuted ratings."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from xaesthetic.core.described import Described
from xaesthetic.paper.tables.cells import Cell, Layout, number

_TITLES = {"rho": "ρ", "split_half": "split-half r of maps", "edit_response": "edits answered", "gaze": "gaze (NSS)"}
_NOTES = (
    "Each number less its null, the mean of the same for permuted ratings (all ratings of a photograph together); in "
    "brackets 95 % of the permutations, less their mean. * p < .05 after Holm over all attributes.",
    "The heads are ridges of these ratings alone on the model's features; the model's own head is not used. ρ is out of "
    "fold; maps, gaze and edits are of photographs that no head was fitted to.",
)


def beyond_layout(table: pd.DataFrame, of: str, notes: Sequence[str], described: Described) -> Layout:
    """Return what `measure_beyond` has measured, a row an attribute."""
    by_place = {(row["attribute"], row["measure"]): row for row in table.to_dict("records")}
    measures = [name for name in _TITLES if (table["measure"] == name).any()]
    names = [name for name in dict.fromkeys(table["attribute"]) if name != "all"]
    rows = tuple(
        (Cell(described.of_people(name).title), *(_cell(by_place.get((name, measure))) for measure in measures))
        for name in names
    )
    between = [by_place["all", "between"]] if ("all", "between") in by_place else []
    alike = (
        f"Maps of two attributes correlate {item['value']:.2f}, with permuted ratings {item['null']:.2f} "
        f"[{item['null_low']:.2f}, {item['null_high']:.2f}]."
        for item in between
    )
    title = (
        f"What attributes have beyond {of}, over permuted ratings" if of else "Attributes as they are, over permuted ratings"
    )
    return Layout(title, ("attribute", *(_TITLES[name] for name in measures)), rows, (*_NOTES, *alike, *notes))


def _cell(row: Mapping[Any, Any] | None) -> Cell:
    if row is None:
        return Cell("–")
    low, high = (row[end] - row["null"] for end in ("null_low", "null_high"))
    marks = "*" if row["p_holm"] < 0.05 else ""
    return Cell(f"{row['over_null']:+.3f}", f"[{number(low, 2)}, {number(high, 2)}]", marks, bool(marks))
