"""What maps of refits agree in, against loops and by hand."""

import numpy as np
import pytest

from xaesthetic.run.stability import agreement, halves, split_half, stable


def test_split_half_is_the_mean_correlation_over_pairs():
    refits = np.random.default_rng(0).normal(size=(3, 4, 2, 5, 6)).astype(np.float32) + 3
    r = split_half(refits, halves(4))
    for image in range(3):
        for attribute in range(2):
            flat = [refits[image, number, attribute].ravel() for number in range(4)]
            by_hand = np.mean([np.corrcoef(flat[0], flat[1])[0, 1], np.corrcoef(flat[2], flat[3])[0, 1]])
            assert r[image, attribute] == pytest.approx(by_hand, abs=1e-9)


def test_a_constant_map_has_no_correlation():
    refits = np.random.default_rng(0).normal(size=(1, 4, 2, 3, 3))
    refits[:, 0, 0] = 2
    refits[:, 0:3:2, 1] = 2
    r = split_half(refits, halves(4))
    assert r[0, 0] == pytest.approx(np.corrcoef(refits[0, 2, 0].ravel(), refits[0, 3, 0].ravel())[0, 1])
    assert np.isnan(r[0, 1])


def test_a_cell_is_stable_where_nine_in_ten_refits_have_it_on_the_maps_side_of_the_mean():
    main = np.array([[[[5.0, 5, 1, 1]]]])  # mean 3
    refits = np.tile(main[:, None], (1, 10, 1, 1, 1)) + np.arange(10).reshape(1, 10, 1, 1, 1)  # a constant says nothing
    refits[0, 0, 0, 0] = [5, 1, 5, 1]  # one of ten: cells 1 and 2 on the other side
    refits[0, 1, 0, 0] = [5, 1, 3, 3]  # mean 3: cell 1 on the other side, cells 2 and 3 on neither
    np.testing.assert_allclose(agreement(main, refits)[0, 0, 0], [1, 0.8, 0.8, 0.9])
    np.testing.assert_array_equal(stable(main, refits)[0, 0, 0], [True, False, False, True])


def test_a_map_that_is_the_same_everywhere_has_no_stable_sign():
    main, refits = np.full((1, 1, 2, 2), 7.3), np.random.default_rng(0).normal(size=(1, 4, 1, 2, 2))
    assert np.isnan(agreement(main, refits)).all()
    assert not stable(main, refits).any()
