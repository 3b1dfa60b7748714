"""Do annotators mark the same regions; golden values are `krippendorff`'s, scipy's and scikit-learn's (tests/golden)."""

import json

import numpy as np
import pytest
from support.places import GOLDEN
from support.plugin_package import plugged  # noqa: F401

import xaesthetic as xa
from xaesthetic.evaluation import agreement
from xaesthetic.evaluation.agreement import alpha, dice, iou, measure_agreement

VALUES = json.loads((GOLDEN / "values.json").read_text())["pairs"]


@pytest.mark.parametrize("name", list(VALUES))
def test_golden(name):
    values = VALUES[name]["agreement"]
    with np.load(GOLDEN / "maps.npz") as archive:
        masks = archive[f"{name}_masks"] > 0
    pairs = [(masks[i], masks[j]) for i in range(5) for j in range(i)]
    assert alpha(masks) == pytest.approx(values["alpha"], rel=1e-9)
    assert np.mean([dice(*pair) for pair in pairs]) == pytest.approx(values["dice"], rel=1e-9)
    assert np.mean([iou(*pair) for pair in pairs]) == pytest.approx(values["iou"], rel=1e-9)
    np.testing.assert_allclose(agreement.iou_others(masks), values["iou_others"], rtol=1e-9)


def slow_alpha(masks):
    """The coincidence matrix, pair by pair of values within a pixel (Krippendorff 2004, section 11.3)."""
    count = len(masks)
    flat = masks.reshape(count, -1).astype(int)
    together = np.zeros((2, 2))
    for unit in flat.T:
        for i in range(count):
            for j in range(count):
                if i != j:
                    together[unit[i], unit[j]] += 1 / (count - 1)
    n = together.sum()
    marginal = together.sum(0)
    expected = (marginal[0] * marginal[1] * 2) / (n - 1)
    return 1 - (together[0, 1] + together[1, 0]) / expected


@pytest.mark.parametrize("annotators", [2, 3, 5])
def test_alpha_against_its_definition(annotators):
    masks = np.random.default_rng(annotators).random((annotators, 9, 11)) < 0.3
    assert alpha(masks) == pytest.approx(slow_alpha(masks), rel=1e-12)


def test_edges():
    empty, full = np.zeros((2, 4, 4), bool), np.ones((2, 4, 4), bool)
    assert np.isnan(alpha(empty))
    assert np.isnan(alpha(full))
    assert np.isnan(alpha(full[:1]))
    assert np.isnan(dice(empty[0], empty[1]))
    assert np.isnan(iou(empty[0], empty[1]))
    half = np.tri(4, dtype=bool)
    assert alpha(np.stack([half, half])) == 1
    assert dice(half, ~half) == iou(half, ~half) == 0
    assert dice(half, full[0]) == pytest.approx(20 / 26)


def test_regions_in_one_place_beat_regions_anywhere():
    masks = np.zeros((4, 60, 80), bool)
    for number in range(4):
        masks[number, 10 + number : 30 + number, 20 : 45 - number] = True
    found = dict(zip(agreement.AGREEMENT.names[4:], agreement.agreement(masks), strict=True))
    assert found["dice"] > 0.85
    assert found["dice_p"] == found["alpha_p"] == pytest.approx(1 / 201)
    assert found["dice_chance"] < 0.3
    assert abs(found["alpha_chance"]) < 0.1
    random = np.random.default_rng(3)
    apart = np.stack([np.roll(masks[0], random.integers((60, 80)), (0, 1)) for _ in range(4)])
    assert dict(zip(agreement.AGREEMENT.names[4:], agreement.agreement(apart), strict=True))["dice_p"] > 0.05


def test_of_a_run(tmp_path, photo, write_photo, plugged):
    write_photo(tmp_path / "images" / "one.png", photo)
    write_photo(tmp_path / "images" / "two.png", photo)
    for who, value in (("anna", 0), ("ben", 1), ("cleo", 2)):
        mask = np.zeros(photo.shape[:2], np.uint8)
        mask[20 + value : 40, 10:30] = 255
        write_photo(tmp_path / "masks" / who / "one.png", mask)
    write_photo(tmp_path / "masks" / "anna" / "two.png", mask)
    asked = xa.Experiment("masks", str(tmp_path), ("tiny_net",), ("cam",), ("light",), None)
    run = xa.compare(asked, tmp_path / "run", draw=False).run
    (row,) = measure_agreement(run).to_dict("records")
    assert (row["image"], row["annotators"]) == ("one.png", 3)
    assert row["iou"] == pytest.approx(np.mean([19 / 20, 18 / 20, 18 / 19]))
