"""One person and a model against the same others."""

import numpy as np
import pytest
from support.simulated_study import mark, region, simulate

from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.agreement import dice
from xaesthetic.evaluation.same_others import SAME_OTHERS, compare_with_people


def overlap(saliency, human):
    """Dice of what is above one half with the majority."""
    return dice(saliency > 0.5, human.mask)


def three():
    return [mark("a01", 1, region(0, 3)), mark("a02", 1, region(0, 4)), mark("a03", 1, region(1, 4))]


def test_by_hand():
    """Of two others the majority is what both marked: columns 1-3, 1-2 and 0-2; the model has columns 0-1."""
    maps = {(1, "light", "raises"): region(0, 2).astype(float)}
    result = compare_with_people(three(), maps, overlap)
    rows = result.rows.set_index("annotator")
    assert rows.loc["a01", "person"] == pytest.approx(2 * 2 / 6)
    assert rows.loc["a02", "person"] == pytest.approx(2 * 2 / 6)
    assert rows.loc["a03", "person"] == pytest.approx(2 * 2 / 6)
    assert rows["model"].tolist() == pytest.approx([2 * 1 / 5, 2 * 1 / 4, 2 * 2 / 5])
    assert result.difference.value == pytest.approx(rows["difference"].mean())
    assert SAME_OTHERS.to_arrow(result.rows).num_rows == 3


def everybody(marks):
    """For every photograph the mean of all people's regions: a model that knows them all."""
    masks = {}
    for one in marks:
        if one.kind == "task":
            masks.setdefault((one.photograph, one.attribute, "raises"), []).append(one.masks["raises"])
    return {key: np.mean(several, 0) for key, several in masks.items()}


@pytest.mark.parametrize("metric", ["cc", "average_precision", "iou"])
def test_a_model_that_knows_all_beats_one_person_and_noise_does_not(metric):
    marks = list(simulate(8, 5, careless=()))
    score = plugins.load("metrics", metric)
    good = everybody(marks)
    random = np.random.default_rng(0)
    noise = {key: random.random(values.shape) for key, values in good.items()}
    knows, knows_nothing = (compare_with_people(marks, maps, score) for maps in (good, noise))
    assert knows.difference.low > 0
    assert knows_nothing.difference.high < 0
    assert knows.person.value == knows_nothing.person.value  # the same people against the same others
    assert knows.difference.value == pytest.approx(knows.model.value - knows.person.value)


def test_a_person_in_the_models_place_makes_no_difference():
    marks = list(simulate(6, 4, careless=()))
    first = [one for one in marks if one.annotator == "a01" and one.kind == "task"]
    maps = {(one.photograph, "light", "raises"): one.masks["raises"].astype(float) for one in first}
    rows = compare_with_people(marks, maps, plugins.load("metrics", "cc")).rows
    assert (rows.loc[rows["annotator"] == "a01", "difference"].abs() < 1e-12).all()


def test_what_has_no_map_or_no_others_is_left_out():
    maps = {(2, "light", "raises"): np.zeros((4, 6))}
    empty = compare_with_people([*three(), mark("a01", 2, region(0, 2))], maps, overlap)
    assert empty.rows.empty
    assert np.isnan(empty.difference.value)
    maps = {(1, "light", "raises"): np.zeros((4, 6))}
    assert len(compare_with_people(three(), maps, overlap, without=("a01",)).rows) == 2


def test_a_map_of_another_size_is_refused():
    with pytest.raises(DataError, match=r"photograph 1, light: the map is \(2, 2\), the regions \(4, 6\).*resize the map"):
        compare_with_people(three(), {(1, "light", "raises"): np.zeros((2, 2))}, overlap)
