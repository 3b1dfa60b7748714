"""What a reader sees first: what was asked for, else what holds up best, by a stated order; and why."""

from dataclasses import replace

import pandas as pd
import pytest
from support.hand_run import hand_run
from xaesthetic_reports._findings import opening

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.described import Described
from xaesthetic.evaluation.findings import FINDINGS
from xaesthetic.evaluation.opening import OPENING, Standing, explain_opening, find_opening, sorted_standings
from xaesthetic.run.store import Run

NAN = float("nan")


def found(attribute, checks=2, failed=0, **numbers):
    """A row of the findings about one map."""
    blank = {"auc": NAN, "follows": NAN, "between": NAN, "people": NAN, "sentence": "", "besides": "", "tables": ""}
    row = {"model": "net", "method": "cam", "attribute": attribute, "checks": checks, "failed": failed}
    return row | {"holds": checks > 0 and not failed} | blank | numbers


def names(*rows):
    return [item.attribute for item in sorted_standings(pd.DataFrame(rows))]


@pytest.mark.parametrize(
    ("better", "other"),
    [
        ({}, {"failed": 1, "auc": 0.99, "people": 2.0}),  # a map that fails a check comes after all that pass
        ({"failed": 1}, {"failed": 2, "auc": 0.99}),  # then the share of checks passed
        ({"auc": 0.8, "between": 0.7}, {"auc": 0.7, "between": 0.1, "follows": 1.0}),  # then edits: the map, the rating
        ({"follows": 0.9, "between": 0.7}, {"follows": 0.8, "between": 0.1}),
        ({"between": 0.1, "people": 0.0}, {"between": 0.2, "people": 1.0}),  # then specificity: the less alike
        ({"people": 0.6}, {"people": 0.5}),  # then people
        ({"auc": 0.6}, {}),  # what was measured comes before what was not
    ],
)
def test_the_order_is_the_stated_one(better, other):
    assert names(found("aaa", **other), found("zzz", **better)) == ["zzz", "aaa"]
    assert names(found("zzz", **better), found("aaa", **other)) == ["zzz", "aaa"]


def test_where_nothing_tells_them_apart_the_most_maps_count_then_overall():
    assert names(found("aaa"), found("light"), found("light")) == ["light", "aaa"]
    assert names(found("balancing_elements"), found("overall")) == ["overall", "balancing_elements"]


def test_maps_that_nothing_was_measured_of_do_not_count_as_failed():
    standings = sorted_standings(pd.DataFrame([found("light"), found("light", checks=0)]))
    assert (standings[0].maps, standings[0].hold) == (1, 1.0)
    (unknown,) = sorted_standings(pd.DataFrame([found("light", checks=0)]))
    assert unknown.hold != unknown.hold  # nan: not known, not 0
    assert names(found("aaa", checks=0), found("zzz", failed=1)) == ["zzz", "aaa"]


def standing(attribute, hold=1.0, passed=1.0):
    return Standing(attribute, 2, hold, passed, NAN, NAN, NAN, NAN)


TITLES = Described({"net": (Attribute("light", "Light"), Attribute("content", "Content"))})


def test_why():
    light, content = standing("light"), standing("content", 0.0, 0.5)
    assert explain_opening(light, [light, content], TITLES, requested=False) == (
        "Light: its maps hold up best of 2 attributes on these photographs (all 2 maps passed every check); the worst is "
        "Content (0 of 2 maps passed every check; 50 % of the checks were passed). Weighed in this order: maps that pass "
        "all checks, checks passed, edit response, specificity, people."
    )
    assert explain_opening(content, [light, content], TITLES, requested=True).startswith(
        "Content: as asked for; by how well its maps hold up, number 2 of 2 here (0 of 2 maps"
    )
    weak = standing("light", 0.0, 0.7)
    assert "no attribute's maps pass all their checks here" in explain_opening(
        weak, [weak, content], TITLES, requested=False
    )
    assert explain_opening(light, [light], TITLES, requested=False) == "Light: the only attribute whose maps are here."
    assert "nothing that was measured here tells" in explain_opening(
        light, [light, standing("content")], TITLES, requested=False
    )


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    return hand_run(tmp_path_factory.mktemp("opening") / "run", 3)


def put(run, *rows):
    run.write(FINDINGS, pd.DataFrame(rows)[list(FINDINGS.names)].assign(model="one"))


def asking(run, *attributes):
    return Run(run.root, replace(run.experiment, attributes=attributes))


def test_a_run_opens_on_what_was_asked_for_else_on_the_best(judged):
    put(judged, found("light", failed=1), found("vivid_color"))
    table = find_opening(judged)
    assert table["attribute"].tolist() == ["vivid_color", "light"]
    assert table["first"].tolist() == [True, False]
    assert table["place"].tolist() == [1, 2]
    assert table["why"].tolist()[1] == ""
    table = find_opening(asking(judged, "light"))
    assert table["first"].tolist() == [False, True]
    assert "as asked for" in table["why"].tolist()[1]
    assert find_opening(asking(judged, "light", "vivid_color"))["first"].tolist() == [True, False]  # the best of those
    OPENING.to_arrow(table)


def test_a_run_without_such_maps_opens_on_none(judged):
    put(judged, found("light"))
    judged.write(FINDINGS, judged.read(FINDINGS).iloc[:0])
    assert not len(find_opening(judged))


def test_what_was_not_checked_is_not_said_to_fail():
    rows = [found("light", checks=0, people=0.6), found("content", checks=0, people=0.4)]
    light, content = sorted_standings(pd.DataFrame(rows))
    assert explain_opening(light, [light, content], TITLES, requested=False) == (
        "Light: no attribute's maps were checked here; its own come first of 2 attributes in what was measured, those of "
        "Content last. Weighed in this order: maps that pass all checks, checks passed, edit response, specificity, people."
    )


def test_no_attribute_is_the_worst_where_nothing_tells_them_apart(judged):
    put(judged, found("light"), found("vivid_color"))
    judged.write(OPENING, find_opening(judged))
    assert opening(judged, judged.described())["worst"] is None
    put(judged, found("light"), found("vivid_color", failed=1))
    judged.write(OPENING, find_opening(judged))
    assert opening(judged, judged.described())["worst"] == {"attribute": "vivid_color", "title": "Vivid Color"}
