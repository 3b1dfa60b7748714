"""What overlap with people's regions is worth nothing."""

import numpy as np
import pytest
from support.simulated_study import SIZE, ellipse, mark, region, simulate

from xaesthetic.evaluation.region_floors import FLOORS, KINDS, measure_floors, region_floors


def floors_of(masks, subject=None, others=(), draws=50):
    values = region_floors(np.stack(masks), subject, others, np.random.default_rng(0), draws)
    return {kind: (dice, iou) for kind, dice, iou in values}


def test_by_hand():
    masks = [region(0, 3), region(1, 4)]
    floors = floors_of(masks, region(0, 2), [region(4, 6), region(0, 3)])
    assert floors["people"] == pytest.approx((4 / 6, 2 / 4))
    assert floors["subject"] == pytest.approx(((4 / 5 + 2 / 5) / 2, (2 / 3 + 1 / 4) / 2))
    assert floors["other photographs"] == pytest.approx(((0 + 1 + 0 + 4 / 6) / 4, (0 + 1 + 0 + 2 / 4) / 4))


def test_the_same_area_elsewhere_meets_by_chance():
    """A column of one in six, rolled anywhere, lies on the other's with chance 1/6: Dice 1 there, else 0."""
    masks = [np.tile(np.arange(6) == 2, (4, 1))] * 2
    dice, iou = floors_of(masks, draws=300)["elsewhere"]
    assert dice == pytest.approx(1 / 6, abs=0.04)
    assert iou == dice


def test_other_photographs_are_stretched_over_this_one():
    assert floors_of([region(0, 3)] * 2, others=[region(0, 6, (8, 12))])["other photographs"] == (1, 1)


def test_what_is_not_known_has_no_row():
    assert set(floors_of([region(0, 3), region(1, 4)])) == {"people", "elsewhere"}
    assert set(floors_of([region(0, 3), region(1, 4)], region(0, 0))) == {"people", "elsewhere", "subject"}


def test_of_a_study():
    marks = list(simulate(5, 3, careless=()))
    table = measure_floors(marks, {0: ellipse(20, 30), 1: ellipse(20, 30)}, draws=10)
    assert FLOORS.to_arrow(table).num_rows == 5 * 3 + 2
    assert set(table["kind"]) == set(KINDS)
    means = table.groupby("kind")["dice"].mean()
    assert means["people"] > 0.6 > 0.4 > means["elsewhere"]
    assert means["people"] > means["other photographs"]
    assert measure_floors(marks, draws=10).equals(measure_floors(marks, draws=10))


def test_the_same_attribute_and_sign_of_other_photographs_only():
    marks = [mark("a1", 1, region(0, 3)), mark("a2", 1, region(0, 3)), mark("a1", 2, None, lowers=region(3, 6))]
    marks.append(mark("a1", 3, region(3, 6), attribute="color"))
    assert set(measure_floors(marks)["kind"]) == {"people", "elsewhere"}
    marks.append(mark("a1", 4, region(1, 4)))
    row = measure_floors(marks).set_index("kind").loc["other photographs"]
    assert row["dice"] == pytest.approx(4 / 6, abs=0.1)


def test_nothing_to_compare_gives_no_rows():
    assert measure_floors([]).empty
    assert measure_floors([mark("a1", 1, ellipse(20, 30))]).empty
    assert SIZE == (40, 60)
