"""What each annotator is worth, whom the rules exclude, and how ratings agree."""

import numpy as np
import pytest
from support.simulated_study import ellipse, mark, region, simulate

from xaesthetic.annotate.study import Exclusions
from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.study_agreement import measure_by_person
from xaesthetic.evaluation.study_marks import KnownRegion
from xaesthetic.evaluation.study_people import PEOPLE, drift, measure_people, overall_drift
from xaesthetic.evaluation.study_ratings import RATINGS, measure_ratings, ratings_table

RULES = Exclusions()


def people_of(marks, rules=RULES):
    marks = list(marks)
    return measure_people(marks, measure_by_person(marks), rules).set_index("annotator")


@pytest.fixture(scope="module")
def simulated():
    return people_of(simulate())


def test_the_careless_are_excluded_and_why(simulated):
    assert simulated["excluded"].to_dict() == {f"a0{i}": i == 5 for i in range(1, 6)}
    assert "1.0 seconds for the median task, below 3" in simulated.loc["a05", "why"]
    assert set(simulated.loc[["a01", "a04"], "why"]) == {""}
    assert simulated.loc["a05", "dice_others"] < simulated["dice_others"].drop("a05").min()


def test_the_table_has_the_columns_that_it_declares(simulated):
    assert PEOPLE.to_arrow(simulated.reset_index()).num_rows == 5


def repeated(second, rating=1.0):
    yield mark("a01", 1, region(0, 4), 0, rating=0.0, seconds=10.0)
    yield mark("a01", 2, None, 1, rating=0.0, seconds=20.0)
    yield mark("a01", 1, second, 30, rating=rating, kind="repeat", of=0, seconds=1.0)


def test_repeats_by_hand():
    row = people_of(repeated(region(1, 5))).loc["a01"]
    assert (row["repeats"], row["self_dice"], row["self_extent"], row["self_rating"]) == (1, 0.75, 1.0, 1.0)
    assert row["seconds"] == 15.0  # of tasks, not of repeats
    gone = people_of(repeated(None)).loc["a01"]
    assert np.isnan(gone["self_dice"])
    assert gone["self_extent"] == 0.5
    assert not gone["excluded"]  # a rule says nothing where there is nothing to judge


def test_one_who_marks_something_else_the_second_time_is_excluded():
    row = people_of(repeated(region(4, 6))).loc["a01"]
    assert row["excluded"]
    assert row["why"] == "Dice 0.00 with themselves on repeats, below 0.1"


def test_repeats_and_catch_trials_of_another_size_are_refused():
    with pytest.raises(DataError, match=r"a01, task 30: regions of \(4, 6\) and \(40, 60\)"):
        people_of(repeated(ellipse(20, 30)))
    with pytest.raises(DataError, match=r"a01, task 0: regions of \(40, 60\) and \(4, 6\)"):
        people_of(catches(ellipse(20, 30)))


def catches(*drawn):
    known = {"kind": "catch", "expected": KnownRegion(region(0, 3)), "expected_sign": "raises"}
    return [mark("a01", 100 + i, mask, i, **known) for i, mask in enumerate(drawn)]


@pytest.mark.parametrize(
    ("drawn", "caught", "dice", "excluded"),
    [
        ([region(0, 3), region(0, 3)], 2, 1.0, False),
        ([region(0, 3), region(3, 6)], 1, 0.5, False),  # half is enough
        ([region(3, 6), None, region(0, 3)], 1, 1 / 3, True),
        ([region(0, 6)], 1, 2 / 3, False),
        ([None], 0, 0.0, True),
    ],
)
def test_catch_trials_by_hand(drawn, caught, dice, excluded):
    row = people_of(catches(*drawn)).loc["a01"]
    assert (row["catches"], row["caught"], row["excluded"]) == (len(drawn), caught, excluded)
    assert row["catch_dice"] == pytest.approx(dice)
    assert ("catch trials" in row["why"]) == excluded


def test_rules_can_be_others_than_the_usual():
    assert people_of(catches(region(0, 6)), Exclusions(catch_dice=0.7)).loc["a01", "excluded"]
    assert people_of(repeated(region(1, 5)), Exclusions(seconds=16.0)).loc["a01", "excluded"]
    assert not people_of(repeated(region(1, 5)), Exclusions(seconds=15.0)).loc["a01", "excluded"]


def test_drift_is_the_slope_of_what_one_has_less_than_the_others():
    """Two agree always; the third's region moves away by one row in every task."""
    marks = [
        mark(annotator, photograph, ellipse(15 + photograph * (annotator == "a03"), 30), photograph)
        for photograph in range(10)
        for annotator in ("a01", "a02", "a03")
    ]
    by_person = measure_by_person(marks)
    theirs = by_person[by_person["annotator"] == "a03"]
    slope, low, high = drift(theirs)
    values = (theirs["dice"] - theirs["dice_of_others"]).to_numpy()
    assert slope == pytest.approx(100 * np.polyfit(theirs["position"], values, 1)[0])
    assert low < slope < high < 0
    people = people_of(marks)
    assert (people.loc["a03", ["drift", "drift_low", "drift_high"]] == [slope, low, high]).all()
    assert all(np.isnan(value) for value in drift(theirs[:2]))


def test_people_who_do_not_tire_do_not_drift():
    people = people_of(simulate(25, 5, careless=()))
    within = (people["drift_low"] <= 0) & (people["drift_high"] >= 0)
    assert within.sum() >= 4
    estimate = overall_drift(people)
    assert estimate.low <= 0 <= estimate.high


def test_nobody_is_an_empty_table():
    assert people_of([]).empty
    assert measure_ratings([]).empty
    assert np.isnan(overall_drift(people_of([]).reset_index()).value)


# -- ratings -----------------------------------------------------------------------------------------------------------

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def rated():
    for photograph, row in enumerate(SHROUT_FLEISS):
        for person, rating in enumerate(row):
            yield mark(f"a{person}", photograph, None, photograph, rating=float(rating), overall=float(rating))
    yield mark("a0", 0, None, 30, rating=1.0, kind="repeat", of=0)
    yield mark("a0", 9, None, 31, rating=1.0, status="skipped")


def test_ratings_of_everybody_have_icc_2():
    table = measure_ratings(rated()).set_index(["attribute", "measure"])
    for attribute in ("light", "overall score"):
        assert round(table.loc[(attribute, "ICC(2,1)"), "value"], 2) == 0.29
        assert round(table.loc[(attribute, "ICC(2,k)"), "value"], 2) == 0.62
        assert tuple(table.loc[(attribute, "ICC(2,k)"), ["photographs", "people", "k"]]) == (6, 4, 4)
    assert RATINGS.to_arrow(table.reset_index()).num_rows == 6


def test_where_not_everybody_rated_everything_it_is_icc_1():
    marks = [one for one in rated() if (one.annotator, one.photograph) != ("a3", 5)]
    table = measure_ratings(marks).set_index(["attribute", "measure"])
    assert ("light", "ICC(1,1)") in table.index
    assert table.loc[("light", "ICC(1,k)"), "k"] == pytest.approx((23 - (5 * 16 + 9) / 23) / 5)
    assert measure_ratings(rated(), without=("a3",))["people"].tolist() == [3] * 6


def test_the_overall_score_of_several_attributes_is_averaged():
    marks = [mark("a1", 1, None, i, attribute, overall=float(i)) for i, attribute in enumerate(("light", "color"))]
    np.testing.assert_array_equal(ratings_table(marks, overall=True), [[0.5]])
