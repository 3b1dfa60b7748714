import re

import numpy as np
import pytest

from xaesthetic.annotate.catches import prepare
from xaesthetic.core.errors import DataError

SIZE = 60, 80


def read(number):
    return np.random.default_rng(number).uniform(0.3, 0.7, (*SIZE, 3)).astype(np.float32)


def subject():
    mask = np.zeros(SIZE, bool)
    mask[20:45, 25:60] = True
    return mask


def trials(attributes, count=24, seed=0, **options):
    return list(prepare(read, [3, 5, 8], attributes, count, seed, **options))


@pytest.mark.parametrize("attributes", [["light"], ["vivid_color", "color_harmony"], ["depth_of_field"], ["my_own"]])
@pytest.mark.parametrize("known", [(), (3, 5)])
def test_the_region_to_mark_is_where_the_picture_was_changed(attributes, known):
    for trial in trials(attributes, subjects={number: subject() for number in known}):
        mask = trial.catch.mask
        change = np.abs(trial.rgb - read(trial.source)).mean(-1)
        assert trial.rgb.shape == (*SIZE, 3)
        assert trial.rgb.dtype == np.float32
        assert 0.02 < mask.mean() < 0.9
        assert change[mask].mean() > 4 * change[~mask].mean()


@pytest.mark.parametrize(
    ("attribute", "edit", "sign", "place"),
    [
        ("light", "underexpose", "lowers", "drawn"),
        ("vivid_color", "drain", "lowers", "drawn"),
        ("color_harmony", "turn_hue", "lowers", "subject"),
        ("depth_of_field", "blur_background", "raises", "background"),
        ("object_emphasis", "dim_background", "raises", "background"),
    ],
)
def test_every_second_trial_is_an_edit_with_its_place_and_sign(attribute, edit, sign, place):
    made = trials([attribute], 6, subjects={3: subject(), 5: subject(), 8: subject()})
    assert [trial.made_by == edit for trial in made] == [True, False] * 3
    for trial in made[::2]:
        assert (trial.catch.sign, trial.catch.instruction) == (sign, "")
        if place != "drawn":
            np.testing.assert_array_equal(trial.catch.mask, subject() if place == "subject" else ~subject())


def test_without_a_known_subject_a_shape_is_to_be_marked():
    assert {trial.made_by for trial in trials(["depth_of_field", "my_own"])} == {"circle", "square", "triangle"}


def test_an_instruction_says_which_shape_lies_in_which_corner_and_which_brush():
    for trial in trials(["my_own"]):
        words = re.search(r"mark the (\w+) in the (\w+) (\w+) corner with “(\w+)”", trial.catch.instruction)
        rows, columns = np.nonzero(trial.catch.mask)
        vertical = "lower" if rows.mean() > SIZE[0] / 2 else "upper"
        horizontal = "right" if columns.mean() > SIZE[1] / 2 else "left"
        assert words.groups() == (trial.made_by, vertical, horizontal, trial.catch.sign)
    assert {trial.catch.sign for trial in trials(["my_own"])} == {"raises", "lowers"}


def test_shapes_have_the_area_of_their_formula():
    side = 400 / 4
    areas = {"circle": np.pi * side**2 / 4, "square": side**2, "triangle": side**2 / 2}
    made = prepare(lambda _: np.full((400, 500, 3), 0.5, np.float32), [1], ["my_own"], 12, 0)
    for trial in made:
        assert trial.catch.mask.sum() == pytest.approx(areas[trial.made_by], rel=0.01)


def test_copies_are_numbered_photographs_take_turns_and_a_seed_gives_the_same():
    made, again = trials(["light", "my_own"], 6), trials(["light", "my_own"], 6)
    assert [trial.catch.photograph for trial in made] == list(range(9, 15))
    assert sorted(trial.source for trial in made) == [3, 3, 5, 5, 8, 8]
    assert [trial.catch.attribute for trial in made] == ["light", "my_own"] * 3
    for one, other in zip(made, again, strict=True):
        np.testing.assert_array_equal(one.rgb, other.rgb)
    assert [trial.catch.photograph for trial in trials(["light"], 2, first=40)] == [40, 41]
    assert any((a.rgb != b.rgb).any() for a, b in zip(made, trials(["light", "my_own"], 6, seed=1), strict=True))


def test_one_picture_is_read_at_a_time():
    seen = []
    made = prepare(lambda number: seen.append(number) or read(number), [1, 2], ["light"], 100, 0)
    next(made)
    assert len(seen) == 1


def test_what_cannot_be_is_refused():
    with pytest.raises(DataError, match="name at least one"):
        next(prepare(read, [], ["light"], 1, 0))
    with pytest.raises(DataError, match=r"photograph 3 is \(60, 80\) but its subject's mask \(6, 8\)"):
        next(prepare(read, [3], ["light"], 1, 0, {3: np.ones((6, 8), bool)}))
    with pytest.raises(DataError, match="photograph 1 is 90 x 20; catch trials need 48 pixels"):
        next(prepare(lambda _: np.zeros((20, 90, 3), np.float32), [1], ["light"], 1, 0))
