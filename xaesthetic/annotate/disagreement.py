"""Which photographs people disagree about most: pairwise Dice of their regions, conditional on both being there."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from xaesthetic.annotate.marks import Mark
from xaesthetic.annotate.runs import Lengths, dice
from xaesthetic.core.sides import SIDES


def disagreement(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """Compare finished marks pair by pair.

    Parameters
    ----------
    marks
        Of a study; repeats, practice and catch trials are passed over.

    Returns
    -------
    For every photograph, attribute and sign that one person at least drew a region of: the mean Dice over all pairs
    of regions (nan where only one drew one), and how many drew one; the least agreed upon first, nan last.
    """
    regions: dict[tuple[int, str, str], list[Lengths]] = defaultdict(list)
    for mark in marks:
        if mark.kind != "task" or mark.status != "finished":
            continue
        for sign in SIDES:
            packed = mark.masks.packed[sign]
            if packed is not None:
                regions[mark.photograph, mark.attribute, sign].append(packed.lengths)
    rows = [
        {"photograph": photograph, "attribute": attribute, "sign": sign, "dice": _mean(items), "annotators": len(items)}
        for (photograph, attribute, sign), items in regions.items()
    ]
    return sorted(rows, key=lambda row: (math.isnan(row["dice"]), row["dice"], row["photograph"]))


def _mean(regions: Sequence[Lengths]) -> float:
    values = [dice(one, other) for one, other in combinations(regions, 2)]
    return sum(values) / len(values) if values else math.nan
