"""All that agreement says of a study; two models in each person's eyes."""

import numpy as np
import pandas as pd
import pytest
from support.simulated_study import ellipse, mark, region, simulate

from xaesthetic.annotate.study import Exclusions
from xaesthetic.core import plugins
from xaesthetic.core.errors import DataError
from xaesthetic.core.statistics import crossed_bootstrap
from xaesthetic.evaluation.agreement import dice
from xaesthetic.evaluation.model_differences import DIFFERENCES, compare_models
from xaesthetic.evaluation.pilot import read_pilot
from xaesthetic.evaluation.study import measure_study


@pytest.fixture(scope="module")
def study():
    return measure_study(list(simulate(3, 4, careless=("a04",))), Exclusions(), {0: ellipse(20, 30)})


def test_results_are_stated_with_and_without_those_excluded(study):
    assert study.excluded == ("a04",)
    both = study.everybody.agreement.by_person, study.kept.agreement.by_person
    assert [table["annotator"].nunique() for table in both] == [4, 3]
    tables = study.tables()
    assert {"people", "summary", "kept_summary", "ratings", "kept_ratings", "floors", "kept_floors"} <= set(tables)
    values = [tables[name].set_index(["attribute", "sign", "measure"]) for name in ("summary", "kept_summary")]
    assert values[1].loc[("", "", "dice"), "value"] > values[0].loc[("", "", "dice"), "value"]
    assert tables["ratings"]["people"].max() == 4 > tables["kept_ratings"]["people"].max()


def test_where_nobody_is_excluded_both_are_the_same():
    few = measure_study(list(simulate(2, 2, careless=())), Exclusions())
    assert few.excluded == ()
    assert few.kept is few.everybody


def test_an_empty_study():
    nothing = measure_study([], Exclusions())
    assert nothing.excluded == ()
    assert np.isnan(nothing.drift.value)


# -- two models in each person's eyes ----------------------------------------------------------------------------------


def overlap(saliency, human):
    return dice(saliency > 0.5, human.mask)


def maps_of(**columns):
    return {(int(name[1:]), "light", "raises"): region(*ends).astype(float) for name, ends in columns.items()}


def marked():
    yield mark("a01", 1, region(0, 3), 0)
    yield mark("a02", 1, region(1, 4), 0)
    yield mark("a01", 2, region(2, 5), 1)
    yield mark("a02", 2, None, 1)
    yield mark("a01", 1, region(0, 2), 9, kind="repeat", of=0)
    yield mark("a01", 50, region(0, 2), 10, kind="catch")


def test_differences_by_hand():
    first, second = maps_of(p1=(0, 3), p2=(0, 3), p50=(0, 1)), maps_of(p1=(2, 5), p2=(2, 5), p50=(0, 1))
    result = compare_models(marked(), first, second, overlap)
    rows = [tuple(row) for row in result.rows[["photograph", "annotator", "repeat", "difference"]].to_numpy()]
    assert rows == [
        (1, "a01", False, pytest.approx(1 - 2 / 6)),
        (1, "a02", False, pytest.approx(4 / 6 - 4 / 6)),
        (2, "a01", False, pytest.approx(2 / 6 - 1)),
        (1, "a01", True, pytest.approx(4 / 5 - 0)),
    ]
    table = np.array([[4 / 6, 0], [-4 / 6, np.nan]])
    assert result.by_attribute["light"].value == pytest.approx(crossed_bootstrap(table).value)
    assert DIFFERENCES.to_arrow(result.rows).num_rows == 4


def test_the_better_model_wins_and_the_same_one_does_not():
    marks = list(simulate(10, 6, careless=(), seed=1))
    random = np.random.default_rng(0)
    good, other, noise = {}, {}, {}
    for one in marks:
        if one.kind == "task":
            key = one.photograph, "light", "raises"
            good[key] = good.get(key, 0.0) + one.masks["raises"]
            noise[key] = random.random(one.masks["raises"].shape)
            other[key] = good[key] * 2
    score = plugins.load("metrics", "cc")
    assert compare_models(marks, good, noise, score).by_attribute["light"].low > 0
    same = compare_models(marks, good, good, score).by_attribute["light"]
    assert same.value == 0
    without = compare_models(marks, good, noise, score, without=("a01",)).rows
    assert "a01" not in set(without["annotator"])


def test_the_table_is_a_pilot(tmp_path):
    marks = list(simulate(6, 4, careless=()))
    random = np.random.default_rng(0)
    keys = {(one.photograph, "light", "raises"): one.masks["raises"].shape for one in marks if one.kind == "task"}
    first, second = ({key: random.random(size) for key, size in keys.items()} for _ in range(2))
    result = compare_models(marks, first, second, plugins.load("metrics", "cc"))
    path = tmp_path / "differences.csv"
    pd.DataFrame(result.rows).to_csv(path, index=False)
    pilot = read_pilot(path)
    assert (pilot.photographs, pilot.people, pilot.differences) == (6, 4, 6 * 4 + 2 * 4)
    assert not np.isnan(pilot.components.interaction)


def test_nothing_to_compare_and_maps_of_another_size():
    assert compare_models(marked(), {}, {}, overlap).rows.empty
    small = {(1, "light", "raises"): np.zeros((2, 3))}
    with pytest.raises(DataError, match=r"photograph 1, light: the map is \(2, 3\), the region \(4, 6\)"):
        compare_models(marked(), small, small, overlap)
