"""Ridge on sets of features: what it predicts, and that nothing of the tested list gets into it."""

import numpy as np
from sklearn.linear_model import Ridge

from xaesthetic.train.ridge_rows import PENALTIES, predict_ridge, standardise

RANDOM = np.random.default_rng(0)
FEATURES = RANDOM.normal(size=(80, 6)) * np.array([1, 10, 0.1, 1, 1, 1]) + 5
LABELS = np.column_stack([FEATURES[:, 0] + RANDOM.normal(0, 0.3, 80), RANDOM.normal(size=80)])
GROUPS = [f"session{row // 4}" for row in range(80)]
TRAIN, TEST = np.arange(60), np.arange(60, 80)


def test_it_is_a_ridge_of_the_best_penalty():
    features = standardise(FEATURES, TRAIN)
    np.testing.assert_allclose(features[TRAIN].mean(0), 0, atol=1e-9)
    found = predict_ridge(features, LABELS, GROUPS, TRAIN, TEST)
    for column in range(2):
        possible = [
            Ridge(alpha=penalty).fit(features[TRAIN], LABELS[TRAIN, column]).predict(features[TEST]) for penalty in PENALTIES
        ]
        assert min(np.abs(found[:, column] - values).max() for values in possible) < 1e-6
    assert np.corrcoef(found[:, 0], LABELS[TEST, 0])[0, 1] > 0.9
    assert np.ptp(found[:, 1]) < 0.5 * np.ptp(found[:, 0])  # noise gets a large penalty


def test_labels_of_the_tested_list_do_not_matter():
    features, other = standardise(FEATURES, TRAIN), LABELS.copy()
    other[TEST] = 99
    one, two = (predict_ridge(features, labels, GROUPS, TRAIN, TEST) for labels in (LABELS, other))
    np.testing.assert_array_equal(one, two)


def test_what_is_not_rated_is_passed_over():
    labels = LABELS.copy()
    labels[:20, 0], labels[5:, 1] = np.nan, np.nan
    found = predict_ridge(standardise(FEATURES, TRAIN), labels, GROUPS, TRAIN, TEST)
    alone = predict_ridge(standardise(FEATURES, TRAIN), LABELS[:, :1], GROUPS, TRAIN[20:], TEST)
    np.testing.assert_allclose(found[:, :1], alone)
    assert np.isnan(found[:, 1]).all()


def test_photographs_of_one_session_are_in_one_fold():
    """Four photographs of a session share a label that features tell by heart: a penalty chosen across sessions is large."""
    names = np.repeat(np.arange(15), 4)
    features = standardise(np.random.default_rng(5).normal(size=(15, 10))[names], np.arange(60))
    labels = np.random.default_rng(6).normal(size=15)[names][:, None]
    found = predict_ridge(features, labels, [str(name) for name in names], np.arange(60), np.arange(60))
    torn = predict_ridge(features, labels, [str(row) for row in range(60)], np.arange(60), np.arange(60))
    assert np.corrcoef(torn[:, 0], labels[:, 0])[0, 1] > 0.7
    assert np.ptp(found) < 0.5 * np.ptp(torn)
