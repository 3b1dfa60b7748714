import warnings
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xaesthetic.annotate.design import assign, shared
from xaesthetic.annotate.schedule import Catch, block_size, schedule
from xaesthetic.core.errors import DataError, XaestheticWarning

MASK = np.zeros((4, 4), bool)
CATCHES = tuple(Catch(100 + i, "light", "raises", MASK) for i in range(12))


@st.composite
def studies(draw):
    """Sizes of a study."""
    invited = draw(st.integers(1, 6))
    return {
        "photographs": range(draw(st.integers(1, 14))),
        "attributes": ["light", "color", "depth"][: draw(st.integers(1, 3))],
        "invited": invited,
        "per": draw(st.integers(1, invited)),
        "seed": draw(st.integers(0, 5)),
        "apart": draw(st.integers(1, 25)),
        "per_block": draw(st.integers(1, 30)),
    }


def laid_out(wanted):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XaestheticWarning)
        return schedule(**wanted, catches=CATCHES, practice=CATCHES[:2])


def firsts(slots):
    return [slot for slot in slots if slot.kind == "task"]


@given(studies())
def test_every_task_goes_to_as_many_different_annotators_as_wanted(wanted):
    people = laid_out(wanted)
    given_to = Counter((slot.photograph, slot.attribute) for slots in people for slot in firsts(slots))
    assert set(given_to) == {(p, a) for p in wanted["photographs"] for a in wanted["attributes"]}
    assert set(given_to.values()) == {wanted["per"]}
    for slots in people:
        tasks = [(slot.photograph, slot.attribute) for slot in firsts(slots)]
        assert len(tasks) == len(set(tasks))


@given(studies())
def test_loads_differ_by_one_at_most(wanted):
    loads = [len(firsts(slots)) for slots in laid_out(wanted)]
    assert max(loads) - min(loads) <= 1


@given(studies())
def test_positions_sittings_and_annotators_are_numbered(wanted):
    people = laid_out(wanted)
    for annotator, slots in enumerate(people):
        assert [slot.position for slot in slots] == list(range(len(slots)))
        assert {slot.annotator for slot in slots} <= {annotator}
        assert [slot.kind for slot in slots[:2]] == ["practice"] * 2
        blocks = [slot.block for slot in slots]
        assert blocks == sorted(blocks)
        assert set(blocks) == set(range(max(blocks) + 1))
        sizes = Counter(blocks).values()
        assert max(sizes) <= wanted["per_block"]
        assert max(sizes) - min(sizes) <= 1


@given(studies())
def test_repeats_lie_far_behind_their_first_and_are_as_many_as_there_is_room_for(wanted):
    people = laid_out(wanted)
    for slots in people:
        repeats = [slot for slot in slots if slot.kind == "repeat"]
        for slot in repeats:
            first = slots[slot.of]
            assert (first.kind, first.photograph, first.attribute) == ("task", slot.photograph, slot.attribute)
            assert slot.position - first.position >= wanted["apart"]
        assert len({slot.of for slot in repeats}) == len(repeats)
        tasks = len(firsts(slots))
        assert len(repeats) <= round(0.1 * tasks)
        if tasks > wanted["apart"] + round(0.1 * tasks):
            assert len(repeats) == round(0.1 * tasks)


@given(studies())
def test_catch_trials_are_a_tenth_and_none_comes_twice(wanted):
    for slots in laid_out(wanted):
        catches = [slot for slot in slots if slot.kind == "catch"]
        assert len(catches) == min(round(0.1 * len(firsts(slots))), len(CATCHES))
        assert len({slot.photograph for slot in catches}) == len(catches)
        assert all(slot.expected.photograph == slot.photograph for slot in catches)
        assert all(slot.expected is None for slot in slots if slot.kind in ("task", "repeat"))


@given(studies())
def test_a_photograph_follows_itself_only_where_that_cannot_be_avoided(wanted):
    for slots in laid_out(wanted):
        tasks = firsts(slots)
        most = max(Counter(slot.photograph for slot in tasks).values(), default=0)
        beside = sum(a.photograph == b.photograph for a, b in pairwise(tasks))
        assert beside == max(0, 2 * most - len(tasks) - 1)


@pytest.mark.parametrize(
    ("photographs", "attributes", "invited", "per", "spread"),
    [(50, 1, 20, 5, 2), (50, 4, 20, 5, 3), (7, 1, 7, 3, 1), (13, 1, 13, 4, 2), (10, 2, 7, 3, 2), (30, 1, 6, 5, 1)],
)
def test_any_two_annotators_share_about_equally_many_tasks(photographs, attributes, invited, per, spread):
    items = [(p, str(a)) for a in range(attributes) for p in range(photographs)]
    loads = assign(items, invited, per, 0)
    chosen = [[a for a in range(invited) if item in loads[a]] for item in items]
    counts = shared(chosen, invited)[np.triu_indices(invited, 1)]
    mean = photographs * attributes * per * (per - 1) / (invited * (invited - 1))
    assert counts.mean() == pytest.approx(mean)
    assert np.ptp(counts) <= spread


def test_seven_annotators_of_seven_photographs_make_a_balanced_design():
    """Seven blocks of three of seven in which every pair meets once: Fano's plane."""
    loads = assign([(p, "light") for p in range(7)], 7, 3, 0)
    sets = [{photograph for photograph, _ in load} for load in loads]
    assert [len(load) for load in sets] == [3] * 7
    assert {len(a & b) for i, a in enumerate(sets) for b in sets[:i]} == {1}


def test_every_annotator_gets_about_equally_many_of_every_attribute():
    for load in assign([(p, a) for a in "abcd" for p in range(25)], 10, 5, 1):
        counts = Counter(attribute for _, attribute in load)
        assert max(counts.values()) - min(counts[a] for a in "abcd") <= 2


def test_the_order_is_by_annotator_and_by_seed_and_nothing_else():
    arguments = (range(40), ["light", "color"], 2, 2)
    first, second = schedule(*arguments, seed=3, catches=CATCHES)
    assert [(s.photograph, s.attribute) for s in firsts(first)] != [(s.photograph, s.attribute) for s in firsts(second)]
    assert schedule(*arguments, seed=3, catches=CATCHES) == (first, second)
    assert schedule(*arguments, seed=4, catches=CATCHES) != (first, second)


def test_what_is_left_out_is_said():
    with pytest.warns(XaestheticWarning, match="2 repeats are left out.*20 between"):
        schedule(range(10), ["light"], 2, 2, 0, catches=CATCHES)
    with pytest.warns(XaestheticWarning, match="4 catch trials are left out: there are only 0"):
        schedule(range(40), ["light"], 1, 1, 0)


def test_half_an_hour_holds_as_many_tasks_as_fit():
    assert (block_size(30, 50), block_size(30, 7.5), block_size(1, 90)) == (36, 240, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"photographs": []}, "no photograph to annotate"),
        ({"attributes": []}, "no attribute to annotate"),
        ({"photographs": [1, 1]}, "photograph 1 comes twice"),
        ({"attributes": ["light", "light"]}, "attribute 'light' comes twice"),
        ({"per": 0}, "per is 0; 1 or more was wanted"),
        ({"invited": 2}, "3 annotators a task are wanted but only 2 are invited; invite 3 or more"),
        ({"repeats": float("nan")}, "repeats is nan"),
        ({"catch_share": 1.5}, "catch_share is 1.5, a share"),
        ({"apart": 0}, "apart is 0"),
        ({"per_block": -1}, "per_block is -1"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    with pytest.raises(DataError, match=message):
        schedule(**{"photographs": [1, 2], "attributes": ["light"], "invited": 3, "per": 3, "seed": 0} | change)


@pytest.mark.parametrize(("minutes", "seconds"), [(0.0, 5.0), (30, -1), (float("inf"), 5), (30, float("nan"))])
def test_a_sitting_without_length_is_refused(minutes, seconds):
    with pytest.raises(DataError, match="Pass a number above 0"):
        block_size(minutes, seconds)
