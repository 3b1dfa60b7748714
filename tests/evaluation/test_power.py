"""Power by simulation; exact where one factor is all there is (statsmodels, tests/golden/make_study.py)."""

import json
from dataclasses import replace

import numpy as np
import pytest
import scipy
from support.places import GOLDEN

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import crossed_bootstrap
from xaesthetic.evaluation.power import Design, _assigned, _draw, _errors, simulate_power
from xaesthetic.evaluation.variance_components import Components, variance_components

NAN = float("nan")
EXACT = json.loads((GOLDEN / "study.json").read_text())["power"]
MIXED = Components(0.5, 0.1, 0.5, 0.5)
ONE = Components(1.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(("photographs", "effect", "power"), EXACT)
def test_with_photographs_alone_it_is_the_power_of_a_paired_t_test(photographs, effect, power):
    result = simulate_power(Design(photographs, 2, 1), ONE, effect, 0, "photographs", times=4000)
    assert result.power == pytest.approx(power, abs=3.3 * np.sqrt(power * (1 - power) / 4000) + 1e-3)


def test_the_golden_power_is_that_of_the_noncentral_t():
    for n, effect, power in EXACT:
        edge = scipy.stats.t.ppf(0.975, n - 1)
        exact = scipy.stats.nct.sf(edge, n - 1, effect * np.sqrt(n)) + scipy.stats.nct.cdf(-edge, n - 1, effect * np.sqrt(n))
        assert exact == pytest.approx(power, abs=1e-6)


def test_without_a_difference_a_twentieth_is_significant():
    result = simulate_power(Design(20, 6, 3), MIXED, 0.0, 1, "photographs", times=4000)
    half = 3.3 * np.sqrt(0.05 * 0.95 / 4000)
    expected = 0.05
    # people are shared by photographs, which this test does not know: with them fixed it would be .05 exactly
    alone = simulate_power(Design(20, 6, 3), replace(MIXED, person=0.0), 0.0, 1, "photographs", times=4000)
    assert alone.power == pytest.approx(expected, abs=half)
    assert result.power > expected + half


@pytest.mark.parametrize("components", [MIXED, replace(MIXED, person=0.0), Components(0.0, 1.0, 0.0, 0.5)])
def test_the_test_of_both_has_no_more_false_alarms_than_it_says(components):
    result = simulate_power(Design(30, 15, 5), components, 0.0, 2, times=2000)
    assert result.power <= 0.05 + 3.3 * np.sqrt(0.05 * 0.95 / 2000)


def test_people_alone_in_a_complete_study():
    """Ten people's means and nothing else: the bootstrap's variance lacks the factor 10/9, so a little over 5 %."""
    result = simulate_power(Design(50, 10, 10), Components(0.0, 1.0, 0.0, 0.0), 0.0, 3, times=4000)
    t = scipy.stats.t(9)
    expected = 2 * t.sf(t.ppf(0.975) * np.sqrt(0.9))
    assert result.power == pytest.approx(expected, abs=3.3 * np.sqrt(expected * (1 - expected) / 4000))


def test_its_error_is_what_the_crossed_bootstrap_has():
    design = Design(40, 12, 5)
    values = _draw(design, MIXED, 6, np.random.default_rng(4))
    errors = _errors(values, design, "photographs and people")
    ratios = []
    for study, error in zip(values, errors, strict=True):
        table = np.full((40, 12), NAN)
        np.put_along_axis(table, _assigned(design), study, 1)
        estimate = crossed_bootstrap(table)
        reach = scipy.stats.t.ppf(0.975, 11) * error
        ratios.append((estimate.high - estimate.low) / 2 / reach)
    assert np.mean(ratios) == pytest.approx(1, abs=0.06)


def test_simulated_values_have_the_components_that_they_were_drawn_from():
    design = Design(60, 20, 20)
    drawn = _draw(design, Components(2.0, 0.5, 0.25, 0.75), 30, np.random.default_rng(5))
    order = np.argsort(_assigned(design), axis=1)  # so that a column is a person
    found = [variance_components(np.take_along_axis(study, order, 1)) for study in drawn]
    for name, value in (("photograph", 2.0), ("person", 0.5), ("residual", 1.0)):
        assert np.mean([getattr(item, name) for item in found]) == pytest.approx(value, rel=0.12)


def test_more_of_anything_has_more_power_and_narrower_intervals():
    small, photographs, people = (
        simulate_power(Design(*size), MIXED, 0.4, 6) for size in ((15, 6, 3), (60, 6, 3), (15, 15, 10))
    )
    assert small.power < min(photographs.power, people.power)
    assert small.width > max(photographs.width, people.width)
    assert small.low < small.power < small.high


def test_the_seed_decides_and_nothing_else():
    first, again, other = (simulate_power(Design(15, 6, 3), MIXED, 0.3, seed, times=300) for seed in (7, 7, 8))
    assert first == again != other


def test_negative_components_are_zero_and_an_unknown_interaction_is_in_the_residual():
    known = simulate_power(Design(15, 6, 3), Components(0.5, 0.0, 0.0, 1.0), 0.3, 0, times=200)
    assert simulate_power(Design(15, 6, 3), Components(0.5, -0.2, NAN, 1.0), 0.3, 0, times=200) == known
    parts = simulate_power(Design(15, 6, 3), Components(0.5, 0.0, 0.4, 0.6), 0.3, 0, times=200)
    assert parts.power == known.power


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"difference": NAN}, "the difference is nan"),
        ({"components": Components(float("inf"), 1.0, 1.0, 1.0)}, "finite numbers were wanted"),
        ({"components": Components(0.0, 0.0, NAN, 0.0)}, "all variance components are zero"),
        ({"level": 0.0}, "the level is 0; one between 0 and 1"),
        ({"times": 0}, "0 simulated studies"),
    ],
)
def test_numbers_that_cannot_be_are_refused(change, message):
    usual = {"design": Design(5, 5, 2), "components": MIXED, "difference": 0.1, "seed": 0}
    with pytest.raises(DataError, match=message):
        simulate_power(**usual | change)


@pytest.mark.parametrize("size", [(1, 5, 2), (5, 5, 0), (5, 2, 3), (5, 1, 1), (100_000, 5, 5)])
def test_designs_that_cannot_be_are_refused(size):
    with pytest.raises(DataError, match="least|at most"):
        Design(*size)
