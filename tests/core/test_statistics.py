import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from xaesthetic.core import statistics
from xaesthetic.core.statistics import (
    Estimate,
    bootstrap_t,
    crossed_bootstrap,
    holm,
    interval,
    paired_difference,
    resample,
    spearman,
)

X = np.array([1.0, 2.0, 2.0, 3.0, 5.0, 4.0])
Y = np.array([2.0, 1.0, 4.0, 4.0, 6.0, 5.0])


def slow(first, second):
    """Pearson's correlation of mean ranks, written out."""
    one, other = (
        [1 + sum(w < v for w in side) + (sum(w == v for w in side) - 1) / 2 for v in side] for side in (first, second)
    )
    mean = sum(one) / len(one)
    product = sum((a - mean) * (b - mean) for a, b in zip(one, other, strict=True))
    squares = sum((a - mean) ** 2 for a in one) * sum((b - mean) ** 2 for b in other)
    return product / squares**0.5


def test_spearman_by_hand():
    # ranks 1 2.5 2.5 4 6 5 and 2 1 3.5 3.5 6 5: products of deviations 14.75, squares 17 and 17
    assert spearman(X, Y) == pytest.approx(14.75 / 17, rel=1e-12)
    assert slow(X, Y) == pytest.approx(14.75 / 17, rel=1e-12)


@pytest.mark.parametrize("pair", [(X[:2], Y[:2]), (X, np.ones(6)), (np.zeros(6), Y)])
def test_what_has_no_ranks_is_nan(pair):
    assert np.isnan(spearman(*pair))
    estimate = interval(*pair, np.full(5, np.nan))
    assert np.isnan([estimate.value, estimate.low, estimate.high, estimate.p]).all()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=4, max_size=12), st.integers(0, 3))
def test_resamples_are_spearmans_rho_of_what_was_drawn(pairs, seed):
    first, second = np.array(pairs, float).T
    found = resample(first, second, 7, seed)
    drawn = np.random.default_rng([seed, len(first)]).integers(0, len(first), (7, len(first)))
    for value, rows in zip(found, drawn, strict=True):
        one, other = first[rows], second[rows]
        if np.ptp(one) == 0 or np.ptp(other) == 0:
            assert np.isnan(value)
        else:
            assert value == pytest.approx(slow(one, other), abs=1e-12)


def test_many_resamples_come_in_pieces_and_are_repeatable():
    found = resample(X, Y, 1100, 3)
    assert len(found) == 1100
    np.testing.assert_array_equal(found, resample(X, Y, 1100, 3))
    assert not np.array_equal(found[:500], found[500:1000])
    assert not np.array_equal(found, resample(X, Y, 1100, 4), equal_nan=True)


def test_the_interval_by_hand():
    resampled = np.tanh([0.1, 0.3, 0.5])  # artanh: standard deviation .2
    found = interval(X, Y, resampled)
    z = np.arctanh(14.75 / 17)
    assert (found.low, found.high) == pytest.approx((np.tanh(z - 0.391993), np.tanh(z + 0.391993)), rel=1e-6)
    assert found.p == pytest.approx(0.0251, abs=1e-4)  # t = ρ √(4 / (1 − ρ²)) = 3.49, 4 degrees of freedom


def test_perfect_order_has_a_finite_interval():
    values = np.arange(20.0)
    found = interval(values, values, resample(values, values, 200))
    assert found.value == pytest.approx(1)
    assert 0.999 < found.low <= found.high <= 1


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.2, 0.7])
def test_intervals_cover_what_they_promise(rho):
    """Nominal .95, n = 200, half of the data with AADB's ties; at least .93."""
    random = np.random.default_rng(5)

    def draw(size, ties):
        first, noise = random.normal(size=(2, size))
        second = rho * first + np.sqrt(1 - rho**2) * noise
        return first, np.round(np.clip(second / 2, -1, 1) * 5) / 5 if ties else second

    truth = {}
    for ties in (False, True):
        first, second = draw(1_000_000, ties)
        truth[ties] = np.corrcoef(rankdata(first), rankdata(second))[0, 1]
    hits = []
    for number in range(400):
        ties = number % 2 == 1
        first, second = draw(200, ties)
        found = interval(first, second, resample(first, second, 300, number))
        hits.append(found.low <= truth[ties] <= found.high)
    assert np.mean(hits) >= 0.93


def test_paired_differences_are_paired():
    """Two models with the same noise: apart each is uncertain, together their difference is not."""
    random = np.random.default_rng(0)
    truth, noise = random.normal(size=(2, 300))
    one, other = truth + noise, truth + 1.15 * noise
    drawn, others = (resample(truth, each, 500) for each in (one, other))
    first, second = interval(truth, one, drawn), interval(truth, other, others)
    found = paired_difference(first.value, second.value, drawn, others)
    assert second.high > first.low
    assert found.value == pytest.approx(first.value - second.value)
    assert 0 < found.low < found.high
    assert found.p < 1e-4


def test_the_difference_by_hand():
    found = paired_difference(0.5, 0.4, np.array([0.5, 0.6, 0.7]), np.array([0.4, 0.4, 0.4]))  # sd of the differences .1
    wanted = 0.1, 0.1 - 0.1959964, 0.1 + 0.1959964, 0.3173105
    assert (found.value, found.low, found.high, found.p) == pytest.approx(wanted, rel=1e-5)


def test_models_that_never_differ():
    drawn = np.array([0.5, 0.6])
    assert paired_difference(0.5, 0.5, drawn, drawn) == Estimate(0.0, 0.0, 0.0, 1.0)
    assert np.isnan(paired_difference(float("nan"), 0.5, drawn, drawn).p)


def test_holm_by_hand():
    found = holm(np.array([0.01, np.nan, 0.04, 0.03, 0.005]))
    np.testing.assert_allclose(found, [0.03, np.nan, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.9, 0.8])), [1, 1])


def test_resampled_means_are_those_of_the_drawn_values():
    values = np.random.default_rng(0).normal(size=30)
    drawn = values[np.random.default_rng([4, 30]).integers(0, 30, (50, 30))]
    means, spreads = statistics._resampled_means(values, 50, 4)
    np.testing.assert_allclose(means, drawn.mean(1), atol=1e-12)
    np.testing.assert_allclose(spreads, drawn.std(1, ddof=1), rtol=1e-9)


def test_large_samples_are_resampled_alike(monkeypatch):
    values = np.random.default_rng(0).gamma(1, size=40)
    usual = bootstrap_t(values, 300)
    monkeypatch.setattr(statistics, "_KEPT_RESAMPLES", 0)
    large = bootstrap_t(values, 300)
    assert (large.low, large.high) == pytest.approx((usual.low, usual.high), rel=1e-9)


def test_p_is_left_out_where_nobody_wants_it():
    values = np.random.default_rng(0).gamma(1, size=12)
    usual, without = bootstrap_t(values, 300), bootstrap_t(values, 300, tested=False)
    assert (without.value, without.low, without.high) == (usual.value, usual.low, usual.high)
    assert np.isfinite(usual.p)
    assert np.isnan(without.p)
    assert np.isnan(bootstrap_t(values[:2], tested=False).p)


def test_crossed_intervals_cover_images_and_people():
    """Nominal .95 with as much spread among 12 people as among 40 images; resampling images alone covers far less."""
    random = np.random.default_rng(3)
    hits, alone = [], []
    for number in range(300):
        images, people, rest = (random.normal(size=size) for size in ((40, 1), (1, 12), (40, 12)))
        values = images + people + rest
        values[random.random(values.shape) < 0.2] = np.nan
        found = crossed_bootstrap(values, 300, number)
        hits.append(found.low <= 0 <= found.high)
        only = bootstrap_t(np.nanmean(values, axis=1), 300, number)
        alone.append(only.low <= 0 <= only.high)
    assert 0.93 <= np.mean(hits) <= 0.99
    assert np.mean(alone) < 0.8


def test_crossed_edges():
    assert np.isnan(crossed_bootstrap(np.full((3, 3), np.nan)).value)
    one = crossed_bootstrap(np.array([[1.0], [2.0]]))
    assert (one.value, np.isnan(one.low)) == (1.5, True)
    same = crossed_bootstrap(np.full((3, 3), 2.0))
    assert (same.value, np.isnan(same.low)) == (2.0, True)
