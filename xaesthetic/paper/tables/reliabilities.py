"""How reliable people's mean ratings are, from counts of votes: all of Table 2 that needs no single votes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from xaesthetic.core.attributes import in_order
from xaesthetic.core.described import Described
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Record
from xaesthetic.core.votes import Votes, reliability
from xaesthetic.paper.tables.cells import Cell, Layout, number

PEOPLE = ("list", "attribute", "n", "raters", "reliability", "ceiling")
TITLE = "Reliability of the mean ratings, from counts of votes"
_NOTES = (
    "Reliability: 1 − the mean error variance of a mean rating / the variance of the means; the ceiling is its square root, "
    "the highest correlation to be expected of a model that knows what everybody would give.",
    "This is not the paper's Table 2: counts do not say who gave which vote. Its columns, every rater's ρ with the mean, "
    "need single votes (AADB: allinAll.csv; PARA: PARA-Images.csv) in the data's folder, or "
    "'xaesthetic table 2 --ratings FILE'.",
)


def people_rows(name: str, attributes: Sequence[str], records: Sequence[Record]) -> list[dict[str, object]]:
    """Return a row for each attribute of a list: how many people stand behind a mean rating, and how reliable that is."""
    rows: list[dict[str, object]] = []
    for item in attributes:
        rated = [record for record in records if not np.isnan(record.ratings.get(item, np.nan))]
        votes = [record.votes.get(item, Votes(0)) for record in rated]
        counted = [vote.n for vote in votes if vote.n]
        share = reliability([record.ratings[item] for record in rated], votes)
        raters = float(np.mean(counted)) if counted else np.nan
        facts = {"raters": raters, "reliability": share, "ceiling": float(np.sqrt(share))}
        rows.append({"list": name, "attribute": item, "n": len(rated), **facts})
    return rows


def reliabilities(records: Sequence[Record], data: str) -> pd.DataFrame:
    """Return a row for each attribute that people rated (columns `PEOPLE`).

    Raises
    ------
    DataError
        If it is not known how many people rated; `data` names the photographs.
    """
    whole = [record for record in records if record.edit is None]
    attributes = in_order(name for record in whole for name in record.ratings)
    table = pd.DataFrame(people_rows(data, attributes, whole), columns=list(PEOPLE))
    if not table["raters"].notna().any():
        raise DataError(
            f"{data}: Table 2 needs the raters' single votes (AADB: allinAll.csv; PARA: PARA-Images.csv; --ratings FILE), "
            "or counts of votes for the reliability alone; the data has neither."
        )
    return table


def reliability_layout(table: pd.DataFrame, described: Described) -> Layout:
    """Return it as a table under its own title."""
    rows = [
        (
            Cell(described.of_people(str(row["attribute"])).title),
            Cell(str(int(row["n"]))),
            Cell(number(row["raters"], 1)),
            Cell(number(row["reliability"])),
            Cell(number(row["ceiling"])),
        )
        for row in table.to_dict("records")
    ]
    columns = ("attribute", "photographs", "raters a photograph", "reliability", "ceiling")
    return Layout(f"{TITLE}: {table['list'].iloc[0]}", columns, tuple(rows), _NOTES)
