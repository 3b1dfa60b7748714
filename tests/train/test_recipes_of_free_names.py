"""Recipes of attributes that are called as nobody else's."""

import pytest
from support.plugin_package import make_photos

from xaesthetic.core.errors import DataError
from xaesthetic.train.recipe import make_recipe
from xaesthetic.train.samples import find_samples

pytestmark = pytest.mark.torch
EDITS = {"labels": "edits", "edits": ["drain"], "amounts": [0.5]}


@pytest.fixture
def photos(tmp_path):
    folder = make_photos(tmp_path / "photos", 4)
    (folder / "ratings.csv").write_text(
        "image,技術,light\n00.png,1,0\n01.png,2,0\n02.png,3,1\n03.png,,1\n", encoding="utf-8"
    )
    return folder


def test_labels_are_those_of_the_table(photos):
    samples, _ = find_samples(str(photos), None, make_recipe({"attributes": ["技術", "light"]}))
    assert samples.labels.T.tolist()[1] == [0, 0, 1, 1]
    assert samples.labels[:3, 0].tolist() == [1, 2, 3]


def test_a_name_that_nobody_rated_is_refused(photos):
    with pytest.raises(DataError, match="no rated attribute '技木'. Did you mean '技術'"):
        find_samples(str(photos), None, make_recipe({"attributes": ["技木", "light"]}))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"attributes": ["a/b"]}, "must be a list of names"),
        ({"attributes": ["beauty", "beauty"]}, "each once"),
        ({"attributes": ["beauty"]} | EDITS, "labels are edits, which say something about balancing_elements"),
    ],
)
def test_what_cannot_be_learnt_is_refused(values, message):
    with pytest.raises(DataError, match=message):
        make_recipe(values)
