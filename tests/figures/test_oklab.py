"""Colours over a photograph: the formula that the page has too (OKLab; values by hand and from Ottosson's table)."""

import matplotlib as mpl
import numpy as np
import pytest
from skimage.color import deltaE_ciede2000, rgb2lab

from xaesthetic.figures import oklab, style

WHITE, BLACK = np.full((40, 60, 3), 255, np.uint8), np.zeros((40, 60, 3), np.uint8)


@pytest.mark.parametrize(
    ("color", "wanted"),
    [
        ((1, 1, 1), (1, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((1, 0, 0), (0.627955, 0.224863, 0.125846)),
        ((0, 0, 1), (0.452014, -0.032457, -0.311528)),
    ],
)
def test_known_colors(color, wanted):
    there = oklab.to_oklab(np.array([[color]], np.float64))
    np.testing.assert_allclose(there[0, 0], wanted, atol=2e-4)
    np.testing.assert_allclose(oklab.from_oklab(there)[0, 0], color, atol=2e-3)


def slow_detail(lightness):
    """By the words of the formula, pixel by pixel."""
    height, width = lightness.shape
    reach, result = max(1, int(max(height, width) / 10 + 0.5)), np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            around = lightness[max(0, y - reach) : y + reach + 1, max(0, x - reach) : x + reach + 1]
            result[y, x] = min(0.12, max(-0.12, 0.7 * (lightness[y, x] - around.mean())))
    return result


@pytest.mark.parametrize("size", [(12, 25), (31, 7), (3, 4)])
def test_detail_is_what_differs_from_the_surroundings(size):
    lightness = np.random.default_rng(0).uniform(0, 1, size)
    np.testing.assert_allclose(oklab.detail(lightness), slow_detail(lightness), atol=1e-12)


@pytest.mark.parametrize("photo", [WHITE, BLACK])
def test_on_even_photographs_the_colors_are_the_bars(photo):
    values = np.linspace(0, 1, 60, dtype=np.float32)[None].repeat(40, 0)
    wanted = mpl.colormaps["viridis"](values)[..., :3]
    drawn = style.overlay(photo, values) / 255
    assert deltaE_ciede2000(rgb2lab(drawn), rgb2lab(wanted)).max() < 2


def test_bright_photographs_keep_low_and_high_apart_also_in_grey():
    rng = np.random.default_rng(1)
    photo = rng.integers(200, 256, (40, 60, 3), dtype=np.uint8)
    low, high = (style.overlay(photo, np.full((40, 60), value, np.float32)).astype(float) for value in (0.0, 1.0))
    assert (high.mean() - low.mean()) > 60
    assert deltaE_ciede2000(rgb2lab(low.mean((0, 1)) / 255), rgb2lab(high.mean((0, 1)) / 255)) > 50


def test_values_by_hand():
    """Of one bright pixel among dark ones: the bar's lightness and .12, its hue and chroma as they are."""
    photo = np.zeros((9, 9, 3), np.uint8)
    photo[4, 4] = 255
    drawn = style.overlay(photo, np.full((9, 9), 0.5, np.float32))
    bar = np.array([[mpl.colormaps["viridis"](0.5)[:3]]])
    lab = oklab.to_oklab(bar)
    lab[..., 0] += 0.12
    np.testing.assert_allclose(drawn[4, 4] / 255, oklab.from_oklab(lab)[0, 0], atol=0.003)
    np.testing.assert_allclose(drawn[0, 0] / 255, bar[0, 0], atol=0.003)


def test_what_is_not_kept_is_the_grey_photograph_and_half_is_half():
    photo = np.full((8, 8, 3), (200, 100, 60), np.uint8)
    values = np.full((8, 8), 0.25, np.float32)
    whole, half, none = (style.overlay(photo, values, np.full((8, 8), kept, np.float32)).astype(int) for kept in (1, 0.5, 0))
    assert (none == 120).all()
    assert np.abs(half - (whole + none) / 2).max() <= 1
    assert (style.overlay(photo, np.full((8, 8), np.nan, np.float32)) == 120).all()
