"""What a run keeps of its photographs besides their ratings: how many people stand behind each, and what they show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Record
from xaesthetic.core.votes import Votes


def vote_rows(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return a row for each photograph and attribute of which the data set says how many people rated it."""
    return [
        {"image": record.id, "attribute": name, "raters": item.n, "std": item.std}
        for record in records
        for name, item in record.votes.items()
        if item.n
    ]


def category_rows(records: Iterable[Record]) -> list[dict[str, str]]:
    """Return a row for each photograph of which the data set says what it shows."""
    return [{"image": record.id, "category": record.category} for record in records if record.category]


def votes_by_image(table: pd.DataFrame, where: str) -> Mapping[str, Mapping[str, Votes]]:
    """Return what stands behind ratings, by photograph and attribute.

    Raises
    ------
    DataError
        If a number of people is below zero; `where` names the table.
    """
    if (table["raters"] < 0).any():
        raise DataError(f"{where}: {int(table['raters'].min())} people are none; it is damaged, delete it.")
    votes: dict[str, dict[str, Votes]] = {}
    for image, name, raters, std in table.itertuples(index=False):
        votes.setdefault(str(image), {})[str(name)] = Votes(int(raters), float(std))
    return votes


def categories_by_image(table: pd.DataFrame) -> Mapping[str, str]:
    """Return what photographs show."""
    return dict(zip(table["image"], table["category"], strict=True))


def with_raters(
    records: Sequence[Record], votes: Mapping[str, Mapping[str, Votes]], categories: Mapping[str, str]
) -> list[Record]:
    """Return the photographs with what stands behind their ratings and what they show."""
    if not votes and not categories:
        return list(records)
    return [replace(one, votes=votes.get(one.id, {}), category=categories.get(one.id, "")) for one in records]
