"""How large a study must be: people, photographs and minutes for a difference to be shown, or an interval to be narrow."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import msgspec

from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.power import Design, Power, Test, simulate_power
from xaesthetic.evaluation.variance_components import Components

PEOPLE = (5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100)
"""Numbers of people that are tried."""
PHOTOGRAPHS = (8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 125, 150, 200, 250, 300, 400, 500)
"""Numbers of photographs that are tried."""
Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Part = Annotated[float, msgspec.Meta(ge=0, lt=1)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the study is to show, and what a task costs."""

    difference: Positive
    """Of two models' scores: the smallest that matters."""
    attributes: Annotated[int, msgspec.Meta(ge=1)] = 1
    """How many are tested: the level is divided by their number, Holm's first step."""
    power: Share = 0.8
    level: Share = 0.05
    test: Test = "photographs and people"
    per: Annotated[int, msgspec.Meta(ge=1)] = 5
    """People a photograph and attribute."""
    seconds: Positive = 60.0
    """A task."""
    repeats: Part = 0.1
    catches: Part = 0.1
    sitting: Positive = 30.0
    """Minutes of a sitting at most."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for name in ("difference", "seconds", "sitting"):
            if not 0 < getattr(self, name) < math.inf:
                raise DataError(f"{name} is {getattr(self, name):g}; a number above 0 was wanted.")
        for name in ("power", "level"):
            if not 0 < getattr(self, name) < 1:
                raise DataError(f"{name} is {getattr(self, name):g}; one between 0 and 1 was wanted.")
        for name in ("repeats", "catches"):
            if not 0 <= getattr(self, name) < 1:
                raise DataError(f"{name} is {getattr(self, name):g}; a share from 0 to below 1 was wanted.")
        if min(self.per, self.attributes) < 1:
            raise DataError(f"{self.per} people a photograph and {self.attributes} attributes; 1 of both are the least.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A study that would do, and what it costs."""

    people: int
    photographs: int
    per: int
    attributes: int
    tasks: int
    """Of the person with most, repeats and catch trials included."""
    minutes: float
    """Of that person."""
    sittings: int
    hours: float
    """Of all people together."""
    power: float
    power_low: float
    power_high: float
    width: float
    """Expected, of the difference's 95 % interval."""


def propose(components: Components, wanted: Wanted, seed: int, times: int = 1000) -> tuple[Proposal, ...]:
    """Propose studies that show the wanted difference: for every number of people the fewest photographs that do.

    Parameters
    ----------
    components
        Of a pilot.
    wanted
        What is to be shown.
    seed
        Of the simulations.
    times
        Simulated studies for every design.

    Returns
    -------
    Those that no other beats in people and in hours, the one with fewest hours in all first.

    Raises
    ------
    DataError
        If none of those that are tried does; says what power the largest has.
    """

    def power(photographs: int, people: int) -> Power:
        design, level = Design(photographs, people, wanted.per), wanted.level / wanted.attributes
        return simulate_power(design, components, wanted.difference, seed, wanted.test, level, times)

    result = []
    numbers = [number for number in PEOPLE if number >= wanted.per] or [wanted.per]
    for people in numbers:
        known = _fewest(PHOTOGRAPHS, partial(power, people=people), lambda value: value.power >= wanted.power)
        if known is not None:
            result.append(_proposal(people, *known, wanted))
    if not result:
        most = power(PHOTOGRAPHS[-1], numbers[-1]).power
        raise DataError(
            f"no study up to {numbers[-1]} people and {PHOTOGRAPHS[-1]} photographs shows a difference of "
            f"{wanted.difference:g} with power {wanted.power:g} (the largest has {most:.2f}); have more people a "
            "photograph, or look for a larger difference."
        )
    return tuple(sorted(_unbeaten(result), key=lambda item: (item.hours, item.people)))


def people_for_width(
    components: Components, wanted: Wanted, width: float, photographs: int, seed: int, times: int = 300
) -> Proposal:
    """Find the fewest people with whom the difference's 95 % interval is expected to be no wider than that.

    Parameters
    ----------
    components
        Of a pilot.
    wanted
        What a task costs; people a photograph.
    width
        From its low to its high end.
    photographs
        How many there are.
    seed, times
        Of the simulations.

    Raises
    ------
    DataError
        If no number up to 100 does; says how wide it stays.
    """
    if not 0 < width < math.inf:
        raise DataError(f"the interval's width is {width:g}; a number above 0 was wanted.")

    def power(people: int) -> Power:
        design = Design(photographs, people, wanted.per)
        return simulate_power(design, components, wanted.difference, seed, wanted.test, times=times)

    numbers = range(max(wanted.per, 2), max(PEOPLE[-1], wanted.per) + 1)
    known = _fewest(numbers, power, lambda value: value.width <= width)
    if known is None:
        raise DataError(
            f"with {numbers[-1]} people on {photographs} photographs the interval is {power(numbers[-1]).width:.3g} wide, "
            f"not {width:g}; take more photographs, or more people a photograph."
        )
    return _proposal(known[0], photographs, known[1], wanted)


def _fewest(
    numbers: Sequence[int], value: Callable[[int], Power], enough: Callable[[Power], bool]
) -> tuple[int, Power] | None:
    """By bisection, as more are never worse but for the simulation's noise; None where the most are not enough."""
    low, high = 0, len(numbers) - 1
    best = value(numbers[high])
    if not enough(best):
        return None
    while low < high:
        middle = (low + high) // 2
        tried = value(numbers[middle])
        if enough(tried):
            high, best = middle, tried
        else:
            low = middle + 1
    return numbers[high], best


def _proposal(people: int, photographs: int, power: Power, wanted: Wanted) -> Proposal:
    all_tasks = photographs * wanted.attributes * wanted.per
    first = -(-all_tasks // people)
    tasks = first + round(wanted.repeats * first) + round(wanted.catches * first)
    minutes = tasks * wanted.seconds / 60
    hours = all_tasks * (1 + wanted.repeats + wanted.catches) * wanted.seconds / 3600
    return Proposal(
        *(people, photographs, wanted.per, wanted.attributes, tasks, round(minutes, 1)),
        *(math.ceil(minutes / wanted.sitting), round(hours, 1)),
        *(power.power, power.low, power.high, power.width),
    )


def _unbeaten(proposals: Sequence[Proposal]) -> Iterator[Proposal]:
    for one in proposals:
        if not any((other.people <= one.people and other.hours <= one.hours and other != one) for other in proposals):
            yield one
