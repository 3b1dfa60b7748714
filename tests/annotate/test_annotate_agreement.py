"""Scripted annotators mark over the page's interface, and agreement reads what the store holds."""

from itertools import pairwise

import numpy as np
import pytest
from support.annotating import Annotator, made_study, served, square

from xaesthetic.annotate.store import Store
from xaesthetic.evaluation.study import measure_study
from xaesthetic.evaluation.study_marks import Marking

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agreement") / "study"
    study = made_study(folder, photographs=2, annotators=3, practice=0)
    names = []
    with served(study, folder) as client:
        for person, link in enumerate(client.ready.links.values()):
            somebody = Annotator(client, link)
            somebody.consent()
            names.append(somebody.name)
            while "task" in somebody.task():
                somebody.finish(square(top=10, left=10 + 10 * person))
    store = Store(f"sqlite:///{folder / 'study.sqlite'}")
    marks = list(store.marks())
    store.close()
    return study, names, marks, measure_study(marks, study.exclusions)


def test_a_mark_of_the_store_is_what_agreement_reads(measured):
    _, names, marks, _ = measured
    assert all(isinstance(mark, Marking) for mark in marks)
    assert len(marks) == 3 * 2 * 2
    assert {mark.annotator for mark in marks} == set(names)


def test_agreement_is_that_of_the_squares(measured):
    """Squares of 20 x 20, moved by 0, 10 and 20 columns: Dice 1/2, 1/2 and 0."""
    *_, result = measured
    regions = result.everybody.agreement.regions.set_index("sign")
    assert regions.loc["raises", "dice"].tolist() == pytest.approx([1 / 3] * 4)
    assert regions.loc["raises", "iou"].tolist() == pytest.approx([2 / 9] * 4)
    assert set(regions.loc["lowers", "nowhere"]) == {3}
    persons = result.everybody.agreement.by_person.groupby("annotator")["dice"].mean()
    assert sorted(persons) == pytest.approx([0.25, 0.25, 0.5])


def test_everybody_marked_in_less_than_three_seconds_and_the_rule_says_so(measured):
    study, names, _, result = measured
    assert set(result.excluded) == set(names)
    assert set(result.people["why"]) == {f"2.5 seconds for the median task, below {study.exclusions.seconds:g}"}
    assert result.kept.agreement.regions.empty
    ratings = result.everybody.ratings.set_index(["attribute", "measure"])["value"]
    assert np.isnan(ratings["light", "ICC(2,1)"])  # all alike: nothing to tell apart


def test_positions_follow_one_another(measured):
    _, names, marks, _ = measured
    for name in names:
        positions = [mark.position for mark in marks if mark.annotator == name]
        assert all(b == a + 1 for a, b in pairwise(positions))
