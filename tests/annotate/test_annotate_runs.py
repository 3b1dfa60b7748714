"""Run lengths: to a mask and back, refused where they are none, and compared without decoding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaesthetic.annotate import runs
from xaesthetic.core.errors import DataError

masks = st.tuples(st.integers(1, 7), st.integers(1, 7)).flatmap(
    lambda size: st.lists(st.booleans(), min_size=size[0] * size[1], max_size=size[0] * size[1]).map(
        lambda bits: np.array(bits, bool).reshape(size)
    )
)


def slowly(mask):
    """Run lengths counted pixel by pixel, row by row."""
    lengths, marked = [0], False
    for row in mask.tolist():
        for pixel in row:
            if pixel != marked:
                marked = pixel
                lengths.append(0)
            lengths[-1] += 1
    return lengths


@given(masks)
def test_runs_are_those_counted_pixel_by_pixel_and_go_back(mask):
    lengths = runs.encode(mask)
    assert lengths.tolist() == slowly(mask)
    assert np.array_equal(runs.decode(lengths, mask.shape), mask)
    assert runs.area(lengths) == mask.sum()
    packed = runs.pack(lengths, mask.shape)
    assert np.array_equal(packed.mask, mask)
    assert np.array_equal(packed.lengths, lengths)


@given(masks, st.randoms(use_true_random=False))
def test_overlap_is_that_of_the_masks(one, random):
    other = np.array([random.random() < 0.5 for _ in range(one.size)]).reshape(one.shape)
    lengths = runs.encode(one), runs.encode(other)
    assert runs.overlap(*lengths) == (one & other).sum()
    total = one.sum() + other.sum()
    if total:
        assert runs.dice(*lengths) == pytest.approx(2 * (one & other).sum() / total)
    else:
        assert np.isnan(runs.dice(*lengths))


@given(masks)
def test_a_region_is_valid_and_neither_empty_nor_full(mask):
    lengths = slowly(mask)
    if mask.any() and not mask.all():
        assert runs.validate(lengths, mask.shape).tolist() == lengths
    else:
        with pytest.raises(DataError, match="'everywhere'" if mask.all() else "'nowhere'"):
            runs.validate(lengths, mask.shape)


@pytest.mark.parametrize(
    ("lengths", "wrong"),
    [
        ([], "add up to 0"),
        ([3, 4], "add up to 7"),
        ([2, -1, 5], "add up to 6"),
        ([7, 1], "add up to 8"),
        ([1, 0, 5], "a run of no pixels"),
        ([1, 2, 3, 0], "a run of no pixels"),
    ],
)
def test_what_is_no_mask_is_refused(lengths, wrong):
    with pytest.raises(DataError, match=wrong):
        runs.validate(lengths, (2, 3))


def test_masks_of_two_sizes_are_two_though_their_runs_are_the_same():
    assert runs.pack([1, 2, 3], (2, 3)).sha256 != runs.pack([1, 2, 3], (3, 2)).sha256
