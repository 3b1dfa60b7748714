"""Controls: changes beside edits."""

import numpy as np
import pytest

from xaesthetic.core.attributes import NAMES
from xaesthetic.data.controls import CONTROLS, controlled
from xaesthetic.data.edits import EDITS


@pytest.fixture
def scene():
    rgb = np.random.default_rng(0).uniform(0.2, 0.7, (60, 80, 3)).astype(np.float32)
    subject = np.zeros((60, 80), bool)
    subject[20:40, 20:50] = True
    return rgb, subject


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_is_seen_keeps_its_input_and_is_the_same_every_time(name, scene):
    before = scene[0].copy()
    ((_, first),), ((_, second),) = controlled(*scene, [name]), controlled(*scene, [name])
    assert first.shape == before.shape
    assert first.dtype == np.float32
    assert 0 <= first.min() <= first.max() <= 1
    assert np.abs(first - before).mean() > 0.01
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(scene[0], before)
    assert CONTROLS[name].concerns <= set(NAMES)


def test_what_each_is_about(scene):
    rgb, subject = scene
    made = dict(controlled(rgb, subject, CONTROLS))
    rough = {name: np.abs(np.diff(item, axis=0)).mean() / np.abs(np.diff(rgb, axis=0)).mean() for name, item in made.items()}
    assert rough["blur_all"] < 0.5 < 1.2 < rough["sharpen"]
    assert rough["noise"] > 1.1
    changed = np.abs(made["blur_subject"] - rgb).mean(2)
    assert changed[25:35, 25:45].mean() > 20 * changed[:8].mean()
    down, across = (np.abs(np.diff(made["motion_blur"], axis=axis)).mean() for axis in (0, 1))
    assert across < 0.7 * down
    np.testing.assert_allclose(made["grey"][..., 0], made["grey"][..., 2], atol=1e-6)
    casts = {name: made[name].mean((0, 1)) / rgb.mean((0, 1)) for name in ("warm_cast", "cool_cast", "green_cast")}
    assert casts["warm_cast"] == pytest.approx([1.25, 1, 0.75], abs=0.02)
    assert casts["cool_cast"] == pytest.approx([0.75, 1, 1.25], abs=0.02)
    assert casts["green_cast"] == pytest.approx([1, 1.25, 1], abs=0.02)
    fall = made["vignette"] / rgb
    assert fall[30, 40, 0] > 0.99
    assert fall[0, 0, 0] == pytest.approx(0.25, abs=1e-5)
    np.testing.assert_array_equal(made["half_turned"][0, :40], rgb[-1, :40])
    np.testing.assert_array_equal(made["half_turned"][:, 40:], rgb[:, 40:])


def test_an_edit_has_a_control_that_is_not_about_its_attribute():
    for edit in EDITS.values():
        assert sum(edit.attribute not in control.concerns for control in CONTROLS.values()) >= 5
