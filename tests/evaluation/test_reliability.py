"""Intraclass correlations, ordinal alpha and variance components; golden values are pingouin's and krippendorff's."""

import json
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import GOLDEN

from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.jackknife import jackknife
from xaesthetic.evaluation.ordinal_alpha import ordinal_alpha, ordinal_alpha_interval
from xaesthetic.evaluation.reliability import icc_1, icc_1_mean, icc_2, icc_2_mean, reliability
from xaesthetic.evaluation.variance_components import variance_components

VALUES = json.loads((GOLDEN / "study.json").read_text())
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], np.float64)
NAN = float("nan")


def test_the_table_of_shrout_and_fleiss():
    values = [icc(SHROUT_FLEISS) for icc in (icc_1, icc_2, icc_1_mean, icc_2_mean)]
    assert [round(value, 2) for value in values] == [0.17, 0.29, 0.44, 0.62]


@pytest.mark.parametrize("case", VALUES["crossed"], ids=lambda case: str(np.shape(case["ratings"])))
def test_golden_crossed(case):
    ratings = np.array(case["ratings"])
    for icc in (icc_1, icc_1_mean, icc_2, icc_2_mean):
        assert icc(ratings) == pytest.approx(case[icc.__name__], abs=1e-9)
    assert ordinal_alpha(ratings) == pytest.approx(case["alpha"], abs=1e-9)


@pytest.mark.parametrize("case", VALUES["missing"], ids=lambda case: str(np.shape(case["ratings"])))
def test_golden_with_missing_ratings(case):
    assert ordinal_alpha(np.array(case["ratings"], np.float64)) == pytest.approx(case["alpha"], abs=1e-9)


def test_unbalanced_by_hand():
    """(1, 2, 3), (5, 7), (4): means 2, 6, 4; between 3·(5/3)² + 2·(7/3)² + (1/3)² over 2; within 2 + 2 over 3."""
    ratings = np.array([[1, 2, 3], [5, NAN, 7], [NAN, 4, NAN]])
    between, within, k = (75 / 9 + 98 / 9 + 1 / 9) / 2, 4 / 3, (6 - 14 / 6) / 2
    assert icc_1(ratings) == pytest.approx((between - within) / (between + (k - 1) * within))
    assert icc_1_mean(ratings) == pytest.approx((between - within) / between)
    result = reliability(ratings)
    assert (result.model, result.photographs, result.people, result.k) == ("ICC(1)", 3, 3, pytest.approx(k))


def slow_alpha(ratings):
    """Pair by pair within photographs, and over all; a pair disagrees by the ratings between (Krippendorff 2004)."""
    units = [[value for value in row if not np.isnan(value)] for row in ratings]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [value for unit in units for value in unit]

    def disagreement(a, b):
        low, high = min(a, b), max(a, b)
        between = sum(low <= value <= high for value in pooled)
        return 0 if a == b else (between - (pooled.count(a) + pooled.count(b)) / 2) ** 2

    observed = sum(disagreement(a, b) / (len(unit) - 1) for unit in units for a, b in permutations(unit, 2))
    expected = sum(disagreement(a, b) for a, b in permutations(pooled, 2)) / (len(pooled) - 1)
    return 1 - observed / expected if expected else NAN


@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(2, 5))
def test_alpha_against_its_definition(seed, photographs, people):
    random = np.random.default_rng(seed)
    ratings = random.integers(-1, 3, (photographs, people)).astype(float)
    ratings[random.random(ratings.shape) < 0.3] = NAN
    assert ordinal_alpha(ratings) == pytest.approx(slow_alpha(ratings), abs=1e-12, nan_ok=True)
    stretched = np.where(ratings > 1, ratings * 10, ratings)  # only the order counts
    assert ordinal_alpha(stretched) == pytest.approx(ordinal_alpha(ratings), nan_ok=True)


@given(st.integers(0, 10_000), st.floats(0.1, 100), st.floats(-1000, 1000))
def test_shift_and_scale_and_order_do_not_matter(seed, scale, shift):
    random = np.random.default_rng(seed)
    ratings = random.normal(size=(6, 4)) + random.normal(size=(6, 1))
    other = random.permutation(random.permutation(ratings * scale + shift, axis=0), axis=1)
    for icc in (icc_1, icc_1_mean, icc_2, icc_2_mean):
        assert icc(other) == pytest.approx(icc(ratings), abs=1e-6)


def test_the_mean_of_k_follows_spearman_and_brown():
    one = icc_1(SHROUT_FLEISS)
    assert icc_1_mean(SHROUT_FLEISS) == pytest.approx(4 * one / (1 + 3 * one))


def test_perfect_agreement_and_none():
    same = np.repeat(np.arange(5.0)[:, None], 3, axis=1)
    assert icc_1(same) == icc_2(same) == ordinal_alpha(same) == 1
    constant = np.ones((5, 3))
    for value in (icc_1(constant), icc_2(constant), ordinal_alpha(constant), reliability(constant).single.value):
        assert np.isnan(value)
    biased = np.arange(5.0)[:, None] + [0, 100, 200]
    assert icc_2(biased) < 0.001  # absolute agreement: people who use the scale otherwise do not agree
    assert variance_components(biased).residual == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("shape", [(0, 0), (1, 4), (4, 1), (2, 2)])
def test_small_tables_are_nan_and_never_an_error(shape):
    ratings = np.full(shape, NAN)
    assert np.isnan(reliability(ratings).single.value)
    assert np.isnan(ordinal_alpha_interval(ratings).value)
    if min(shape, default=0) == 1:
        ratings = np.arange(4.0).reshape(shape)
        assert np.isnan(reliability(ratings).single.low)


# -- intervals ---------------------------------------------------------------------------------------------------------


def draw(random, photographs=12, people=5, components=(1, 0.3, 1)):
    a, b, c = components
    return (
        random.normal(0, a, (photographs, 1)) + random.normal(0, b, (1, people)) + random.normal(0, c, (photographs, people))
    )


def test_intervals_cover_what_they_say():
    random, truth = np.random.default_rng(0), 1 / (1 + 0.09 + 1)
    intervals = [jackknife(icc_2, draw(random)) for _ in range(100)]
    covered = sum(interval.low <= truth <= interval.high for interval in intervals)
    assert covered >= 90  # of 95; with 95 % the chance of fewer is 1 %
    assert all(interval.low <= interval.value <= interval.high < 1 for interval in intervals)
    assert np.median([interval.high - interval.low for interval in intervals]) < 1.1


def test_more_people_and_photographs_make_it_narrower():
    random = np.random.default_rng(1)
    widths = [
        np.mean([np.ptp([e.low, e.high]) for e in (jackknife(icc_2, draw(random, *size)) for _ in range(10))])
        for size in ((10, 4), (10, 20), (40, 20))
    ]
    assert widths[0] > widths[1] > widths[2]


def test_without_known_people_only_photographs_are_units():
    ratings = draw(np.random.default_rng(2))
    result = reliability(ratings, people=False)
    assert result.model == "ICC(1)"
    alone, both = jackknife(icc_1, ratings, people=False), jackknife(icc_1, ratings)
    assert (result.single.low, result.single.high) == (alone.low, alone.high)
    assert alone.high - alone.low < both.high - both.low


def test_a_jackknife_of_a_mean_is_its_standard_error():
    """Of ln(1 - x), with x the one varying photograph mean: the delete-one variance is that of the definition."""
    ratings = np.array([[0.1], [0.4], [0.3], [0.6]])
    estimate = jackknife(lambda values: float(values.mean()), ratings, people=False)
    logs = np.log([1 - np.delete(ratings, i).mean() for i in range(4)])
    spread = np.sqrt(3 / 4 * ((logs - logs.mean()) ** 2).sum())
    assert estimate.low == pytest.approx(1 - 0.65 * np.exp(3.182446 * spread), rel=1e-6)


# -- variance components -----------------------------------------------------------------------------------------------


def test_components_of_a_complete_table_are_those_of_the_mean_squares():
    """Shrout & Fleiss: BMS 11.24, JMS 32.49, EMS 1.02 of 6 photographs and 4 people."""
    result = variance_components(SHROUT_FLEISS)
    assert result.photograph == pytest.approx((11.2417 - 1.0194) / 4, abs=1e-4)
    assert result.person == pytest.approx((32.4861 - 1.0194) / 6, abs=1e-4)
    assert result.residual == pytest.approx(1.0194, abs=1e-4)


def test_components_are_recovered_from_an_incomplete_design():
    random = np.random.default_rng(3)
    drawn = []
    for _ in range(60):
        values = draw(random, 40, 10, (2, 1, 0.5))
        values[np.argsort(random.random(values.shape), axis=1) < 5] = NAN  # each photograph by five of ten
        drawn.append(variance_components(values))
    assert np.mean([c.photograph for c in drawn]) == pytest.approx(4, abs=0.5)
    assert np.mean([c.person for c in drawn]) == pytest.approx(1, abs=0.25)
    assert np.mean([c.residual for c in drawn]) == pytest.approx(0.25, abs=0.02)


def test_repeats_tell_interaction_from_residual():
    result = variance_components(SHROUT_FLEISS, [(1.0, 2.0), (4.0, 4.0), (3.0, 1.0)])
    assert result.residual == pytest.approx((1 + 0 + 4) / 3 / 2)
    assert result.interaction + result.residual == pytest.approx(1.0194, abs=1e-4)
    assert np.isnan(variance_components(SHROUT_FLEISS).interaction)


def test_designs_that_tell_nothing_apart_are_refused():
    with pytest.raises(DataError, match="1 photographs and 4 people; two or more of both"):
        variance_components(SHROUT_FLEISS[:1])
    with pytest.raises(DataError, match="cannot be told apart.*Have people share photographs"):
        variance_components(np.where(np.eye(4), 1.0, NAN))
