"""Metrics besides Spearman's ρ: by hand, against scipy, and their bootstrap against a loop."""

import numpy as np
import pytest
from scipy import stats

from xaesthetic.core.order import _weights, kendall, logistic_pearson, pairwise_accuracy

RANDOM = np.random.default_rng(3)
RATINGS = np.round(RANDOM.normal(3, 0.6, 40), 1)
PREDICTED = np.round(RATINGS + RANDOM.normal(0, 0.5, 40), 1)


def test_kendall_is_scipys_ties_and_all():
    assert kendall(RATINGS, PREDICTED).value == pytest.approx(stats.kendalltau(RATINGS, PREDICTED).statistic)


def test_pairs_by_hand():
    """1 2 2 3 against 5 5 7 6: of five unequal pairs two are right (1-7, 1-6, 2-6 right), one is equal, one wrong."""
    found = pairwise_accuracy(np.array([1.0, 2, 2, 3]), np.array([5.0, 5, 7, 6]))
    assert found.value == pytest.approx((3 + 0.5) / 5)
    assert pairwise_accuracy(RATINGS, -RATINGS).value == pytest.approx(0)


def test_the_interval_is_of_resampled_photographs():
    found = kendall(RATINGS, PREDICTED, times=60, seed=5)
    drawn = []
    for counts in _weights(40, 60, 5)[1:]:
        rows = np.repeat(np.arange(40), counts.astype(int))
        assert len(rows) == 40
        drawn.append(stats.kendalltau(RATINGS[rows], PREDICTED[rows]).statistic)
    assert found.high - found.value == pytest.approx(1.959964 * np.std(drawn, ddof=1), rel=1e-5)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_logistic_curve_is_taken_off(sign):
    ratings = np.linspace(1.2, 4.8, 30)
    predicted = -np.log(4 / (ratings - 1) - 1)  # the inverse of 1 + 4 / (1 + exp(-x))
    found = logistic_pearson(ratings, sign * predicted**1 * 10 + 3)
    assert found.value == pytest.approx(sign, abs=1e-6)
    assert abs(np.corrcoef(ratings, predicted)[0, 1]) < 0.995


def test_what_is_not_defined_is_nan():
    for metric in (kendall, pairwise_accuracy, logistic_pearson):
        assert np.isnan(metric(np.ones(9), np.arange(9.0)).value)
        assert np.isnan(metric(np.arange(2.0), np.arange(2.0)).value)
    assert np.isnan(kendall(np.arange(9.0), np.ones(9)).value)
    assert pairwise_accuracy(np.arange(9.0), np.ones(9)).value == 0.5
