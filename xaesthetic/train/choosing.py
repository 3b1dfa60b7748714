"""The penalty of a ridge and the weight of its edits, chosen by folds inside the training list, and what edits cost in ρ.

Folds are groups (sessions), never photographs alone. What a choice is worth is measured by nested folds: the choice for a
fold is made by predictions of heads that have seen neither that fold nor the one that they predict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.model_selection import GroupKFold

from xaesthetic.core.progress import Track, silent
from xaesthetic.core.statistics import Estimate, paired_difference, resample, spearman
from xaesthetic.train.dual import Choice, Problem, fit_many

PENALTIES = (300.0, 1e3, 3e3, 1e4, 3e4)
WEIGHTS = (0.3, 1.0, 3.0)
FOLDS = 5
COST = 0.01
"""By how much mean ρ may fall for the edits; where the interval of the loss reaches further, they are left out."""
_CLOSE = 0.005
"""By how much mean ρ may be lower for a larger penalty: maps by heads of other photographs agree better then, while ratings
hardly change (at 10,000 instead of 3,000 maps of `multigap_lite0` by disjoint halves agree by .5 instead of .3)."""
_EDITS_CLOSE = 0.003
"""The same for a larger weight of edits."""
_TIMES = 1000

Table = Float[np.ndarray, "n a"]
Held = Mapping[Choice, Table]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, and what nested folds say of it."""

    ratings: Choice
    """For ratings alone."""
    joint: Choice
    """With edits; ratings alone where they cost too much, or there are none."""
    result: Mapping[str, Any]
    """As the manifest has it."""


def folds_of(groups: Sequence[str]) -> Int[np.ndarray, " n"]:
    """Return every row's fold; rows of one group share it. There are fewer folds where there are fewer groups."""
    folds = np.zeros(len(groups), np.int64)
    several = min(FOLDS, len(set(groups)))
    if several > 1:
        for number, (_, held) in enumerate(GroupKFold(several).split(np.zeros(len(groups)), groups=groups)):
            folds[held] = number
    return folds


def choose(problem: Problem, folds: Int[np.ndarray, " n"], track: Track = silent) -> Chosen:
    """Choose the penalty and the weight of edits, and measure by nested folds what the edits cost.

    Parameters
    ----------
    problem
        Photographs, and edits where there are some; their targets in standard deviations.
    folds
        Of every row.
    track
        Shows progress.
    """
    weights = () if problem.rated.all() else WEIGHTS
    choices = [Choice(penalty, weight) for weight in (0.0, *weights) for penalty in PENALTIES]
    numbers = range(int(folds.max()) + 1)
    sets = [frozenset(pair) for pair in combinations(numbers, 2)] + [frozenset({one}) for one in numbers]
    held = {item: _predict(problem, folds, item, choices) for item in track(sets, "choosing by folds", len(sets))}
    whole = _joined([held[frozenset({one})] for one in numbers])
    ratings, joint = _best(problem, whole)
    nested = [_nested(problem, folds, held, one) for one in numbers]
    alone, both = (_joined_tables([pair[side] for pair in nested]) for side in (0, 1))
    rho = {"ratings": round(_mean_rho(problem, alone), 4)}
    if not weights:
        return Chosen(ratings, ratings, {"mean_rho": rho})
    loss = _loss(problem, alone, both)
    kept = loss.low > -COST
    rho["joint"] = round(_mean_rho(problem, both), 4)
    interval = [round(loss.low, 4), round(loss.high, 4)]
    said = {"mean_rho": rho, "joint_less_ratings": round(loss.value, 4), "interval": interval, "edits_kept": kept}
    return Chosen(ratings, joint if kept else ratings, said)


def _predict(problem: Problem, folds: np.ndarray, left_out: frozenset[int], choices: Sequence[Choice]) -> Held:
    """What is made of the rows of some folds by heads that were fitted to the others."""
    out = np.isin(folds, list(left_out))
    train, test = np.flatnonzero(~out), np.flatnonzero(out)
    result = {}
    for choice, solution in fit_many(problem, train, choices).items():
        result[choice] = np.full(problem.targets.shape, np.nan)
        result[choice][test] = solution.predict(problem, test)
    return result


def _nested(problem: Problem, folds: np.ndarray, held: Mapping[frozenset[int], Held], outer: int) -> tuple[Table, Table]:
    """What is made of one fold by ratings alone and with edits, both chosen without that fold."""
    others = [number for number in range(int(folds.max()) + 1) if number != outer]
    inner = [
        {choice: np.where((folds == one)[:, None], table, np.nan) for choice, table in held[frozenset({outer, one})].items()}
        for one in others
    ]
    ratings, joint = _best(problem, _joined(inner))
    predicted = held[frozenset({outer})]
    return predicted[ratings], predicted[joint]


def _best(problem: Problem, held: Held) -> tuple[Choice, Choice]:
    """Choose for ratings the largest penalty whose mean ρ is nearly the highest, and with it a weight of edits.

    Of the weights whose mean ρ is nearly the highest, it is the one that errs least on edits.
    """
    rho = {choice: _mean_rho(problem, table) for choice, table in held.items()}
    ratings = max(_near(rho, [choice for choice in held if not choice.weight], _CLOSE), key=lambda choice: choice.penalty)
    both = [choice for choice in held if choice.weight and choice.penalty == ratings.penalty]
    if not both:
        return ratings, ratings
    return ratings, min(_near(rho, both, _EDITS_CLOSE), key=lambda choice: _error(problem, held[choice]))


def _near(rho: Mapping[Choice, float], choices: Sequence[Choice], close: float) -> list[Choice]:
    highest = max(rho[choice] for choice in choices)
    return [choice for choice in choices if rho[choice] >= highest - close]


def _error(problem: Problem, predicted: Table) -> float:
    """The mean squared error on edits: those that should move an attribute, and those that should not."""
    return float(np.nanmean((predicted - problem.targets)[~problem.rated] ** 2))


def _columns(problem: Problem, predicted: Table) -> list[tuple[np.ndarray, np.ndarray]]:
    known = problem.rated[:, None] & ~np.isnan(problem.targets) & ~np.isnan(predicted)
    return [(p[k], t[k]) for p, t, k in zip(predicted.T, problem.targets.T, known.T, strict=True)]


def _mean_rho(problem: Problem, predicted: Table) -> float:
    return float(np.mean([spearman(*pair) for pair in _columns(problem, predicted)]))


def _loss(problem: Problem, alone: Table, both: Table) -> Estimate:
    """By how much mean ρ is higher with edits, from resamples of the photographs that both share."""
    one, other = (np.mean([resample(*pair, _TIMES) for pair in _columns(problem, item)], axis=0) for item in (both, alone))
    return paired_difference(_mean_rho(problem, both), _mean_rho(problem, alone), one, other)


def _joined(parts: Sequence[Held]) -> Held:
    return {choice: _joined_tables([part[choice] for part in parts]) for choice in parts[0]}


def _joined_tables(parts: Sequence[Table]) -> Table:
    """Tables that are known in different rows, as one."""
    result = parts[0].copy()
    for part in parts[1:]:
        result = np.where(np.isnan(part), result, part)
    return result
