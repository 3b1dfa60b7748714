"""The null of specificity: heads of permuted ratings, against ridges fitted one by one and maps summed cell by cell."""

from itertools import combinations

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from xaesthetic.core.types import InputSpec, Record, Source
from xaesthetic.data import images
from xaesthetic.models.model import gap_linear
from xaesthetic.models.weights import specificity_null
from xaesthetic.train import permuted
from xaesthetic.train.features import pooled
from xaesthetic.train.permuted import permuted_null

NAMES = ("light", "overall", "color")
PENALTY = 3.0


@pytest.fixture
def net():
    torch.manual_seed(0)
    first, second = torch.nn.Conv2d(3, 4, 3, stride=2, padding=1), torch.nn.Conv2d(4, 5, 3, stride=2, padding=1)

    def features(x):
        early = torch.nn.functional.softplus(first(x))
        return early, torch.nn.functional.softplus(second(early))

    inputs = InputSpec((16, 16), mean=(0.5, 0.5, 0.5), scale=1.0)
    return gap_linear(["light"], inputs, features, torch.zeros(1, 9), torch.zeros(1), Source("a", "b", "c", {}))


@pytest.fixture
def rated(tmp_path, write_photo, net):
    random = np.random.default_rng(0)
    pixels = [random.integers(0, 255, (20, 24, 3)).astype(np.uint8) for _ in range(14)]
    records = [
        Record(str(at), write_photo(tmp_path / f"{at}.png", item), original=str(at)) for at, item in enumerate(pixels)
    ]
    overall = random.normal(size=14)
    labels = np.stack([overall + random.normal(0, 0.3, 14), overall, random.normal(0, 2, 14)], axis=1)
    return records, pooled(net, pixels, "cpu"), labels, pixels


def maps_by_hand(net, pixels, weights):
    """Every block averaged down to the last one's grid, times its channel's weight, summed cell by cell."""
    activations = net.features(torch.from_numpy(images.to_input(pixels, net.inputs))[None])
    early, late = (layer[0].detach().numpy() for layer in activations)
    small = early.reshape(4, 4, 2, 4, 2).mean((2, 4))
    cells = np.concatenate([small, late])
    return [sum(weight * cell for weight, cell in zip(row, cells, strict=True)).ravel() for row in weights]


def by_hand(net, features, labels, pixels, permutations):
    """The mean correlation of every two attributes' maps, over permutations and photographs."""
    random = np.random.default_rng([0, 7])
    scale = features.std(0, dtype=np.float64)
    values = {pair: [] for pair in combinations(range(3), 2)}
    for _ in range(permutations):
        order = random.permutation(len(labels))
        fitted = Ridge(PENALTY).fit(features / scale, labels[order] / labels.std(0))
        for item in pixels:
            maps = maps_by_hand(net, item, fitted.coef_ / scale)
            for (i, j), found in values.items():
                found.append(np.corrcoef(maps[i], maps[j])[0, 1])
    return {f"{NAMES[i]}, {NAMES[j]}": np.mean(found) for (i, j), found in values.items()}


def test_it_is_the_mean_over_ridges_fitted_one_by_one(net, rated):
    records, features, labels, pixels = rated
    said = permuted_null(net, records, features, labels, NAMES, PENALTY, permutations=6)
    expected = by_hand(net, features, labels, pixels, 6)
    assert specificity_null(said) == pytest.approx(expected, abs=2e-4)
    assert expected["light, overall"] > 0.8  # the halo
    assert "6 permutations of the ratings of 14 photographs" in said["specificity_null_method"]
    assert "over 14 photographs" in said["specificity_null_method"]


def test_photographs_that_lack_a_rating_are_left_out(net, rated, monkeypatch):
    records, features, labels, _ = rated
    holed = labels.copy()
    holed[3, 1] = np.nan
    some = np.delete(np.arange(14), 3)
    monkeypatch.setattr(permuted, "PHOTOGRAPHS", 20)
    without = permuted_null(net, [records[row] for row in some], features[some], labels[some], NAMES, PENALTY)
    assert permuted_null(net, records, features, holed, NAMES, PENALTY) == without


def test_nothing_is_said_where_there_is_nothing_to_compare(net, rated):
    records, features, labels, _ = rated
    assert permuted_null(net, records, features, labels[:, :1], NAMES[:1], PENALTY) == {}
    holed = np.where(np.arange(14)[:, None] < 9, labels, np.nan)
    assert permuted_null(net, records, features, holed, NAMES, PENALTY) == {}
