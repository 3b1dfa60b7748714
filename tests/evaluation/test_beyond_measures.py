"""What heads say beyond the overall score, against ridges fitted one by one, and where the answer is planted."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import spearmanr

from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.beyond import Evidence, measure_beyond

NAMES = ("light", "overall", "color")


def evidence(n=42, k=7, p=3, c=6, seed=0):
    random = np.random.default_rng(seed)
    features = random.normal(1, random.uniform(0.5, 3, k), (n, k))
    overall = features @ random.normal(size=k)
    ratings = np.stack([overall + 3 * features[:, 0], overall, overall + random.normal(0, 3, n)], axis=1)
    ratings += random.normal(0, 0.5, ratings.shape)
    edits = random.normal(size=(8, k))
    moved = np.stack([np.repeat([1.0, -1.0], 4), np.full(8, np.nan), np.full(8, np.nan)], axis=1)
    return Evidence(features, ratings, NAMES, random.normal(size=(p, k, c)), random.dirichlet(np.ones(c), p), edits, moved)


def head(features, labels, scale, penalty):
    """Ridge weights in the features' own units, by the normal equations; the score is taken out of the labels first."""
    x, rest = (features - features.mean(0)) / scale, []
    overall = labels[:, 1] - labels[:, 1].mean()
    for column in (0, 2):
        item = labels[:, column] - labels[:, column].mean()
        rest.append(item - overall * (item @ overall) / (overall @ overall))
    return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ np.stack(rest, 1)) / scale[:, None]


def by_hand(given, order, parts, halves, penalty):
    x, y = given.features, given.ratings[order]
    scale = x.std(0)
    fitted = lambda rows: head(x[rows], y[rows], scale, penalty)  # noqa: E731
    predicted, people = np.zeros((len(x), 2)), np.zeros((len(x), 2))
    for part in parts:
        rows = np.setdiff1d(np.arange(len(x)), part)
        predicted[part] = (x[part] - x[rows].mean(0)) @ fitted(rows)
        centre = y[rows].mean(0)
        for at, column in enumerate((0, 2)):
            slope = np.polyfit(y[rows, 1], y[rows, column], 1)[0]
            people[part, at] = y[part, column] - centre[column] - slope * (y[part, 1] - centre[1])
    whole = fitted(np.arange(len(x)))
    maps = [np.einsum("ka,pkc->apc", item, given.cells) for item in (whole, *map(fitted, halves))]
    result = {
        "rho": [spearmanr(predicted[:, at], people[:, at]).statistic for at in range(2)],
        "split_half": [
            np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(maps[1][at], maps[2][at], strict=True)]) for at in range(2)
        ],
        "gaze": [
            np.mean([((m - m.mean()) / m.std()) @ g for m, g in zip(maps[0][at], given.gaze, strict=True)])
            for at in range(2)
        ],
        "edit_response": [np.mean(np.sign(given.edits @ whole[:, 0]) == given.moved[:, 0])],
        "between": [np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(*maps[0], strict=True)])],
    }
    return {name: np.array(values) for name, values in result.items()}


def test_all_measures_are_those_of_ridges_fitted_one_by_one():
    given, penalty = evidence(), 5.0
    random = np.random.default_rng(4)
    orders = [np.arange(42), *(random.permutation(42) for _ in range(3))]
    parts, halves = np.array_split(random.permutation(42), 5), np.array_split(random.permutation(42), 2)
    found = measure_beyond(given, penalty, permutations=3, seed=4)
    first, *others = [by_hand(given, order, parts, halves, penalty) for order in orders]
    for measure, rows in found.groupby("measure", sort=False):
        null = np.mean([item[measure] for item in others], axis=0)
        np.testing.assert_allclose(rows["value"], first[measure], atol=1e-8)
        np.testing.assert_allclose(rows["null"], null, atol=1e-8)
        np.testing.assert_allclose(rows["over_null"], first[measure] - null, atol=1e-8)
    assert list(found["attribute"]) == ["light", "color"] * 2 + ["light", "light", "color", "all"]
    assert set(found["measure"]) == {"rho", "split_half", "edit_response", "gaze", "between"}


def test_what_is_planted_beyond_the_score_is_found_and_noise_is_not():
    found = measure_beyond(evidence(n=200), 5.0, permutations=60).set_index(["measure", "attribute"])
    light, color = found.loc[("rho", "light")], found.loc[("rho", "color")]
    assert light["value"] > 0.8
    assert light["p"] == pytest.approx(1 / 61)
    assert light["p_holm"] == pytest.approx(2 / 61)
    assert color["null_low"] < color["value"] < color["null_high"]
    assert color["p_holm"] > 0.05
    assert found.loc[("split_half", "light")]["value"] > 0.9
    assert abs(light["null"]) < 0.15


def test_without_a_score_attributes_are_as_they_are():
    found = measure_beyond(evidence(), 5.0, of="", permutations=2).set_index(["measure", "attribute"])
    assert [name for measure, name in found.index if measure == "rho"] == list(NAMES)


def test_what_cannot_be_measured_is_refused_or_left_out():
    given = evidence()
    with pytest.raises(DataError, match="no ratings of 'beauty'; there are those of light, overall, color"):
        measure_beyond(given, 1.0, of="beauty")
    ratings = given.ratings.copy()
    ratings[3, 1] = np.nan
    with pytest.raises(DataError, match="1 ratings are missing"):
        measure_beyond(replace(given, ratings=ratings), 1.0)
    found = measure_beyond(replace(given, gaze=None, edits=None, moved=None), 1.0, permutations=2)
    assert set(found["measure"]) == {"rho", "split_half", "between"}
