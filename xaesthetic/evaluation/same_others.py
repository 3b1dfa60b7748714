"""One person and a model against the same others: the ceiling that a model can be held to."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import Estimate, crossed_bootstrap
from xaesthetic.core.types import HumanMap, Map
from xaesthetic.evaluation.fusion import majority, soft_mean
from xaesthetic.evaluation.study_agreement import crossed
from xaesthetic.evaluation.study_marks import Marking, cells
from xaesthetic.run.schemas import Table, columns

Score = Callable[[Map, HumanMap], float]
"""Of a map and people's; any metric is one."""
SAME_OTHERS = Table(
    "agreement/same_others",
    columns(
        "photograph int | attribute text | sign text | annotator text | others int | person float | model float"
        " | difference float"
    ),
    "xaesthetic annotations agreement STUDY",
    "Everybody's region and the model's map by one metric against the same fused regions of the `others`, the soft mean and "
    "what more than half marked; `difference` is the model's less the person's.",
    ("photograph", "attribute", "sign", "annotator"),
)


@dataclass(frozen=True, slots=True, eq=False)
class SameOthers:
    """How a model compares with one more person."""

    rows: pd.DataFrame
    """The columns of `SAME_OTHERS`."""
    person: Estimate
    model: Estimate
    difference: Estimate
    """Model less person, paired; units are photographs and people. Below zero the model does worse than one more person."""


def compare_with_people(
    marks: Iterable[Marking],
    maps: Mapping[tuple[int, str, str], Map],
    score: Score,
    seed: int = 0,
    without: Collection[str] = (),
) -> SameOthers:
    """Score every person, and a model in their place, against the others.

    People against all and a model against all are no fair pair: who is in the fusion agrees with it. Here both meet the
    same fusion, which neither is part of.

    Parameters
    ----------
    marks
        Of a study.
    maps
        The model's, by photograph, attribute and sign, in the size of the regions: as they are for `raises`, turned for
        `lowers`. What has no map is left out.
    score
        A metric; nan does not count.
    seed
        Of the resamples.
    without
        Annotators to leave out.

    Raises
    ------
    DataError
        If a map has another size than the regions.
    """
    rows = []
    for cell in cells(marks, without):
        key = cell.photograph, cell.attribute, cell.sign
        people, masks = cell.regions()
        if len(masks) < 2 or key not in maps:
            continue
        if maps[key].shape != masks.shape[1:]:
            raise DataError(
                f"photograph {key[0]}, {key[1]}: the map is {maps[key].shape}, the regions {masks.shape[1:]} (height, "
                "width); resize the map."
            )
        for i, mark in enumerate(people):
            others = np.delete(masks, i, 0)
            human = HumanMap(soft_mean(others), mask=majority(others))
            person, model = score(masks[i].astype(np.float64), human), score(maps[key], human)
            rows.append((*key, mark.annotator, len(others), person, model, model - person))
    table = pd.DataFrame(rows, columns=list(SAME_OTHERS.names))
    paired = table.dropna(subset=["difference"])
    estimates = (crossed_bootstrap(crossed(paired, name), seed=seed) for name in ("person", "model", "difference"))
    return SameOthers(table, *estimates)
