"""A pilot's components, the sizes proposed from them, and the plan that nobody changes."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from xaesthetic.annotate.study import Exclusions
from xaesthetic.core.errors import DataError
from xaesthetic.evaluation.pilot import mean_components, read_pilot
from xaesthetic.evaluation.plan_file import Plan, Primary, Source, components_by_name, read_plan, write_plan
from xaesthetic.evaluation.planning import Wanted, people_for_width, propose
from xaesthetic.evaluation.power import Design, simulate_power
from xaesthetic.evaluation.variance_components import Components, variance_components

COMPONENTS = Components(0.01, 0.002, math.nan, 0.02)
WANTED = Wanted(0.1, attributes=2)


@pytest.fixture(scope="module")
def proposals():
    return propose(COMPONENTS, WANTED, 0, times=300)


def test_every_proposal_has_the_power_that_was_wanted(proposals):
    for item in proposals:
        assert item.power >= 0.8
        design = Design(item.photographs, item.people, item.per)
        again = simulate_power(design, COMPONENTS, 0.1, 99, level=0.05 / 2, times=2000)  # another seed
        assert again.power > 0.8 - 4 * np.sqrt(0.16 / 300)
        assert again.width == pytest.approx(item.width, rel=0.1)


def test_no_proposal_is_beaten_by_another(proposals):
    assert len(proposals) > 1
    hours = [item.hours for item in proposals]
    people = [item.people for item in proposals]
    assert hours == sorted(hours)
    assert people == sorted(people, reverse=True)


def test_minutes_by_hand(proposals):
    item = proposals[0]
    tasks = math.ceil(item.photographs * 2 * 5 / item.people)
    assert item.tasks == tasks + 2 * round(0.1 * tasks)
    assert item.minutes == item.tasks
    assert item.sittings == math.ceil(item.tasks / 30)
    assert item.hours == pytest.approx(item.photographs * 2 * 5 * 1.2 / 60, abs=0.06)


def test_a_larger_difference_needs_less(proposals):
    larger = propose(COMPONENTS, replace(WANTED, difference=0.2), 0, times=300)
    assert larger[0].hours < proposals[0].hours


def test_the_same_seed_proposes_the_same(proposals):
    assert propose(COMPONENTS, WANTED, 0, times=300) == proposals


def test_what_no_study_shows_is_said():
    with pytest.raises(DataError, match=r"no study up to 100 people and 500 photographs shows a difference of 0.001"):
        propose(COMPONENTS, Wanted(0.001), 0, times=50)


def test_people_for_an_interval_of_a_width():
    wide, narrow = (people_for_width(COMPONENTS, WANTED, width, 50, 0) for width in (0.2, 0.12))
    assert wide.width <= 0.2
    assert narrow.width <= 0.12
    assert wide.people < narrow.people
    fewer = simulate_power(Design(50, narrow.people - 1, 5), COMPONENTS, 0.1, 0, times=300)
    assert fewer.width > 0.12
    with pytest.raises(DataError, match="with 100 people on 50 photographs the interval is .* wide, not 0.01"):
        people_for_width(COMPONENTS, WANTED, 0.01, 50, 0)
    with pytest.raises(DataError, match="width is nan"):
        people_for_width(COMPONENTS, WANTED, math.nan, 50, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"difference": 0.0}, {"difference": math.nan}, {"power": 1.0}, {"level": 0.0}, {"per": 0}, {"attributes": 0},
        {"seconds": -1.0}, {"repeats": 1.0}, {"catches": -0.1}, {"sitting": math.inf},
    ],
)  # fmt: skip
def test_what_cannot_be_wanted_is_refused(change):
    with pytest.raises(DataError, match=r"wanted|least"):
        replace(WANTED, **change)


# -- the pilot's table -------------------------------------------------------------------------------------------------


def drawn(photographs=6, people=4, seed=0):
    random = np.random.default_rng(seed)
    return (random.normal(size=(photographs, 1)) + random.normal(size=(photographs, people))).round(3)


def table(tmp_path, lines, head="photograph,annotator,difference"):
    path = tmp_path / "pilot.csv"
    path.write_text("\n".join([head, *lines]) + "\n")
    return path


def lines_of(values, before=""):
    return [f"{before}p{i},a{j},{value}" for i, row in enumerate(values) for j, value in enumerate(row)]


def test_a_pilots_components_are_those_of_its_table(tmp_path):
    values = drawn()
    pilot = read_pilot(table(tmp_path, lines_of(values)))
    expected = variance_components(values)
    assert (pilot.differences, pilot.photographs, pilot.people) == (24, 6, 4)
    assert (pilot.components.photograph, pilot.components.residual) == pytest.approx(
        (expected.photograph, expected.residual)
    )
    assert math.isnan(pilot.components.interaction)


def test_signs_are_averaged_and_attributes_are_not(tmp_path):
    values, other = drawn(), drawn(seed=1)
    lines = lines_of(values - 1, "light,raises,") + lines_of(values + 1, "light,lowers,") + lines_of(other, "color,raises,")
    pilot = read_pilot(table(tmp_path, lines, "attribute,sign,photograph,annotator,difference"))
    expected = mean_components([variance_components(values), variance_components(other)])
    assert pilot.components.photograph == pytest.approx(expected.photograph)
    assert pilot.components.person == pytest.approx(expected.person)


def test_a_row_that_comes_again_is_a_repeat(tmp_path):
    values = drawn()
    lines = [*lines_of(values), f"p0,a0,{values[0, 0] + 1}", f"p1,a0,{values[1, 0] + 3}"]
    pilot = read_pilot(table(tmp_path, lines))
    assert pilot.components.residual == pytest.approx((1 + 9) / 2 / 2)
    assert pilot.components.photograph == pytest.approx(variance_components(values).photograph)


def test_gaps_and_decimal_commas_are_read(tmp_path):
    lines = [line.replace(",", ";").replace(".", ",") for line in lines_of(drawn())]
    lines[3] = "p0;a3;"
    assert read_pilot(table(tmp_path, lines, "photograph;annotator;difference")).differences == 23


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "has no difference"),
        (["p0,a0,much"], "line 2: the difference 'much' is no number"),
        (["p0,a0,inf"], "line 2: the difference is inf"),
        ([",a0,1"], "line 2: names no photograph"),
        (["p0,a0"], "line 2"),
        (["p0,a0,1"] * 3, "a0 has p0 three times"),
        (["p0,a0,1", "p1,a1,2"], "cannot be told apart"),
        (["p0,a0,1", "p0,a1,2"], "1 photographs and 2 people"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path, lines, message):
    with pytest.raises(DataError, match=f"pilot.csv.*{message}"):
        read_pilot(table(tmp_path, lines))


def test_one_unknown_interaction_makes_the_mean_unknown_and_loses_nothing():
    mean = mean_components([Components(1.0, 1.0, 0.5, 0.5), Components(1.0, 1.0, math.nan, 2.0)])
    assert math.isnan(mean.interaction)
    assert mean.residual == 1.5


# -- plan.json ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(proposals):
    return Plan(
        made="2026-11-26",
        primary=Primary("cc", "photographs and people", 0.05),
        attributes=("light", "color"),
        wanted=WANTED,
        exclusions=Exclusions(),
        design=proposals[0],
        components=components_by_name(COMPONENTS),
        source=Source(),
        seed=0,
        times=300,
    )


def test_a_plan_comes_back_as_it_was_written(tmp_path, plan):
    write_plan(tmp_path / "new" / "plan.json", plan)
    again = read_plan(tmp_path / "new" / "plan.json")
    assert again.sha256 == plan.sha256
    assert (again.design, again.primary, again.exclusions) == (plan.design, plan.primary, plan.exclusions)
    assert math.isnan(again.variances.interaction)
    assert again.variances.photograph == 0.01


def test_a_plan_is_never_written_over(tmp_path, plan):
    write_plan(tmp_path / "plan.json", plan)
    with pytest.raises(DataError, match="is there already; a plan is not changed"):
        write_plan(tmp_path / "plan.json", replace(plan, seed=1))
    assert read_plan(tmp_path / "plan.json") == read_plan(tmp_path / "plan.json")


def set_metric(document):
    document["primary"]["metric"] = "nss"


def set_width(document):
    document["design"]["width"] *= 1.0001


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_metric, "was changed after it was made"),
        (set_width, "was changed after it was made"),
        (lambda document: document.pop("sha256"), "was changed after it was made"),
        (lambda document: document.update(more=1), "has something that no plan has"),
        (lambda document: document.pop("seed"), "seed"),
        (lambda document: document.update(schema=2), "is no plan of schema 1"),
        (lambda document: document.update(seed="0"), "seed"),
        (lambda document: document["wanted"].update(power=2.0), "power"),
        (lambda document: document["components"].pop("person"), "a photograph's, a person's"),
    ],
)
def test_a_plan_that_was_changed_is_refused(tmp_path, plan, change, message):
    path = tmp_path / "plan.json"
    write_plan(path, plan)
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(DataError, match=f"plan.json.*{message}"):
        read_plan(path)


def test_what_is_no_plan_is_refused(tmp_path):
    (tmp_path / "plan.json").write_text("[]")
    with pytest.raises(DataError, match="is no plan of schema 1"):
        read_plan(tmp_path / "plan.json")
    with pytest.raises(DataError, match="cannot be read"):
        read_plan(tmp_path / "none.json")
