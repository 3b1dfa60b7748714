"""What holds for every metric, and values worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from xaesthetic.core import plugins
from xaesthetic.core.facts import MetricFacts
from xaesthetic.core.types import HumanMap

NAMES = plugins.names("metrics")
SHAPE = (6, 8)
VALUES = st.one_of(st.floats(-100, 100, width=32), st.sampled_from([0.0, 1.0, 2.0]))
MAPS = arrays(np.float64, SHAPE, elements=VALUES).filter(lambda each: np.ptp(each) > 1e-3)
RANDOM = np.random.default_rng(0)
few = settings(max_examples=30)  # for each of some metrics


def load(name):
    return plugins.load("metrics", name)


def scale(name):
    return plugins.facts("metrics", name)


def human(**changed):
    mask = np.zeros(SHAPE, bool)
    mask[1:4, 2:5] = True
    density = np.exp(-((np.arange(6)[:, None] - 2) ** 2 + (np.arange(8) - 3) ** 2) / 4)
    points = np.array([[3.0, 2.0], [2.4, 1.9], [4.0, 3.0], [4.0, 3.0], [7.9, 5.9]])
    others = np.array([[0.0, 0.0], [5.0, 5.0], [3.0, 4.0]])
    return HumanMap(
        **({"density": density, "fixations": points, "mask": mask, "others": others, "signed": density} | changed)
    )


NOBODY = human(density=np.zeros(SHAPE), fixations=np.empty((0, 2)), mask=None, others=np.empty((0, 2)), signed=None)
PERFECT = human(mask=human().density > 0.3)


@pytest.mark.parametrize("name", NAMES)
def test_each_says_how_it_is_read(name):
    facts = scale(name)
    assert isinstance(facts, MetricFacts)
    assert facts.low < facts.high
    assert facts.needs in ("density", "fixations", "mask", "others", "signed")
    assert facts.negative


@pytest.mark.parametrize("name", NAMES)
def test_is_nan_on_a_constant_map(name):
    for value in (0.0, 3.0, -1.0):
        assert np.isnan(load(name)(np.full(SHAPE, value), human()))


@pytest.mark.parametrize("name", NAMES)
def test_is_nan_where_people_did_nothing(name):
    assert np.isnan(load(name)(RANDOM.normal(size=SHAPE), NOBODY))


@pytest.mark.parametrize("name", NAMES)
def test_is_nan_on_what_is_no_number(name):
    broken = RANDOM.normal(size=SHAPE)
    broken[0, 0] = np.nan
    assert np.isnan(load(name)(broken, human()))


@pytest.mark.parametrize("name", NAMES)
@few
@given(saliency=MAPS)
def test_values_lie_within_what_is_told(name, saliency):
    value = load(name)(saliency, human())
    assert np.isnan(value) or scale(name).low - 1e-9 <= value <= scale(name).high + 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_the_map_people_made_is_the_best_of_all(name):
    people = PERFECT if scale(name).needs == "mask" else human(fixations=np.array([[3.0, 2.0]]))
    best = load(name)(people.density, people)
    assert np.isfinite(best)
    for _ in range(30):
        other = load(name)(RANDOM.permuted(people.density.ravel()).reshape(SHAPE), people)
        assert other <= best + 1e-12 if scale(name).higher else other >= best - 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_written_into(name):
    saliency, people = RANDOM.normal(size=SHAPE), human()
    kept = [each.copy() for each in (saliency, people.density, people.fixations, people.mask)]
    saliency.flags.writeable = people.density.flags.writeable = False
    load(name)(saliency, people)
    for before, after in zip(kept, (saliency, people.density, people.fixations, people.mask), strict=True):
        np.testing.assert_array_equal(before, after)


RANKED = ["auc", "auc_judd", "shuffled_auc", "iou", "average_precision", "pointing_game", "relevance_rank_accuracy"]
STANDARD = [*RANKED, "nss", "cc", "iou_at_half", "mae", "s_measure"]


@pytest.mark.parametrize("name", STANDARD)
@few
@given(saliency=arrays(np.float64, SHAPE, elements=st.integers(-50, 50)).filter(np.ptp))
def test_neither_brightness_nor_contrast_counts(name, saliency):
    before = load(name)(saliency, human())
    assert load(name)(saliency * 4 - 8, human()) == pytest.approx(before, rel=1e-9, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", RANKED)
@few
@given(saliency=arrays(np.float64, SHAPE, elements=st.integers(-5, 5)).filter(np.ptp))
def test_only_the_order_counts(name, saliency):
    before = load(name)(saliency, human())
    assert load(name)(np.exp(saliency) + saliency, human()) == pytest.approx(before, nan_ok=True)


@pytest.mark.parametrize("name", ["kl", "sim", "information_gain", "emd", "energy_pointing_game"])
@few
@given(saliency=arrays(np.float64, SHAPE, elements=st.integers(0, 50)).filter(np.ptp))
def test_the_size_of_positive_values_does_not_count(name, saliency):
    before = load(name)(saliency, human())
    assert load(name)(saliency * 8, human()) == pytest.approx(before, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", ["cc", "sim", "emd"])
@few
@given(saliency=arrays(np.float64, SHAPE, elements=st.integers(0, 50)).filter(np.ptp))
def test_it_is_the_same_both_ways(name, saliency):
    there = load(name)(saliency, human())
    back = load(name)(human().density, human(density=saliency))
    assert there == pytest.approx(back, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", ["auc", "shuffled_auc", "nss"])
@few
@given(saliency=arrays(np.float64, SHAPE, elements=st.integers(-5, 5)).filter(np.ptp))
def test_the_negative_map_is_as_wrong_as_the_map_is_right(name, saliency):
    total = {"nss": 0.0}.get(name, 1.0)
    assert load(name)(saliency, human()) + load(name)(-saliency, human()) == pytest.approx(total, abs=1e-9)


@pytest.mark.parametrize("name", ["auc", "auc_judd", "shuffled_auc", "nss", "information_gain"])
def test_one_fixation_and_all_on_one_pixel(name):
    saliency = np.arange(48.0).reshape(SHAPE)
    one = load(name)(saliency, human(fixations=np.array([[7.0, 5.0]])))
    many = load(name)(saliency, human(fixations=np.array([[7.0, 5.0]] * 20)))
    assert np.isfinite(one)
    assert many == pytest.approx(one)


# -- by hand -----------------------------------------------------------------------------------------------------------


def slow_auc(saliency, points, negatives):
    wins = [
        1.0 if saliency[int(y), int(x)] > other else 0.5 if saliency[int(y), int(x)] == other else 0.0
        for x, y in points
        for other in negatives
    ]
    return sum(wins) / len(wins)


@few
@given(saliency=arrays(np.float64, SHAPE, elements=st.integers(0, 4)).filter(np.ptp))
def test_auc_is_a_count_of_pairs(saliency):
    people = human()
    assert load("auc")(saliency, people) == pytest.approx(slow_auc(saliency, people.fixations, saliency.ravel()))
    others = [saliency[int(y), int(x)] for x, y in people.others]
    assert load("shuffled_auc")(saliency, people) == pytest.approx(slow_auc(saliency, people.fixations, others))


def two_by_two(**changed):
    mask = np.array([[True, True], [False, False]])
    return HumanMap(
        **({"density": np.array([[0.5, 0.5], [0.0, 0.0]]), "fixations": np.array([[1.5, 0.5]]), "mask": mask} | changed)
    )


S = np.array([[1.0, 3.0], [-2.0, 2.0]])
BY_HAND = {
    "auc": (3 + 0.5) / 4,  # the fixated 3 is above three of the four, and equal to itself
    "auc_judd": 1.0,  # above all three that nobody looked at
    "nss": (3 - 1) / np.sqrt(14 / 4),  # mean 1, deviations 0, 2, -3, 1
    "cc": 2 / np.sqrt(14),  # covariance (0 + .5 + .75 - .25) / 4, variances 14 / 4 and 1 / 16
    "sim": 3 / 12 + 5 / 12,  # shifted 3, 5, 0, 4 of 12, both under .5
    "kl": 0.5 * np.log(0.5 / (3 / 12)) + 0.5 * np.log(0.5 / (5 / 12)),
    "information_gain": np.log2((5 + 5e-6) / (12 + 4 * 5e-6)) - np.log2(1 / 4),
    "emd": 1 / 12 * 1 + 3 / 12 * np.sqrt(2),  # 4 / 12 at the lower right: 1 / 12 goes up, the rest up and left
    "iou": 1 / 3,  # 3 and 2 are the highest two
    "iou_at_half": 2 / 3,  # stretched .6, 1, 0, .8
    "average_precision": 0.5 * 1 + 0.5 * 2 / 3,  # 3 is in, 2 is out, 1 is in
    "mae": (0.4 + 0 + 0 + 0.8) / 4,
    "pointing_game": 1.0,
    "energy_pointing_game": 4 / 6,
    "relevance_rank_accuracy": 0.5,
    "f_beta": 1.3 * 1 * 0.5 / (0.3 * 1 + 0.5),  # the highest alone: precision 1, recall .5
}


@pytest.mark.parametrize("name", BY_HAND)
def test_two_by_two(name):
    assert load(name)(S, two_by_two()) == pytest.approx(BY_HAND[name], rel=1e-6)


def test_tied_pixels_count_by_their_expectation():
    tied = np.array([[1.0, 1.0], [1.0, 0.0]])
    assert load("relevance_rank_accuracy")(tied, two_by_two()) == pytest.approx(2 / 3)
    assert load("pointing_game")(tied, two_by_two()) == pytest.approx(2 / 3)
    shared = 2 * 2 / 3
    assert load("iou")(tied, two_by_two()) == pytest.approx(shared / (4 - shared))
    assert load("average_precision")(tied, two_by_two()) == pytest.approx(2 / 3)


def test_moving_everything_one_block_costs_one():
    here, there = np.zeros((40, 40)), np.zeros((40, 40))
    here[:20, :20] = there[:20, 20:] = 1
    assert load("emd")(here, HumanMap(there), block=20) == pytest.approx(1)
    assert load("emd")(here, HumanMap(there)) == pytest.approx(10)  # blocks of two pixels
