"""Ranks, Friedman's test and groups; golden values are scipy's, statsmodels' and scikit-posthocs' (tests/golden)."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from support.places import GOLDEN

from xaesthetic.core.statistics import holm
from xaesthetic.evaluation import ranking
from xaesthetic.evaluation.ranking import groups

VALUES = json.loads((GOLDEN / "values.json").read_text())["ranking"]


def test_golden_ranks_and_friedmans_p():
    ranks = rankdata(-np.array(VALUES["scores"]), axis=1)
    np.testing.assert_allclose(ranks.mean(0), VALUES["mean_ranks"])
    assert ranking.friedman(ranks) == pytest.approx(VALUES["iman_davenport_p"], rel=1e-9)


def test_golden_groups():
    """Two share no letter where scikit-posthocs finds p <= .05 by Nemenyi's test."""
    differ = [p <= 0.05 for p in VALUES["nemenyi_p"]]
    letters = groups(np.array(VALUES["mean_ranks"]), ranking.critical_difference(4, 10))
    assert differ == [not set(letters[i]) & set(letters[j]) for i, j in VALUES["pairs"]]
    assert len(set(differ)) == 2


def test_golden_holm():
    np.testing.assert_allclose(holm(np.array(VALUES["wilcoxon_p"])), VALUES["holm_p"], rtol=1e-12)


def test_critical_difference_of_demsars_paper():
    """Demšar 2006, section 3.2.3: four classifiers on 14 data sets, q = 2.569, CD 1.25."""
    assert ranking.critical_difference(4, 14) == pytest.approx(1.25, abs=0.005)


def test_groups_by_hand():
    assert groups(np.array([3.0, 1.0, 2.0]), 1.5) == ["b", "a", "ab"]
    assert groups(np.array([1.0, 1.1, 5.0, 5.1]), 1.0) == ["a", "a", "b", "b"]
    assert groups(np.array([1.0, 2.0, 3.0]), 0.5) == ["a", "b", "c"]
    assert groups(np.array([2.0, 2.0]), 0.5) == ["a", "a"]
    assert groups(np.arange(60.0), 0.5)[-1] == "(59)"


def test_two_share_a_letter_where_they_are_near():
    random = np.random.default_rng(0)
    for _ in range(100):
        ranks, critical = random.uniform(1, 8, 8), random.uniform(0.1, 5)
        letters = groups(ranks, critical)
        for i in range(8):
            for j in range(8):
                assert bool(set(letters[i]) & set(letters[j])) == (abs(ranks[i] - ranks[j]) < critical)


def scores(values, metric="nss"):
    """Of maps m0, m1, … on photographs."""
    return pd.DataFrame(
        [
            (f"i{image}", f"m{column}", "cam", "light", metric, value)
            for image, row in enumerate(values)
            for column, value in enumerate(row)
        ],
        columns=["image", "model", "method", "attribute", "metric", "value"],
    )


def test_the_table_by_hand():
    values = np.random.default_rng(0).normal(size=(12, 3)) * 0.01 + [2, 1, 0]
    table = ranking.rank_groups(scores(values))
    assert list(table["model"]) == ["m0", "m1", "m2"]
    assert list(table["mean_rank"]) == [1, 2, 3]
    assert list(table["rank_low"]) == list(table["rank_high"]) == [1, 2, 3]
    assert table["friedman_p"].max() == 0
    assert list(table["group"]) == ["a", "b", "c"]  # 12 photographs: CD .957
    assert table["critical_difference"].iloc[0] == pytest.approx(2.3437 * np.sqrt(12 / 72), rel=1e-3)


def test_lower_is_better_where_the_metric_says_so():
    values = np.random.default_rng(0).normal(size=(12, 3)) * 0.01 + [2, 1, 0]
    assert list(ranking.rank_groups(scores(values, "kl"))["model"]) == ["m2", "m1", "m0"]


def test_no_difference_is_one_group():
    table = ranking.rank_groups(scores(np.random.default_rng(1).normal(size=(12, 3))))
    assert table["friedman_p"].iloc[0] > 0.05
    assert set(table["group"]) == {"a"}
    assert ranking.friedman(np.full((4, 3), 2.0)) == 1


def test_only_photographs_that_all_have_count():
    values = np.random.default_rng(0).normal(size=(12, 3))
    values[3, 1] = np.nan
    assert set(ranking.rank_groups(scores(values).dropna())["photographs"]) == {11}
    assert not len(ranking.rank_groups(scores(values[:, :2])))
    assert not len(ranking.rank_groups(scores(values[:1])))
