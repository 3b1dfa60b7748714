import math

import numpy as np
import pytest

from xaesthetic.core.attributes import (
    ATTRIBUTES,
    NAMES,
    Attribute,
    attribute,
    choose,
    describe,
    in_order,
    name_problem,
    parse,
)
from xaesthetic.core.errors import DataError

AADB = "BalacingElements,ColorHarmony,Content,DoF,Light,MotionBlur,Object,Repetition,RuleOfThirds,Symmetry,VividColor,score"


def test_the_columns_are_those_of_the_label_lists():
    assert ",".join(each.csv for each in ATTRIBUTES) == AADB


def test_the_papers_eight():
    assert {each.name for each in ATTRIBUTES if each.in_paper} == {
        "balancing_elements",
        "color_harmony",
        "content",
        "depth_of_field",
        "light",
        "object_emphasis",
        "rule_of_thirds",
        "vivid_color",
    }


def test_ranges():
    assert {each.name for each in ATTRIBUTES if each.low == 0} == {"repetition", "symmetry", "overall"}
    assert all(each.high == 1 and each.low in (-1, 0) for each in ATTRIBUTES)


def test_blobs():
    assert attribute("balancing_elements").blob == "fc9_BalancingElement"
    assert attribute("overall").blob == "fc11_score"
    assert len({each.blob for each in ATTRIBUTES}) == 12


@pytest.mark.parametrize("each", ATTRIBUTES, ids=NAMES)
def test_every_name_is_understood(each):
    for text in (each.name, each.title, each.title.upper(), each.title.lower(), each.csv, each.blob, f" {each.name} "):
        assert attribute(text) is each


def test_parse_keeps_the_order_and_drops_repetitions():
    assert parse(["light", "Depth of Field", "DoF"]) == ("light", "depth_of_field")
    assert parse(["vivid_color", "ALL"]) == ("vivid_color", *(name for name in NAMES if name != "vivid_color"))


def test_parse_refuses_no_name():
    assert parse(["beauty", "Depth of Field", "技術", "beauty"]) == ("beauty", "depth_of_field", "技術")
    assert parse(["memorability", "all"]) == ("memorability", *NAMES)
    with pytest.raises(DataError, match="are no attributes"):
        parse([])


@pytest.mark.parametrize("name", ["beauty", "技術", "quality 2", "a" * 100, "%", "été", "a:b"])
def test_a_name_may_be_nearly_anything(name):
    assert name_problem(name) == ""


@pytest.mark.parametrize("name", ["", " a", "a/b", "a\\b", "a\nb", "ALL", ".a", "é" * 51, "\u202ea"])
def test_a_name_is_no_part_of_a_path(name):
    assert name_problem(name)


def test_a_models_own_names_can_be_chosen():
    assert choose(["Depth of Field", "sharpness", "DoF", " sharpness "]) == ("depth_of_field", "sharpness")
    assert choose("sharpness") == ("sharpness",)
    assert choose(["light", "ALL"]) == ("all",)
    for wrong in ([], [""], ["light", " "]):
        with pytest.raises(DataError, match="are no attributes; pass names, or 'all'"):
            choose(wrong)


def test_names_outside_the_vocabulary_are_their_own_titles():
    assert describe("light") is attribute("light")
    assert describe("sharpness") == Attribute("sharpness", "sharpness", math.nan, math.nan, True)
    assert describe("light", [Attribute("light", low=1, high=10)]).range == "1 to 10"
    assert describe("score").title == "score"
    assert in_order(["grain", "overall", "light", "grain", "a"]) == ("light", "overall", "grain", "a")


@pytest.mark.parametrize(
    ("wrong", "near"), [("depht_of_field", "depth_of_field"), ("Vivid Colour", "vivid_color"), ("al", "all")]
)
def test_a_misspelling_suggests_the_nearest(wrong, near):
    with pytest.raises(DataError, match=f"Did you mean '{near}'"):
        attribute(wrong)


def test_every_blob_is_named_after_the_column():
    blobs = {each.csv: each.blob for each in ATTRIBUTES}
    assert blobs.pop("BalacingElements") == "fc9_BalancingElement"
    assert blobs.pop("score") == "fc11_score"
    assert all(blob == f"fc9_{column}" for column, blob in blobs.items())


def test_an_error_lists_all_there_are_in_alphabetical_order():
    with pytest.raises(DataError) as caught:
        attribute("DEPHT_OF_FIELD")
    assert "Did you mean 'depth_of_field'?" in str(caught.value)
    assert str(caught.value).endswith(f"There are: {', '.join(sorted([*NAMES, 'all']))}.")


def test_a_title_and_a_range_are_optional():
    assert (Attribute("技術").title, Attribute("技術").range) == ("技術", "")
    assert Attribute("a", low=float("nan")) == Attribute("a")
    assert [Attribute("a", low=low, high=high).range for low, high in ((0, math.nan), (math.nan, 5), (-1, 1))] == [
        "from 0",
        "up to 5",
        "-1 to 1",
    ]


def test_a_rating_is_outside_where_a_bound_says_so():
    beauty = Attribute("beauty", low=1, high=10)
    assert [beauty.is_outside(value) for value in (0.99, 1, 10, 10.000001, 10.01, math.nan)] == [
        True,
        *[False] * 3,
        True,
        False,
    ]
    assert not Attribute("a", high=0.1).is_outside(float(np.float32(0.1)))
    assert not Attribute("a").is_outside(1e9)
    assert [Attribute("a", low=0).is_outside(value) for value in (-1e-9, 1e9)] == [True, False]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "an attribute's name is ''"),
        ({"name": "a", "title": "two\nlines"}, "the title of 'a' is"),
        ({"name": "a", "low": 1, "high": 1}, "its range is 1 to 1; the lower number comes first"),
        ({"name": "a", "high": math.inf}, "its highest rating is inf"),
    ],
)
def test_what_is_no_attribute_is_refused(fields, message):
    with pytest.raises(DataError, match=message):
        Attribute(**fields)
