import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage
from skimage import color

from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import EditStep, Record
from xaesthetic.data import edits, images
from xaesthetic.data.photograph import load_photograph

CROPS = {"crop_to_third", "crop_off_balance"}
KEEP_SIZE = sorted(set(edits.EDITS) - CROPS)
LUMA = np.array([0.2126, 0.7152, 0.0722])


@pytest.fixture
def scene():
    """Textured background, a plain coloured subject in the upper left; sRGB floats and the subject's mask."""
    rgb = np.random.default_rng(0).uniform(0.2, 0.7, (60, 80, 3)).astype(np.float32)
    subject = np.zeros((60, 80), bool)
    subject[12:30, 10:32] = True
    rgb[subject] = (0.6, 0.35, 0.2)
    return rgb, subject


def apply(name, scene, amount):
    return edits.EDITS[name].apply(*scene, amount)


def test_what_every_edit_says_about_which_attribute():
    assert {name: (kind.attribute, kind.sign, kind.place) for name, kind in edits.EDITS.items()} == {
        "blur_background": ("depth_of_field", +1, "background"),
        "drain": ("vivid_color", -1, "everywhere"),
        "saturate": ("vivid_color", +1, "everywhere"),
        "underexpose": ("light", -1, "everywhere"),
        "overexpose": ("light", -1, "everywhere"),
        "dim_background": ("object_emphasis", +1, "background"),
        "turn_hue": ("color_harmony", -1, "subject"),
        "crop_to_third": ("rule_of_thirds", +1, "everywhere"),
        "crop_off_balance": ("balancing_elements", -1, "everywhere"),
    }
    assert all(kind.unsure <= set(NAMES) for kind in edits.EDITS.values())


@pytest.mark.parametrize("name", KEEP_SIZE)
def test_amount_zero_is_the_photograph(name, scene):
    np.testing.assert_allclose(apply(name, scene, 0.0), scene[0], atol=0.5 / 255)


@pytest.mark.parametrize("name", sorted(edits.EDITS))
def test_an_edit_changes_something_and_leaves_its_input_alone(name, scene):
    before = scene[0].copy(), scene[1].copy()
    weak, strong = apply(name, scene, 0.2), apply(name, scene, 1.0)
    assert not np.array_equal(weak, strong)
    np.testing.assert_array_equal(scene[0], before[0])
    np.testing.assert_array_equal(scene[1], before[1])


@pytest.mark.parametrize("name", KEEP_SIZE)
def test_outside_the_changed_region_nothing_changes(name, scene):
    region = edits.changed(EditStep(name, 1.0), scene[1])
    untouched = ~ndimage.binary_dilation(region, iterations=6)  # the seam is feathered
    difference = np.abs(apply(name, scene, 1.0) - scene[0]).max(-1)
    assert not untouched.any() or difference[untouched].max() < 1 / 255
    core = ndimage.binary_erosion(region, iterations=4, border_value=1)
    assert difference[core].mean() > 2 / 255


@given(
    st.sampled_from(sorted(edits.EDITS)),
    hnp.arrays(np.float32, (20, 26, 3), elements=st.floats(0, 1, width=32)),
    hnp.arrays(bool, (20, 26)),
    st.floats(0, 1),
)
def test_results_are_colors(name, rgb, subject, amount):
    subject[7, 9] = True
    edited = edits.EDITS[name].apply(rgb, subject, amount)
    assert edited.dtype == np.float32
    assert np.isfinite(edited).all()
    assert edited.min() >= -1e-5
    assert edited.max() <= 1 + 1e-5


def measured(name, scene, measure):
    return np.array([measure(apply(name, scene, amount)) for amount in (0.0, 0.25, 0.5, 0.75, 1.0)])


def test_drained_and_saturated_colors(scene):
    def spread(rgb):
        return (rgb.max(-1) - rgb.min(-1)).mean()

    np.testing.assert_allclose(
        measured("drain", scene, spread), spread(scene[0]) * np.array([1, 0.75, 0.5, 0.25, 0]), atol=1e-6
    )
    assert (np.diff(measured("saturate", scene, spread)) > 0).all()
    np.testing.assert_allclose(apply("drain", scene, 0.6) @ LUMA, scene[0] @ LUMA, atol=1e-5)


def test_saturation_by_hand():
    rgb = np.tile(np.array([0.5, 0.52, 0.48], np.float32), (20, 20, 1))
    luma = 0.2126 * 0.5 + 0.7152 * 0.52 + 0.0722 * 0.48
    saturated = edits.EDITS["saturate"].apply(rgb, np.ones((20, 20), bool), 1.0)[0, 0]
    np.testing.assert_allclose(saturated, luma + 2.5 * (np.array([0.5, 0.52, 0.48]) - luma), atol=1e-5)


def test_shadows_are_dimmed_in_proportion():  # below 0.04045 sRGB is a straight line
    dark = np.full((20, 20, 3), 0.03, np.float32), np.ones((20, 20), bool)
    assert edits.EDITS["underexpose"].apply(*dark, 0.25)[0, 0, 0] == pytest.approx(0.015, rel=1e-5)
    assert edits.EDITS["underexpose"].apply(*dark, 0.0)[0, 0, 0] == pytest.approx(0.03, rel=1e-5)


def test_exposure_in_stops(scene):
    dark = np.full((20, 20, 3), 0.5, np.float32), np.ones((20, 20), bool)
    linear = ((0.5 + 0.055) / 1.055) ** 2.4
    for name, stops in (("underexpose", -4), ("overexpose", 3)):
        wanted = min(1, linear * 2 ** (stops * 0.5))
        found = edits.EDITS[name].apply(*dark, 0.5)[0, 0, 0]
        assert ((found + 0.055) / 1.055) ** 2.4 == pytest.approx(wanted, rel=1e-4)


def test_the_background_is_dimmed_and_the_subject_kept(scene):
    subject = ndimage.binary_erosion(scene[1], iterations=4)
    for amount in (0.5, 1.0):
        edited = apply("dim_background", scene, amount)
        np.testing.assert_allclose(edited[subject], scene[0][subject], atol=1 / 255)
        assert edited[40:, 50:].mean() < scene[0][40:, 50:].mean() * (1 - 0.3 * amount)


def test_the_background_loses_its_texture(scene):
    def texture(rgb):
        return rgb[36:, 40:].std()

    assert (np.diff(measured("blur_background", scene, texture)) < 0).all()


def test_the_subject_does_not_bleed_into_the_blur(scene):
    _, subject = scene
    rgb = np.repeat(np.where(subject, 1, 0.2).astype(np.float32)[..., None], 3, axis=2)
    blurred = edits.EDITS["blur_background"].apply(rgb, subject, 1.0)
    assert blurred[~ndimage.binary_dilation(subject, iterations=3)].max() < 0.23
    assert blurred[ndimage.binary_erosion(subject, iterations=3)].min() > 0.99


def test_a_turned_hue_is_still_a_color():
    corners = np.array(list(np.ndindex(2, 2, 2)), np.float32).repeat(8, 0).reshape(8, 8, 3)
    turned = edits.EDITS["turn_hue"].apply(corners, np.ones((8, 8), bool), 0.7)
    assert turned.min() == 0
    assert turned.max() == pytest.approx(1)


def test_hue_turns_by_the_angle_and_keeps_the_luma(scene):
    before, after = scene[0][20, 20], apply("turn_hue", scene, 0.2)[20, 20]
    assert after @ LUMA == pytest.approx(before @ LUMA, abs=1e-3)
    turned = np.diff([color.rgb2lab(rgb[None, None])[0, 0, 1:] for rgb in (before, after)], axis=0)
    assert np.abs(turned).max() > 5

    def angle(rgb):
        return np.angle((rgb - rgb.mean()) @ np.exp(2j * np.pi * np.arange(3) / 3))

    assert np.rad2deg(angle(after) - angle(before)) % 360 == pytest.approx(30, abs=1) or np.rad2deg(
        angle(before) - angle(after)
    ) % 360 == pytest.approx(30, abs=1)


@pytest.mark.parametrize("name", sorted(CROPS))
def test_crops_keep_64_percent_of_each_side(name, scene):
    assert apply(name, scene, 1.0).shape == (38, 51, 3)
    np.testing.assert_array_equal(apply(name, scene, 0.0), scene[0][11:49, 14:65])


@pytest.mark.parametrize(
    ("name", "amount", "row", "column", "top", "left"),
    [  # the frame is 64 x 128 of 100 x 200: it moves from (18, 36) and within (0, 0) to (36, 72)
        ("crop_to_third", 1.0, 30, 60, 9, 17),  # 30 - 64 / 3, 60 - 128 / 3
        ("crop_to_third", 1.0, 30, 150, 9, 65),  # 150 - 128 * 2 / 3
        ("crop_to_third", 1.0, 70, 60, 27, 17),  # 70 - 64 * 2 / 3
        ("crop_to_third", 0.5, 70, 60, 23, 27),  # half the way: 18 + 9.3 / 2, 36 - 18.7 / 2
        ("crop_to_third", 1.0, 2, 198, 0, 72),
        ("crop_off_balance", 1.0, 40, 60, 8, 54),  # 40 - 32, 60 - 0.05 * 128
        ("crop_off_balance", 1.0, 40, 130, 8, 8),  # 130 - 0.95 * 128
        ("crop_off_balance", 0.5, 30, 60, 9, 45),  # clipped to 0 first: 18 - 18 / 2, 36 + 17.6 / 2
    ],
)
def test_crops_by_hand(name, amount, row, column, top, left):
    rgb = np.random.default_rng(0).random((100, 200, 3), dtype=np.float32)
    subject = np.zeros((100, 200), bool)
    subject[row, column] = True
    cropped = edits.EDITS[name].apply(rgb, subject, amount)
    np.testing.assert_array_equal(cropped, rgb[top : top + 64, left : left + 128])


def test_effects():
    assert edits.effect("drain", "vivid_color") == -1
    assert edits.effect("saturate", "vivid_color") == 1
    assert edits.effect("drain", "light") == 0
    assert np.isnan(edits.effect("dim_background", "light"))
    assert np.isnan(edits.effect("drain", "content"))
    assert edits.strength(EditStep("drain", 0.4)) == -0.4
    with pytest.raises(DataError, match="Did you mean 'drain'"):
        edits.edit("drian")


def test_photograph_applies_the_edit(photo, tmp_path, write_photo):
    path = write_photo(tmp_path / "a.png", photo)
    outline = ((30.0, 20.0), (50.0, 20.0), (50.0, 40.0), (30.0, 40.0))
    record = Record("a", path, original="a", subject=(outline,))
    np.testing.assert_array_equal(load_photograph(record), photo)
    drained = load_photograph(Record("b", path, original="a", edit=EditStep("drain", 1.0), subject=(outline,)))
    assert (drained.max(-1) - drained.min(-1)).max() <= 1
    np.testing.assert_allclose(drained[..., 0], images.to_float(photo) @ LUMA * 255, atol=1)


def test_an_edit_without_a_subject_is_refused(photo, tmp_path, write_photo):
    far = ((300.0, 200.0), (500.0, 200.0), (500.0, 400.0))
    path = write_photo(tmp_path / "a.png", photo)
    for subject in ((), (far,)):
        with pytest.raises(DataError, match="a: no subject region"):
            load_photograph(Record("a", path, original="a", edit=EditStep("drain", 1.0), subject=subject))
