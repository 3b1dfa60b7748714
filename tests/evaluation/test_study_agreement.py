"""Agreement of regions in a study: values by hand, and what simulated people must give."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.simulated_study import ellipse, mark, region, simulate

from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import crossed_bootstrap
from xaesthetic.evaluation.agreement import dice, iou
from xaesthetic.evaluation.study_agreement import (
    BY_PERSON,
    REGIONS,
    SUMMARY,
    crossed,
    measure_by_person,
    measure_regions,
    most_disagreed,
    overlaps,
    summarise,
)
from xaesthetic.evaluation.study_marks import StudyMark, cells, extent_of

KINDS = {"int": np.integer, "float": np.floating}


@pytest.fixture(scope="module")
def study():
    return measure_regions(simulate())


def row_of(table, **keys):
    for name, value in keys.items():
        table = table[table[name] == value]
    assert len(table) == 1
    return table.iloc[0]


def summary_of(marks):
    """Of people's regions alone, which is quick."""
    return summarise(pd.DataFrame(columns=list(REGIONS.names)), measure_by_person(marks))


def by_hand():
    """Three people of one photograph: columns 0-3, 1-4, 2-5 of a row of six; one says nowhere, one skips, one not yet."""
    yield mark("a01", 7, region(0, 4))
    yield mark("a02", 7, region(1, 5))
    yield mark("a03", 7, region(2, 6))
    yield mark("a04", 7, None)
    yield mark("a05", 7, region(0, 4), status="skipped")
    yield mark("a06", 7, region(0, 4), status="begun")
    yield mark("a01", 7, region(5, 6), 30, kind="repeat", of=0)


def test_the_values_of_one_photograph_by_hand():
    result = measure_regions(by_hand())
    row = row_of(result.regions, sign="raises")
    assert tuple(row[["finished", "region", "nowhere", "everywhere", "skipped"]]) == (4, 3, 1, 0, 1)
    assert row["dice"] == pytest.approx((6 / 8 + 4 / 8 + 6 / 8) / 3)
    assert row["iou"] == pytest.approx((3 / 5 + 2 / 6 + 3 / 5) / 3)
    persons = result.by_person.set_index("annotator")
    assert persons.loc["a01", "dice"] == pytest.approx((0.75 + 0.5) / 2)
    assert persons.loc["a02", "dice_of_others"] == pytest.approx(0.5)
    # half of two others is one of them: columns 1-5 for a01, 0-5 for a02
    assert persons.loc["a01", "iou_others"] == pytest.approx(3 / 6)
    assert persons.loc["a02", "iou_others"] == pytest.approx(4 / 6)
    other = row_of(result.regions, sign="lowers")
    assert (other["region"], other["nowhere"]) == (0, 4)
    assert np.isnan(other["dice"])


def test_tables_have_the_columns_that_they_declare(study):
    for table, frame in ((REGIONS, study.regions), (BY_PERSON, study.by_person), (SUMMARY, study.summary)):
        assert table.to_arrow(frame).num_rows == len(frame) > 0


@given(st.integers(0, 1000), st.integers(2, 5))
def test_overlaps_of_all_pairs_are_those_of_any_two(seed, people):
    random = np.random.default_rng(seed)
    masks = random.random((people, 5, 7)) < random.choice([0.0, 0.05, 0.5], (people, 1, 1))
    dices, ious = overlaps(masks, masks)
    for i in range(people):
        for j in range(people):
            assert dices[i, j] == pytest.approx(dice(masks[i], masks[j]), nan_ok=True)
            assert ious[i, j] == pytest.approx(iou(masks[i], masks[j]), nan_ok=True)


def test_people_agree_and_shuffled_regions_do_not(study):
    summary = study.summary.set_index(["attribute", "sign", "measure"])["value"]
    assert summary[("", "", "dice")] > 0.45
    assert summary[("", "", "dice_chance")] < 0.3
    assert summary[("", "", "alpha")] > summary[("", "", "alpha_chance")] + 0.3


def test_without_those_excluded_the_others_agree_better(study):
    without = measure_by_person(simulate(), without=("a05",))
    assert set(without["annotator"]) == {"a01", "a02", "a03", "a04"}
    assert without["dice"].mean() > 0.65 > study.by_person["dice"].mean()


def test_intervals_are_of_photographs_and_people(study):
    row = row_of(study.summary, attribute="light", sign="raises", measure="dice")
    assert (row["photographs"], row["people"]) == (8, 5)
    table = study.by_person.pivot(index="photograph", columns="annotator", values="dice").to_numpy()
    expected = crossed_bootstrap(table)
    assert tuple(row[["value", "low", "high"]]) == pytest.approx((expected.value, expected.low, expected.high))


def test_a_bigger_picture_of_the_same_does_not_narrow_the_interval():
    small = [mark(m.annotator, m.photograph, m.masks["raises"]) for m in simulate(3, 3) if m.kind == "task"]
    large = [mark(m.annotator, m.photograph, np.kron(m.masks["raises"], np.ones((3, 3), bool))) for m in small]
    widths = []
    for marks in (small, large):
        row = row_of(summary_of(marks), attribute="light", sign="raises", measure="dice")
        widths.append(row["high"] - row["low"])
    assert widths[0] == pytest.approx(widths[1])


def test_attributes_of_one_photograph_are_averaged_before_they_are_units():
    marks = list(simulate(3, 3, careless=(), attributes=("light", "color")))
    row = row_of(summary_of(marks), attribute="", sign="", measure="dice")
    assert (row["photographs"], row["people"]) == (3, 3)
    by_person = measure_by_person(marks)
    means = by_person.groupby(["photograph", "annotator"])["dice"].mean()
    np.testing.assert_allclose(crossed(by_person, "dice").ravel(), means)


def test_the_photographs_that_disagree_most_come_first(study):
    worst = most_disagreed(study.regions, 3)
    assert worst["dice"].tolist() == sorted(study.regions["dice"].dropna())[:3]


def test_the_same_seed_gives_the_same(study):
    pd.testing.assert_frame_equal(measure_by_person(simulate()), study.by_person)
    few = list(simulate(2, 3))
    pd.testing.assert_frame_equal(measure_regions(few).regions, measure_regions(few).regions)


def test_an_empty_study_has_empty_tables():
    result = measure_regions([])
    assert result.regions.empty
    assert result.by_person.empty
    assert result.summary["value"].isna().all()
    result = measure_regions([mark("a01", 1, region(0, 3))])
    assert result.summary["value"].isna().all()
    assert REGIONS.to_arrow(result.regions).num_rows == 2


def test_regions_of_two_sizes_are_refused():
    marks = [mark("a01", 3, region(0, 3)), mark("a02", 3, ellipse(20, 30))]
    with pytest.raises(DataError, match=r"photograph 3, light: regions of \(4, 6\) and \(40, 60\)"):
        measure_regions(marks)


@pytest.mark.parametrize(
    ("said", "mask", "extent"),
    [
        ("region", region(0, 2), "region"),
        ("region", region(0, 0), "nowhere"),
        ("region", None, "nowhere"),
        ("region", region(0, 6), "everywhere"),
        ("nowhere", None, "nowhere"),
        ("everywhere", None, "everywhere"),
        ("", None, "nowhere"),
    ],
)
def test_an_empty_or_full_mask_is_never_a_region(said, mask, extent):
    one = StudyMark("a01", 1, "light", 0, {"raises": mask}, {"raises": said})
    assert extent_of(one, "raises") == extent
    raises = next(cells([one]))
    assert len(raises.regions()[1]) == (extent == "region")
    assert extent_of(StudyMark("a01", 1, "light", 0), "raises") == ""
