"""How two models differ in each person's eyes: what decides a study, and what a pilot is planned from."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import SIDES
from xaesthetic.core.statistics import Estimate, crossed_bootstrap
from xaesthetic.core.types import HumanMap, Map, Mask
from xaesthetic.evaluation.same_others import Score
from xaesthetic.evaluation.study_agreement import crossed
from xaesthetic.evaluation.study_marks import Marking, extent_of
from xaesthetic.run.schemas import Table, columns

DIFFERENCES = Table(
    "agreement/differences",
    columns("photograph int | attribute text | sign text | annotator text | repeat bool | difference float"),
    "xaesthetic annotations agreement STUDY",
    "The score of one model's map less another's, by one metric, against one person's region; `repeat` where it was marked "
    "a second time. A pilot's table for 'xaesthetic annotations plan'.",
    ("photograph", "attribute", "sign", "annotator", "repeat"),
)
Maps = Mapping[tuple[int, str, str], Map]
"""By photograph, attribute and sign."""


@dataclass(frozen=True, slots=True, eq=False)
class ModelDifference:
    """Two models, paired by photograph and person."""

    rows: pd.DataFrame
    """The columns of `DIFFERENCES`, first times before repeats."""
    by_attribute: Mapping[str, Estimate]
    """Of first times; units are photographs and people. Correct p by Holm over attributes."""


def compare_models(
    marks: Iterable[Marking], first: Maps, second: Maps, score: Score, seed: int = 0, without: Collection[str] = ()
) -> ModelDifference:
    """Score two models' maps against every person's region.

    Parameters
    ----------
    marks
        Of a study; practice and catch trials do not count.
    first, second
        The models' maps, in the size of the regions: as they are for `raises`, turned for `lowers`. What one of them lacks
        is left out.
    score
        A metric, higher being better; nan does not count.
    seed
        Of the resamples.
    without
        Annotators to leave out.

    Raises
    ------
    DataError
        If a map has another size than a region.
    """
    rows = []
    for mark in marks:
        if mark.status != "finished" or mark.kind not in ("task", "repeat") or mark.annotator in without:
            continue
        for sign in SIDES:
            key = mark.photograph, mark.attribute, sign
            region = mark.masks.get(sign) if extent_of(mark, sign) == "region" else None
            if region is None or key not in first or key not in second:
                continue
            one, other = (_scored(maps[key], region, score, key) for maps in (first, second))
            rows.append((*key, mark.annotator, mark.kind == "repeat", one - other))
    table = pd.DataFrame(rows, columns=list(DIFFERENCES.names))
    table = table.sort_values(["repeat", "attribute", "photograph", "annotator", "sign"], kind="stable", ignore_index=True)
    once = table[~table["repeat"].astype(bool)].dropna(subset=["difference"])
    estimates = {
        str(attribute): crossed_bootstrap(crossed(part, "difference"), seed=seed)
        for attribute, part in once.groupby("attribute")
    }
    return ModelDifference(table, estimates)


def _scored(saliency: np.ndarray, region: Mask, score: Score, key: tuple[int, str, str]) -> float:
    if saliency.shape != region.shape:
        raise DataError(
            f"photograph {key[0]}, {key[1]}: the map is {saliency.shape}, the region {region.shape} (height, width); "
            "resize the map."
        )
    return score(saliency, HumanMap(region.astype(np.float64), mask=region))
