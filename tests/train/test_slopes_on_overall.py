"""How attributes go with the overall score: against numpy and a simulation with known errors."""

import numpy as np
import pytest

from xaesthetic.core.errors import DataError
from xaesthetic.models.weights import slopes_of
from xaesthetic.train.beyond import corrected_slope, manifest_of, slopes


def test_it_is_the_regression_on_the_overall_score():
    random = np.random.default_rng(0)
    overall = random.normal(3, 1, 200)
    light = 0.8 * overall + random.normal(1, 0.4, 200)
    light[5], overall[9] = np.nan, np.nan
    known = np.isfinite(light) & np.isfinite(overall)
    slope, intercept = np.polyfit(overall[known], light[known], 1)
    found = slopes({"light": light, "overall": overall}, overall)
    assert list(found) == ["light"]
    assert (found["light"].slope, found["light"].intercept) == pytest.approx((slope, intercept))
    rest = light[known] - slope * overall[known]
    assert found["light"].share == pytest.approx(rest.var() / light[known].var())
    assert found["light"].corrected is None


def test_the_corrected_slope_is_that_of_ratings_without_error():
    random = np.random.default_rng(1)
    score, errors = random.normal(0, 1, 400_000), random.multivariate_normal([0, 0], [[0.2, 0.06], [0.06, 0.1]], 400_000)
    light = 0.7 * score + random.normal(0, 0.5, 400_000)
    rated, overall = light + errors[:, 0], score + errors[:, 1]
    reliability = light.var() / rated.var(), score.var() / overall.var()
    correlation = 0.06 / np.sqrt(0.2 * 0.1)
    found = corrected_slope(np.cov(rated, overall), *reliability, correlation)
    assert found == pytest.approx(0.7, abs=0.005)
    assert slopes({"light": rated}, overall)["light"].slope == pytest.approx((0.7 + 0.06) / 1.1, abs=0.005)
    low, high = slopes({"light": rated}, overall, dict(zip(("light", "overall"), reliability, strict=True)))[
        "light"
    ].corrected
    assert low < 0.7 < high


def test_a_manifest_keeps_them():
    random = np.random.default_rng(2)
    overall = random.normal(size=50)
    found = slopes({"light": overall + random.normal(size=50)}, overall, {"light": 0.9, "overall": 0.95})
    kept = manifest_of(found)
    assert slopes_of(kept) == found
    assert kept["assumed_error_correlations"] == [0.0, 0.5]


def test_ratings_that_say_nothing_are_refused():
    with pytest.raises(DataError, match="light: 2 photographs have it and an overall rating that varies; 3 were wanted"):
        slopes({"light": np.array([1.0, 2, np.nan])}, np.array([1.0, 2, 3]))
    with pytest.raises(DataError, match="that varies"):
        slopes({"light": np.arange(4.0)}, np.ones(4))
