"""How a model's ratings follow the edits that are among a run's own photographs: no further pass is needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xaesthetic.core.attributes import Attribute
from xaesthetic.data.edits import EDITS
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.seen import unseen
from xaesthetic.run.store import Run

WORDS: Mapping[str, str] = {
    "blur_background": "the blurred background",
    "drain": "the drained colours",
    "saturate": "the strengthened colours",
    "underexpose": "the underexposed version",
    "overexpose": "the overexposed version",
    "dim_background": "the dimmed background",
    "turn_hue": "the turned hue",
    "crop_to_third": "the crop to a third",
    "crop_off_balance": "the crop off balance",
}
"""What an edit leaves, in a sentence."""
_MOST = 20_000
"""Photographs that are looked through; of more nothing is said here, they are no sample of edits."""
_COLUMNS = ["image", "original", "edit", "amount", "model", "attribute", "prediction"]


@dataclass(frozen=True, slots=True)
class Versions:
    """How one model rates the edited versions of photographs beside all their other versions."""

    edit: str
    sign: int
    """+1 where the edit is to raise the attribute, -1 where it is to lower it."""
    photographs: int
    """That have the edit, themselves and further versions."""
    foremost: int
    """Of how many the edited version is the highest of all, or the lowest where it is to lower."""
    right: int
    """Of how many it is rated on the right side of the photograph itself."""
    versions: int
    """Of a photograph, without those by other edits to the same end; the fewest where they differ."""
    same: bool
    """Whether it is an edit of this very attribute, not of one that it is related to."""


def versions_of(run: Run) -> pd.DataFrame:
    """Return the ratings of photographs that have edited versions, a row a version, model and attribute.

    Photographs that a model saw in training are left out, as everywhere in the summaries.
    """
    if sum(group.count for group in run.groups(RECORDS)) > _MOST:
        return pd.DataFrame(columns=_COLUMNS)
    records = run.read_columns(RECORDS, "id", "original", "edit", "amount", "reason")
    records = records[(records["reason"] == "") & (records["original"] != "")].rename(columns={"id": "image"})
    edited = records.loc[records["edit"] != "", "original"]
    records = records[records["original"].isin(edited)].drop(columns="reason")
    if not len(records):
        return pd.DataFrame(columns=_COLUMNS)
    rated = run.rows(PREDICTIONS, list(records["image"].astype(str)))
    return unseen(run, records.merge(rated[["image", "model", "attribute", "prediction"]], on="image"))


def measure_versions(rated: pd.DataFrame, model: str, attribute: Attribute) -> Iterator[Versions]:
    """Give for every edit of an attribute, or of one that it is declared to be related to, how its versions are rated.

    Parameters
    ----------
    rated
        What `versions_of` gives.
    model
        Its key.
    attribute
        What the model declares of it.
    """
    rows = rated[(rated["model"] == model) & (rated["attribute"] == attribute.name)]
    for name, edit in EDITS.items():
        if edit.attribute not in (attribute.name, *attribute.related):
            continue
        rivals = [other for other, item in EDITS.items() if (item.attribute, item.sign) == (edit.attribute, edit.sign)]
        compared = rows[(rows["edit"] == name) | ~rows["edit"].isin(rivals)]
        known = [_of_photograph(item, name, edit.sign) for _, item in compared.groupby("original", sort=False)]
        counted = [item for item in known if item is not None]
        if counted:
            foremost, right, versions = zip(*counted, strict=True)
            same = edit.attribute == attribute.name
            yield Versions(name, edit.sign, len(counted), sum(foremost), sum(right), min(versions), same)


def _of_photograph(rows: pd.DataFrame, name: str, sign: int) -> tuple[bool, bool, int] | None:
    """Whether the strongest version by an edit is the foremost of all, and right of the photograph itself; of how many."""
    values = sign * rows["prediction"].to_numpy(np.float64)
    edits, amounts = rows["edit"].to_numpy(str), rows["amount"].to_numpy(np.float64)
    ours, itself = edits == name, edits == ""
    if not ours.any() or not itself.any() or np.isnan(values).any():
        return None
    value = float(values[ours][np.argmax(amounts[ours])])
    others = values[~ours]
    return bool(value > others.max()), bool(value > values[itself][0]), len(others) + 1
