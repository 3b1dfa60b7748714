"""Do people mark the same regions in a study: by photograph and attribute, by person, and over all, with intervals."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float

from xaesthetic.core.sides import SIDES
from xaesthetic.core.statistics import Estimate, bootstrap_t, crossed_bootstrap
from xaesthetic.evaluation.agreement import agreement, iou_others
from xaesthetic.evaluation.study_marks import Cell, Marking, Masks, cells
from xaesthetic.run.schemas import Table, columns

_COMMAND = "xaesthetic annotations agreement STUDY"
REGIONS = Table(
    "agreement/regions",
    columns(
        "photograph int | attribute text | sign text | finished int | region int | nowhere int | everywhere int"
        " | skipped int | dice float | iou float | iou_others float | dice_chance float | dice_p float | alpha float"
        " | alpha_chance float | alpha_p float"
    ),
    _COMMAND,
    "`finished` is how many annotators finished the task, of whom `region` marked one; the numbers after `skipped` are of "
    "those, nan for fewer than two, and mean what they mean in `summaries/agreement`: `_chance` where every region lies "
    "somewhere else. Nowhere and everywhere are counted, never compared as masks.",
    ("photograph", "attribute", "sign"),
)
BY_PERSON = Table(
    "agreement/by_person",
    columns(
        "photograph int | attribute text | sign text | annotator text | position int | dice float | iou float"
        " | iou_others float | dice_of_others float"
    ),
    _COMMAND,
    "`dice` and `iou` are means over the others who marked a region, `iou_others` is with what at least half of them "
    "marked, `dice_of_others` among themselves (nan for one).",
    ("photograph", "attribute", "sign", "annotator"),
)
SUMMARY = Table(
    "agreement/summary",
    columns(
        "attribute text | sign text | measure text | value float | low float | high float | photographs int | people int"
    ),
    _COMMAND,
    "An empty attribute or sign stands for all. 95 % intervals; photographs and people are their units, never pixels: "
    "`dice`, `iou` and `iou_others` by the pigeonhole bootstrap of both, the others by bootstrap-t over photographs.",
    ("attribute", "sign", "measure"),
)
_BY_BOTH = ("dice", "iou", "iou_others")
_BY_PHOTOGRAPH = ("dice_chance", "alpha", "alpha_chance")
_KEYS = ("photograph", "attribute", "sign")


@dataclass(frozen=True, slots=True, eq=False)
class RegionAgreement:
    """How far people's regions agree."""

    regions: pd.DataFrame
    """The columns of `REGIONS`."""
    by_person: pd.DataFrame
    """The columns of `BY_PERSON`."""
    summary: pd.DataFrame
    """The columns of `SUMMARY`."""


def measure_regions(marks: Iterable[Marking], seed: int = 0, without: Collection[str] = ()) -> RegionAgreement:
    """Measure how far the regions of a study agree.

    Parameters
    ----------
    marks
        Of the study.
    seed
        For where regions are rolled to, and for resamples.
    without
        Annotators to leave out: those that the rules exclude.

    Raises
    ------
    DataError
        If regions of one photograph have several sizes.
    """
    rows: list[tuple[object, ...]] = []
    people: list[tuple[object, ...]] = []
    for cell in cells(marks, without):
        marked, masks = cell.regions()
        rows.append(_region_row(cell, masks, seed))
        people += _person_rows(cell, marked, masks)
    regions = pd.DataFrame(rows, columns=list(REGIONS.names))
    by_person = pd.DataFrame(people, columns=list(BY_PERSON.names))
    return RegionAgreement(regions, by_person, summarise(regions, by_person, seed))


def measure_by_person(marks: Iterable[Marking], without: Collection[str] = ()) -> pd.DataFrame:
    """Measure everybody's regions with the others' alone, which is quick: nothing is shuffled.

    Parameters
    ----------
    marks, without
        As of `measure_regions`.

    Returns
    -------
    The columns of `BY_PERSON`.
    """
    rows = [row for cell in cells(marks, without) for row in _person_rows(cell, *cell.regions())]
    return pd.DataFrame(rows, columns=list(BY_PERSON.names))


def most_disagreed(regions: pd.DataFrame, count: int = 10) -> pd.DataFrame:
    """Return the photographs, attributes and signs of which people's regions overlap least, the worst first."""
    known = regions.dropna(subset=["dice"])
    return known.sort_values(["dice", *_KEYS], kind="stable").head(count).reset_index(drop=True)


def _region_row(cell: Cell, masks: Masks, seed: int) -> tuple[object, ...]:
    counts = len(cell.finished), len(masks), len(cell.said("nowhere")), len(cell.said("everywhere")), cell.skipped
    values = agreement(masks, seed) if len(masks) > 1 else (float("nan"),) * 8
    return cell.photograph, cell.attribute, cell.sign, *counts, *values


def _person_rows(cell: Cell, marked: Sequence[Marking], masks: Masks) -> Iterator[tuple[object, ...]]:
    if len(masks) < 2:
        return
    dices, ious = overlaps(masks, masks)
    with_others = iou_others(masks)
    for i, mark in enumerate(marked):
        (mean, of_others), (mean_iou, _) = _alone(dices, i), _alone(ious, i)
        key = cell.photograph, cell.attribute, cell.sign, mark.annotator, mark.position
        yield *key, mean, mean_iou, float(with_others[i]), of_others


def overlaps(first: Masks, second: Masks) -> tuple[Float[np.ndarray, "_r _s"], Float[np.ndarray, "_r _s"]]:
    """Dice and IoU of each region of the first with each of the second; nan where both are empty."""
    one, other = (masks.reshape(len(masks), -1) for masks in (first, second))
    common = (one.astype(np.float32) @ other.astype(np.float32).T).astype(np.float64)  # exact up to 16 million pixels
    areas, others = ([np.count_nonzero(mask) for mask in flat] for flat in (one, other))
    sums = np.add.outer(areas, others).astype(np.float64)
    sums[sums == 0] = np.nan
    return 2 * common / sums, common / (sums - common)


def _alone(values: Float[np.ndarray, "r r"], i: int) -> tuple[float, float]:
    """The mean with the others, and that of the others among themselves."""
    with_others = float(np.delete(values[i], i).mean())
    rest = np.delete(np.delete(values, i, 0), i, 1)
    pairs = rest[np.triu_indices(len(rest), 1)]
    return with_others, float(pairs.mean()) if len(pairs) else float("nan")


def summarise(regions: pd.DataFrame, by_person: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """The columns of `SUMMARY`.

    Parameters
    ----------
    regions, by_person
        Of `measure_regions`. A person's values of one photograph are averaged first, as they are not independent.
    seed
        Of the resamples.
    """
    rows = []
    for attribute in ("", *sorted({*regions["attribute"], *by_person["attribute"]})):
        for sign in ("", *SIDES):
            chosen, persons = (_chosen(table, attribute, sign) for table in (regions, by_person))
            rows += [(attribute, sign, *row) for row in _summary(chosen, persons, seed)]
    return pd.DataFrame(rows, columns=list(SUMMARY.names))


def _chosen(table: pd.DataFrame, attribute: str, sign: str) -> pd.DataFrame:
    return table[(table["attribute"].eq(attribute) | (not attribute)) & (table["sign"].eq(sign) | (not sign))]


def _summary(regions: pd.DataFrame, persons: pd.DataFrame, seed: int) -> Iterator[tuple[object, ...]]:
    for measure in _BY_BOTH:
        matrix = crossed(persons, measure)
        yield measure, *_interval(crossed_bootstrap(matrix, seed=seed)), *map(int, matrix.shape)
    for measure in _BY_PHOTOGRAPH:
        values = regions.groupby("photograph")[measure].mean().dropna().to_numpy(np.float64)
        people = persons["annotator"].nunique()
        yield measure, *_interval(bootstrap_t(values, seed=seed, tested=False)), len(values), people


def crossed(persons: pd.DataFrame, measure: str) -> Float[np.ndarray, "_n _r"]:
    """A row a photograph, a column an annotator: the mean of a measure over attributes and signs, or nan."""
    table = persons.pivot_table(measure, "photograph", "annotator", "mean")
    return table.to_numpy(np.float64)


def _interval(estimate: Estimate) -> tuple[float, float, float]:
    return estimate.value, estimate.low, estimate.high
