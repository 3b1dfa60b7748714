"""One region out of several; STAPLE against a slow oracle from the paper and SimpleITK's (tests/golden/make_study.py)."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import GOLDEN

from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.fusion import majority, soft_mean, staple

GOLDEN_STAPLE = json.loads((GOLDEN / "study.json").read_text())["staple"]


def masks_of(seed, people=4, size=(5, 6)):
    random = np.random.default_rng(seed)
    region = random.random(size) < 0.4
    return np.stack([region ^ (random.random(size) < random.uniform(0, 0.3)) for _ in range(people)])


@pytest.mark.parametrize("case", GOLDEN_STAPLE, ids=lambda case: f"{len(case['masks'])} people")
def test_golden(case):
    result = staple(np.array(case["masks"], bool))
    np.testing.assert_allclose(result.probability, case["probability"], atol=1e-5)  # it stops a little earlier
    np.testing.assert_allclose(result.sensitivity, case["sensitivity"], atol=1e-5)
    np.testing.assert_allclose(result.specificity, case["specificity"], atol=1e-5)
    assert result.converged


def slow_staple(masks, rounds):
    """Warfield et al. 2004, equations 14, 15, 18 and 19, pixel by pixel."""
    people = len(masks)
    pixels = list(zip(*(mask.ravel() for mask in masks), strict=True))
    prior = sum(map(sum, pixels)) / (people * len(pixels))
    weights = [sum(marks) / people for marks in pixels]
    for _ in range(rounds):
        p = [sum(w for w, d in zip(weights, pixels, strict=True) if d[j]) / sum(weights) for j in range(people)]
        rest = sum(1 - w for w in weights)
        q = [sum(1 - w for w, d in zip(weights, pixels, strict=True) if not d[j]) / rest for j in range(people)]
        for i, marks in enumerate(pixels):
            a, b = prior, 1 - prior
            for j in range(people):
                a *= p[j] if marks[j] else 1 - p[j]
                b *= 1 - q[j] if marks[j] else q[j]
            weights[i] = a / (a + b)
    return np.array(weights).reshape(masks.shape[1:])


@given(st.integers(0, 10_000), st.integers(2, 9), st.integers(1, 4))
def test_staple_against_the_slow_oracle(seed, people, rounds):
    masks = masks_of(seed, people)
    np.testing.assert_allclose(staple(masks, rounds).probability, slow_staple(masks, rounds), atol=1e-9)


@given(st.integers(0, 10_000))
def test_order_of_people_and_pixels_does_not_matter(seed):
    masks = masks_of(seed)
    random = np.random.default_rng(seed)
    order, pixels = random.permutation(len(masks)), random.permutation(30)
    flat = masks.reshape(len(masks), -1)
    moved = staple(flat[order][:, pixels].reshape(masks.shape), 20)
    one = staple(masks, 20)
    np.testing.assert_allclose(moved.probability.ravel(), one.probability.ravel()[pixels], atol=1e-7)
    np.testing.assert_allclose(moved.sensitivity, one.sensitivity[order], atol=1e-7)


def test_staple_trusts_those_who_agree():
    masks = np.zeros((4, 20, 20), bool)
    masks[:3, 5:15, 5:15] = True
    masks[3, :4, :4] = True  # somebody else's region
    result = staple(masks)
    np.testing.assert_array_equal(result.mask, masks[0])
    assert result.sensitivity[3] < 0.01 < 0.99 < result.sensitivity[0]
    assert "assumes one true region" in result.note


@pytest.mark.parametrize("people", [1, 3, 9])
def test_unanimity_empty_and_full_never_fail(people):
    region = np.zeros((people, 4, 5), bool)
    empty, full = staple(region), staple(~region)
    assert not empty.probability.any()
    assert full.probability.all()
    assert np.isnan(empty.sensitivity).all()
    assert np.isnan(full.specificity).all()
    assert (empty.specificity == 1).all()
    region[:, 1:3, 2:4] = True
    same = staple(region)
    np.testing.assert_array_equal(same.mask, region[0])
    np.testing.assert_allclose(same.probability, region[0], atol=1e-6)
    np.testing.assert_allclose(same.sensitivity, 1)


def test_one_who_marked_nothing_and_one_who_marked_all_do_not_hurt():
    masks = np.zeros((5, 6, 6), bool)
    masks[:3, 1:4, 1:4] = True
    masks[4] = True
    np.testing.assert_array_equal(staple(masks).mask, masks[0])


def test_majority_is_more_than_half_and_the_soft_mean_is_the_share():
    masks = np.array([[[1, 1, 0, 0]], [[1, 0, 1, 0]], [[1, 1, 0, 0]], [[1, 0, 0, 0]]], bool)
    np.testing.assert_array_equal(soft_mean(masks), [[1, 0.5, 0.25, 0]])
    np.testing.assert_array_equal(majority(masks), [[True, False, False, False]])
    np.testing.assert_array_equal(majority(masks[:3]), [[True, True, False, False]])


@pytest.mark.parametrize("fuse", [soft_mean, majority, staple])
def test_nobody_is_refused(fuse):
    with pytest.raises(DataError, match="at least one person must have marked one"):
        fuse(np.zeros((0, 3, 3), bool))
