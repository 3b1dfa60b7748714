"""What each annotator of a study is worth: with the others, with themselves, on catch trials; and whom the rules exclude."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import scipy

from xaesthetic.annotate.study import Exclusions
from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import SIDES
from xaesthetic.core.statistics import Estimate, bootstrap_t
from xaesthetic.core.types import Mask
from xaesthetic.evaluation.agreement import dice
from xaesthetic.evaluation.study_marks import Marking, extent_of
from xaesthetic.run.schemas import Table, columns

PEOPLE = Table(
    "agreement/people",
    columns(
        "annotator text | finished int | skipped int | dice_others float | repeats int | self_dice float | self_extent float"
        " | self_rating float | catches int | caught int | catch_dice float | drift float | drift_low float"
        " | drift_high float | seconds float | excluded bool | why text"
    ),
    "xaesthetic annotations agreement STUDY",
    "`dice_others` is the mean Dice with the others. Of repeats: `self_dice` where a region was marked both times, "
    "`self_extent` the share of signs of which region, nowhere or everywhere was said again, `self_rating` the mean "
    "distance of both ratings. `caught` are catch trials of `catches` in which the region was marked well enough. `drift` "
    "is how much Dice with the others, less theirs among themselves, changes in 100 tasks (95 % by Student's t). "
    "`seconds` is the median of a task. `excluded` by the rules that were fixed beforehand, and `why`.",
    ("annotator",),
)
_STEP = 100  # tasks that drift is over


def measure_people(marks: Iterable[Marking], by_person: pd.DataFrame, rules: Exclusions) -> pd.DataFrame:
    """Measure every annotator of a study, and apply the rules of exclusion.

    An annotator is excluded who passes fewer than half of their catch trials, whose mean Dice with themselves is below the
    rule's, or whose median task takes fewer seconds than the rule's. A rule says nothing where there is nothing to judge.

    Parameters
    ----------
    marks
        Of the study.
    by_person
        Of `measure_by_person`, or `measure_regions`, of all annotators.
    rules
        Of study.json, fixed before the study began.

    Returns
    -------
    The columns of `PEOPLE`, a row an annotator.

    Raises
    ------
    DataError
        If a repeat, or a catch trial, has another size than what it is compared with.
    """
    groups: dict[str, list[Marking]] = {}
    for mark in marks:
        groups.setdefault(mark.annotator, []).append(mark)
    rows = [(annotator, *_measure(group, by_person, annotator, rules)) for annotator, group in sorted(groups.items())]
    return pd.DataFrame(rows, columns=list(PEOPLE.names))


def overall_drift(people: pd.DataFrame, seed: int = 0) -> Estimate:
    """The mean of everybody's drift in 100 tasks, people being the interval's units."""
    return bootstrap_t(people["drift"].to_numpy(np.float64), seed=seed)


def _measure(group: Sequence[Marking], by_person: pd.DataFrame, annotator: str, rules: Exclusions) -> tuple[object, ...]:
    tasks = [mark for mark in group if mark.kind == "task"]
    finished = [mark for mark in tasks if mark.status == "finished"]
    theirs = by_person[by_person["annotator"] == annotator]
    again = _repeated(group)
    catches = [_catch_dice(mark) for mark in group if mark.kind == "catch" and mark.status == "finished"]
    caught = [value for value in catches if not np.isnan(value)]
    passed = sum(value >= rules.catch_dice for value in caught)
    with_self = _mean(value for pair in again for value in _self_dice(*pair))
    seconds = [mark.seconds for mark in finished if not np.isnan(mark.seconds)]
    typical = float(np.median(seconds)) if seconds else float("nan")
    why = "; ".join(_reasons(len(caught), passed, with_self, typical, rules))
    return (
        *(len(finished), sum(mark.status == "skipped" for mark in tasks), _mean(theirs["dice"])),
        *(len(again), with_self, _mean(float(extent_of(a, s) == extent_of(b, s)) for a, b in again for s in SIDES)),
        _mean(abs(a.rating - b.rating) for a, b in again),
        *(len(caught), passed, _mean(caught), *drift(theirs), typical, bool(why), why),
    )


def _repeated(group: Sequence[Marking]) -> list[tuple[Marking, Marking]]:
    firsts: Mapping[int, Marking] = {mark.position: mark for mark in group if mark.status == "finished"}
    repeats = [mark for mark in group if mark.kind == "repeat" and mark.status == "finished"]
    return [(firsts[mark.of], mark) for mark in repeats if mark.of is not None and mark.of in firsts]


def _self_dice(first: Marking, second: Marking) -> Iterable[float]:
    for sign in SIDES:
        if extent_of(first, sign) == extent_of(second, sign) == "region":
            one, other = first.masks[sign], second.masks[sign]
            if one is not None and other is not None:
                yield _dice(one, other, second)


def _catch_dice(mark: Marking) -> float:
    """Dice with the region that was to be marked; all of the photograph where everywhere was said, 0 where nowhere was."""
    if mark.expected is None or mark.expected_sign is None:
        return float("nan")
    expected = mark.expected.mask
    said = extent_of(mark, mark.expected_sign)
    marked: Mask | None = np.ones_like(expected) if said == "everywhere" else mark.masks.get(mark.expected_sign)
    return 0.0 if marked is None or said == "nowhere" else _dice(marked, expected, mark)


def _dice(one: np.ndarray, other: np.ndarray, mark: Marking) -> float:
    if one.shape != other.shape:
        raise DataError(
            f"{mark.annotator}, task {mark.position}: regions of {one.shape} and {other.shape} (height, width) cannot be "
            "compared; import both at the size of the photograph."
        )
    return dice(one, other)


def drift(rows: pd.DataFrame) -> tuple[float, float, float]:
    """The slope of agreement over 100 tasks with its 95 % interval; the units are tasks, of which both signs are averaged.

    Parameters
    ----------
    rows
        Of one annotator, in the columns of `BY_PERSON`.

    Returns
    -------
    nan throughout for fewer than three tasks.
    """
    values = (rows["dice"] - rows["dice_of_others"]).groupby(rows["position"]).mean().dropna()
    if len(values) < 3:
        return (float("nan"),) * 3
    line = scipy.stats.linregress(values.index.to_numpy(np.float64), values.to_numpy(np.float64))
    slope = _STEP * float(line.slope)
    reach = _STEP * float(line.stderr) * float(scipy.special.stdtrit(len(values) - 2, 0.975))
    return slope, slope - reach, slope + reach


def _reasons(catches: int, passed: int, with_self: float, seconds: float, rules: Exclusions) -> Iterable[str]:
    if 2 * passed < catches:
        yield f"passed {passed} of {catches} catch trials (Dice of {rules.catch_dice:g} or more passes; half must)"
    if with_self < rules.self_dice:
        yield f"Dice {with_self:.2f} with themselves on repeats, below {rules.self_dice:g}"
    if seconds < rules.seconds:
        yield f"{seconds:.1f} seconds for the median task, below {rules.seconds:g}"


def _mean(values: Iterable[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
