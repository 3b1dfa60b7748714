"""The colours of the report page: scales that everyone can tell apart, and maps that keep the bar's on every photograph."""

import matplotlib as mpl
import numpy as np
import pytest
from support.colors import SIGHTS, apart, from_oklab, oklab, seen
from support.report_page import SCRIPTS

LEAST_APART = 15
"""CIEDE2000 that the ends and the middle of a scale must be apart for everyone; side by side, 2 can just be told apart."""
ENDS = ([0, 60, 140], [128, 128, 128], [255, 176, 60])
VIRIDIS = (mpl.colormaps["viridis"](range(256))[:, :3] * 255).round().astype(int)


@pytest.fixture
def colors(run_module):
    """Call a function of the module; tables and lists of pixels go in as bytes and come back as lists."""
    expression = """(module, name, values) => {
      const known = values.map((value) => (value?.bytes ? Uint8ClampedArray.from(value.bytes) : value));
      const result = module[name](...known);
      return ArrayBuffer.isView(result) ? [...result] : result;
    }"""

    def call(name, *values):
        return run_module(SCRIPTS / "colors.js", expression, name, values)

    return call


@pytest.fixture
def scales(colors):
    """The two scales of the page, 256 colours from 0 to 1."""
    tables = {"least to most": colors("sequence", VIRIDIS.ravel().tolist()), "around 0": colors("aroundZero", *ENDS)}
    return {name: np.reshape(table, (256, 4))[:, :3] / 255 for name, table in tables.items()}


def test_oklab(colors):
    assert colors("toOklab", [255, 255, 255]) == pytest.approx([1, 0, 0], abs=1e-6)
    assert colors("toOklab", [255, 0, 0]) == pytest.approx([0.62796, 0.22486, 0.12585], abs=1e-5)  # as published
    for color in ([0, 0, 0], [12, 200, 99], [255, 176, 60]):
        assert colors("toOklab", color) == pytest.approx(oklab(np.array(color) / 255).tolist(), abs=1e-6)
        assert colors("fromOklab", colors("toOklab", color)) == pytest.approx(color, abs=1e-3)


def test_a_sequence_of_colours(colors):
    table = colors("sequence", [value for step in range(256) for value in (step, 0, 255 - step)])
    assert len(table) == 1024
    assert table[:4] == [0, 0, 255, 255]
    assert table[-4:] == [255, 0, 0, 255]


def test_colours_around_zero(colors):
    table = np.reshape(colors("aroundZero", *ENDS), (256, 4))
    assert table[0].tolist() == [*ENDS[0], 255]
    assert table[-1].tolist() == [*ENDS[2], 255]
    assert np.abs(table[127:129, :3] - 128).max() <= 1
    halfway = from_oklab((oklab(np.array(ENDS[1]) / 255) + oklab(np.array(ENDS[2]) / 255)) / 2) * 255
    assert np.abs(table[191, :3] - halfway).max() < 2


def test_everyone_can_tell_the_ends_and_the_middle_of_a_scale_apart(scales):
    for sight in SIGHTS:
        for name, scale in scales.items():
            below, middle, above = seen(scale[[0, 128, 255]], sight)
            for one, other in ((below, middle), (middle, above), (below, above)):
                assert apart(one, other) >= LEAST_APART, (name, sight)


def test_scales_become_lighter_all_the_way(scales):
    for name, scale in scales.items():
        assert (np.diff(oklab(scale)[::8, 0]) > 0).all(), name


def test_means_around_a_pixel(colors):
    values = np.random.default_rng(0).random((5, 7))
    means = np.reshape(colors("localMeans", values.ravel().tolist(), 7, 5, 2), (5, 7))
    for y in range(5):
        for x in range(7):
            around = values[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3]
            assert means[y, x] == pytest.approx(around.mean())


def picture(values):
    """The bytes of a grey picture."""
    return {"bytes": [channel for value in np.ravel(values) for channel in (int(value),) * 3 + (255,)]}


def test_detail_is_what_differs_from_its_surroundings(colors):
    flat = colors("detailOf", picture(np.full((6, 8), 250)), 8, 6)
    assert set(flat) == {24}  # none
    edge = np.full((10, 20), 40)
    edge[:, 10:] = 220
    levels = np.reshape(colors("detailOf", picture(edge), 20, 10), (10, 20))
    assert (levels[:, 0] == 24).all()  # nothing but its own side is around
    assert (levels[:, 9] == 0).all()  # as dark as detail becomes, beside what is light
    assert (levels[:, 10] == 48).all()
    lightness = oklab(np.array([[40] * 3, [50] * 3]) / 255)[:, 0]
    faint = np.full((10, 20), 40)
    faint[:, 10:] = 50
    levels = np.reshape(colors("detailOf", picture(faint), 20, 10), (10, 20))
    wanted = 0.7 * (lightness[1] - (2 * lightness[0] + 3 * lightness[1]) / 5)  # two columns on either side
    assert levels[0, 10] == round((wanted / 0.12 + 1) * 24)


def test_detail_moves_lightness_alone(colors):
    palette = {"bytes": [channel for color in VIRIDIS.tolist() for channel in (*color, 255)]}
    table = np.reshape(colors("shaded", palette), (49, 256, 4))
    assert np.abs(table[24, :, :3] - VIRIDIS).max() <= 1
    assert (table[..., 3] == 255).all()
    before, after = oklab(VIRIDIS[100:150] / 255), oklab(table[36, 100:150, :3] / 255)
    np.testing.assert_allclose(after[:, 0] - before[:, 0], 0.06, atol=0.004)
    np.testing.assert_allclose(after[:, 1:], before[:, 1:], atol=0.01)


def test_a_map_keeps_the_colours_of_the_bar_on_every_photograph(colors, scales):
    random = np.random.default_rng(1)
    tables = {}
    for name, scale in scales.items():
        values = [channel for color in (scale * 255).round().astype(int).tolist() for channel in (*color, 255)]
        tables[name] = np.reshape(colors("shaded", {"bytes": values}), (49, 256, 4))[..., :3] / 255
    for low, high in ((225, 256), (0, 30), (0, 256)):  # bright, dark, both
        levels = np.array(colors("detailOf", picture(random.integers(low, high, (24, 32))), 32, 24))
        for name, scale in scales.items():
            means = [tables[name][levels, step].mean(0) for step in (0, 128, 255)]
            for sight in SIGHTS:
                below, middle, above = (seen(mean, sight) for mean in means)
                for mean, step in zip((below, middle, above), (0, 128, 255), strict=True):
                    assert apart(mean, seen(scale[step], sight)) < 6, (name, step, sight, low)
                assert min(apart(below, middle), apart(middle, above)) >= LEAST_APART - 2
