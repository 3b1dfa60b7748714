import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaesthetic.data.measures import colourfulness, mid_exposure, sharp_subject

ANYWHERE = np.ones((8, 8), dtype=bool)


def flat(*color):
    return np.tile(np.array(color, np.float32), (8, 8, 1))


def test_grey_has_no_colour():
    assert colourfulness(flat(0.4, 0.4, 0.4), ANYWHERE) == 0


def test_colourfulness_by_hand():
    rgb = flat(1, 0, 0)
    rgb[:, 4:] = (0, 1, 0)  # rg is +255 and -255, yb 127.5 in both halves
    assert colourfulness(rgb, ANYWHERE) == pytest.approx(255 + 0.3 * 127.5)


def test_mid_exposure_by_hand():
    assert mid_exposure(flat(0.5, 0.5, 0.5), ANYWHERE) == pytest.approx(0, abs=1e-7)
    assert mid_exposure(flat(0, 1, 0), ANYWHERE) == pytest.approx(-0.2152, abs=1e-6)
    assert mid_exposure(flat(0, 0, 0), ANYWHERE) == mid_exposure(flat(1, 1, 1), ANYWHERE) == pytest.approx(-0.5)


def test_a_sharp_subject_on_a_plain_background():
    rgb = np.random.default_rng(0).random((40, 40, 3), dtype=np.float32)
    subject = np.zeros((40, 40), bool)
    subject[10:30, 10:30] = True
    rgb[~subject] = 0.5
    assert sharp_subject(rgb, subject) > 2
    assert sharp_subject(rgb, ~subject) == pytest.approx(-sharp_subject(rgb, subject), rel=1e-6)


@pytest.mark.parametrize("subject", [np.ones((8, 8), bool), np.zeros((8, 8), bool)])
def test_sharpness_of_a_subject_without_background_is_unknown(subject):
    assert np.isnan(sharp_subject(flat(0.1, 0.2, 0.3), subject))


@given(st.floats(0.1, 1))
def test_colourfulness_grows_with_contrast_of_colour(share):
    rgb = np.random.default_rng(1).random((8, 8, 3), dtype=np.float32)
    assert colourfulness(rgb * np.float32(share), ANYWHERE) == pytest.approx(share * colourfulness(rgb, ANYWHERE), rel=1e-4)
