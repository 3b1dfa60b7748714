"""How probable it is that a study shows a difference between two models, by simulating it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from jaxtyping import Float, Int

from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.variance_components import Components

Test = Literal["photographs and people", "photographs"]
TESTS: tuple[Test, ...] = ("photographs and people", "photographs")
"""What is drawn by chance: both, as `crossed_bootstrap` has it; or photographs alone, by a paired t-test of their means,
which says nothing of other people and has too many false alarms where people differ."""
_AT_ONCE = 2_000_000  # simulated values
_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Design:
    """Who scores what, of one attribute."""

    photographs: int
    people: int
    """How many in all."""
    per: int
    """How many of them a photograph has."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.photographs < 2 or self.per < 1:
            raise DataError(f"{self.photographs} photographs with {self.per} people each; two and one are the least.")
        if self.people < max(self.per, 2):
            raise DataError(f"{self.people} people, but {self.per} a photograph; {max(self.per, 2)} are the least.")
        if self.photographs * self.per > _MOST:
            raise DataError(
                f"{self.photographs} photographs with {self.per} people each; at most {_MOST:,} tasks are tried."
            )


@dataclass(frozen=True, slots=True)
class Power:
    """What simulated studies gave."""

    power: float
    """The share of them in which the difference is significant."""
    low: float
    high: float
    """95 % interval of that share (Clopper & Pearson)."""
    width: float
    """Of the difference's 95 % interval, the mean."""


def simulate_power(
    design: Design,
    components: Components,
    difference: float,
    seed: int,
    test: Test = "photographs and people",
    level: float = 0.05,
    times: int = 1000,
) -> Power:
    """Simulate studies of two models and count in how many their difference is significant.

    One person's difference on one photograph is the mean difference, plus what the photograph, the person and both together
    add, all normal. People take turns, so that their tasks differ by one at most.

    Parameters
    ----------
    design
        The study.
    components
        Variances of differences; those below zero count as zero, and an interaction that is not known lies in the residual.
    difference
        The mean; 0 gives the share of false alarms.
    seed
        Of the simulation.
    test
        The one that the study will be judged by. That of photographs and people takes the variance that the pigeonhole
        bootstrap tends to (Owen 2007), and Student's t for the smaller number less one.
    level
        Two-sided, of the test; the 95 % of the interval's width do not depend on it.
    times
        How many studies.

    Raises
    ------
    DataError
        If a number cannot be.
    """
    _validate(components, difference, level, times)
    means, errors = [], []
    random = np.random.default_rng([seed, design.photographs, design.people, design.per])
    step = max(1, _AT_ONCE // (design.photographs * design.per))
    for start in range(0, times, step):
        values = _draw(design, components, min(step, times - start), random)
        means.append(values.mean((1, 2)))
        errors.append(_errors(values, design, test))
    mean, error = np.concatenate(means) + difference, np.concatenate(errors)
    freedom = design.photographs - 1 if test == "photographs" else min(design.photographs, design.people) - 1
    significant = int((np.abs(mean) > float(scipy.special.stdtrit(freedom, 1 - level / 2)) * error).sum())
    width = 2 * float(scipy.special.stdtrit(freedom, 0.975)) * float(error.mean())
    low, high = _clopper_pearson(significant, times)
    return Power(significant / times, low, high, width)


_Values = Float[np.ndarray, "s n k"]
"""A study, a photograph, one of its people."""


def _draw(design: Design, components: Components, times: int, random: np.random.Generator) -> _Values:
    photograph, person, rest = _spreads(components)
    n, k = design.photographs, design.per
    values = random.normal(0, rest, (times, n, k)) + random.normal(0, photograph, (times, n, 1))
    people = random.normal(0, person, (times, design.people))
    return np.asarray(values + people[:, _assigned(design)])


def _spreads(components: Components) -> tuple[float, float, float]:
    rest = np.nansum([max(0.0, components.interaction), max(0.0, components.residual)])
    photograph, person = max(0.0, components.photograph), max(0.0, components.person)
    return float(np.sqrt(photograph)), float(np.sqrt(person)), float(np.sqrt(rest))


def _assigned(design: Design) -> Int[np.ndarray, "_n _k"]:
    """Which people every photograph has: in turn, as only how many tasks each has counts for a mean."""
    tasks = np.arange(design.photographs * design.per)
    return (tasks % design.people).reshape(design.photographs, design.per)


def _errors(values: _Values, design: Design, test: Test) -> Float[np.ndarray, " s"]:
    """The standard error that each study would state."""
    n, k = design.photographs, design.per
    if test == "photographs":
        return np.asarray(values.mean(2).std(1, ddof=1) / np.sqrt(n))
    left = values - values.mean((1, 2), keepdims=True)
    member = np.zeros((n * k, design.people))
    member[np.arange(n * k), _assigned(design).ravel()] = 1
    by_photograph, by_person = left.sum(2), left.reshape(len(left), -1) @ member
    squares = (by_photograph**2).sum(1) + (by_person**2).sum(1) + (left**2).sum((1, 2))
    return np.asarray(np.sqrt(squares) / (n * k))


def _clopper_pearson(count: int, of: int) -> tuple[float, float]:
    low = float(scipy.special.betaincinv(count, of - count + 1, 0.025)) if count else 0.0
    high = float(scipy.special.betaincinv(count + 1, of - count, 0.975)) if count < of else 1.0
    return low, high


def _validate(components: Components, difference: float, level: float, times: int) -> None:
    known = [components.photograph, components.person, components.residual]
    if not np.isfinite([*known, difference]).all() or np.isinf(components.interaction):
        raise DataError(f"the difference is {difference:g} and the components {components}; finite numbers were wanted.")
    if not max(*known, components.interaction) > 0:
        raise DataError("all variance components are zero: such a study cannot be planned. Pass those of a pilot.")
    if not 0 < level < 1:
        raise DataError(f"the level is {level:g}; one between 0 and 1 was wanted, such as 0.05.")
    if times < 1:
        raise DataError(f"{times} simulated studies; 1 or more was wanted.")
