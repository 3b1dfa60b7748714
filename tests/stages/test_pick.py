from itertools import chain, count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tables import fill

from xaesthetic.core.types import Experiment, Record
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.store import Run
from xaesthetic.stages.pick import pick_records, rated_attributes

ANSWER = {"citation": "", "licence": "", "trained": "", "files": {}}
numbers = count()


def rated(folder, ratings, pick, models=("net",)):
    """A run whose photographs `a1`, `a2` … are versions of `a`; ratings by model and attribute, then by photograph."""
    ids = sorted(set(chain(*ratings.values())))
    rows = [record_row(Record(each, Path(each), original=each[0])) | {"reason": ""} for each in ids]
    experiment = Experiment("photos", None, models, ("cam",), ("all",), pick)
    run = Run.create(folder / str(next(numbers)), experiment, {"models": dict.fromkeys(models, ANSWER)})
    run.write(RECORDS, fill(RECORDS, rows))
    table = [
        {"image": image, "model": model, "attribute": attribute, "prediction": np.float32(value)}
        for (model, attribute), values in ratings.items()
        for image, value in values.items()
    ]
    run.write(PREDICTIONS, fill(PREDICTIONS, table))
    return run


def picked(folder, values, pick):
    (only,) = pick_records(rated(folder, {("net", "light"): values}, pick))
    assert only.attribute == "light"
    return only.highest, only.lowest, only.short


def test_the_highest_and_the_lowest(tmp_path):
    values = {"a": 0.3, "b": -2, "c": 7, "d": 0.1, "e": -1, "f": 0.2}
    assert picked(tmp_path, values, 2) == (("c", "a"), ("e", "b"), False)
    assert picked(tmp_path, values, 3) == (("c", "a", "f"), ("d", "e", "b"), False)


def test_equal_ratings_are_ordered_by_id(tmp_path):
    assert picked(tmp_path, dict.fromkeys("dbca", 0.5), 2) == (("a", "b"), ("c", "d"), False)


def test_one_version_of_each_photograph_at_each_end(tmp_path):
    values = {"a0": 9, "a1": 8, "a2": -9, "b0": 5, "b1": -8, "b2": -7, "c0": 1, "d0": 0}
    assert picked(tmp_path, values, 2) == (("a0", "b0"), ("b1", "a2"), False)


@pytest.mark.parametrize(
    ("values", "highest", "lowest"),
    [
        ({"a": 1}, ("a",), ()),
        ({"a": 1, "b": 2}, ("b",), ("a",)),
        ({"a": 1, "b": 2, "c": 3}, ("c", "b"), ("a",)),
        ({"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, ("e", "d", "c"), ("b", "a")),
        ({"a1": 3, "a0": 2, "b": 1}, ("a1",), ("b",)),  # a0 neither is the highest of its photograph nor the lowest left
    ],
)
def test_too_few_photographs_are_each_shown_once(tmp_path, values, highest, lowest):
    assert picked(tmp_path, values, 3) == (highest, lowest, True)


def test_without_a_number_all_are_picked(tmp_path):
    assert picked(tmp_path, {"a": 1, "b": 2, "c": 3}, None)[:2] == (("c", "b"), ("a",))


def test_the_first_model_that_has_the_attribute_decides(tmp_path):
    ratings = {
        ("second", "light"): {"a": 1, "b": 2},
        ("first-mine", "vivid_color"): {"a": 3, "b": 4},
        ("second", "vivid_color"): {"a": 4, "b": 3},
        ("second", "depth_of_field"): {"a": 6, "b": 5},
    }
    run = rated(tmp_path, ratings, 1, ("first=heads/mine", "second"))
    assert rated_attributes(run) == ("depth_of_field", "light", "vivid_color")
    assert [pick.highest for pick in pick_records(run)] == [("a",), ("b",), ("b",)]


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from([f"{o}{v}" for o in "abcdef" for v in "012"]), st.integers(-5, 5), min_size=1),
    st.integers(1, 4),
)
def test_whatever_the_ratings(tmp_path_factory, values, pick):
    highest, lowest, short = picked(tmp_path_factory.mktemp("runs"), values, pick)
    originals = {image[0] for image in values}
    for end in (highest, lowest):
        assert len({image[0] for image in end}) == len(end) <= pick
    assert not set(highest) & set(lowest)
    shown = [(-values[image], image) for image in (*highest, *lowest)]
    assert shown == sorted(shown)
    assert short == (len(shown) < 2 * pick)
    assert max(values.values()) == values[highest[0]]
    if len(originals) >= 2 * pick:
        assert not short
