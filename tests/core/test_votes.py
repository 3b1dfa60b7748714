"""Votes behind a mean rating, and how reliable means are by them."""

import math

import numpy as np
import pytest

from xaesthetic.core.votes import Votes, reliability


def test_counts_say_mean_and_spread():
    votes = Votes.count({1.0: 2, 2.0: 0, 4.0: 1})
    assert (votes.n, votes.mean, dict(votes.counts)) == (3, 2.0, {1.0: 2, 4.0: 1})
    assert votes.std == pytest.approx(math.sqrt(2))
    assert votes.error_variance == pytest.approx(1.0)  # the unbiased variance 3, over n


def test_what_is_not_known_is_nan():
    for votes in (Votes(0), Votes(1, 0.0), Votes.count({}), Votes(5)):
        assert math.isnan(votes.error_variance)
    assert math.isnan(Votes(5, 0.5).mean)


def test_reliability_is_the_share_that_is_no_chance():
    random = np.random.default_rng(0)
    true = random.normal(0, 1, 4000)
    single = true[:, None] + random.normal(0, 2, (4000, 8))  # the error of a mean of eight has variance .5
    ratings, votes = single.mean(1), [Votes(8, float(row.std())) for row in single]
    assert reliability(ratings.tolist(), votes) == pytest.approx(1 / 1.5, abs=0.02)


def test_reliability_is_undefined_rather_than_wrong():
    assert math.isnan(reliability([1.0, 2.0], [Votes(5, 0.1)] * 2))
    assert math.isnan(reliability([2.0, 2.0, 2.0], [Votes(5, 0.1)] * 3))
    assert math.isnan(reliability([1.0, 1.1, 0.9], [Votes(2, 3.0)] * 3))  # chance alone would differ more
    assert reliability([1.0, 2.0, 3.0, math.nan, 9.0], [Votes(5, 0.5)] * 4 + [Votes(1)]) == pytest.approx(0.9375)
