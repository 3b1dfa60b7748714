"""Maps against each person alone; floors that come unasked."""

import numpy as np
import pandas as pd
import pytest
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401

import xaesthetic as xa
from xaesthetic.core import plugins
from xaesthetic.data import annotations, images
from xaesthetic.evaluation import score
from xaesthetic.evaluation.leaderboard import leaderboard_by_person as rank_by_person
from xaesthetic.evaluation.score import score_by_person, score_run
from xaesthetic.evaluation.specificity import measure_specificity
from xaesthetic.metrics import _floors
from xaesthetic.run.schemas import ANNOTATIONS, SCORES


def test_by_person_is_the_metric_against_each_alone(run):
    table = score_by_person(run, ["nss"])
    assert set(table["annotator"]) == {"v0", "v1", "v2", "v3"}
    sizes = run.sizes()
    people = run.read(ANNOTATIONS)
    one = next(annotations.gather(people, sizes, ["3.png"]))
    marks = annotations.human_maps(one.image, one.attribute, people.iloc[one.rows], sizes["3.png"], one.elsewhere)
    rows = table[(table["image"] == "3.png") & (table["annotator"] == "v2")].set_index(["method", "attribute"])["value"]
    number = marks.annotators.index("v2")
    nss = plugins.load("metrics", "nss")
    saliency = images.to_pixels(run.maps("tiny_net", "cam").map("3.png", "light"), sizes["3.png"]).astype(np.float64)
    assert rows[("cam", "light")] == pytest.approx(nss(saliency, marks.separate[number]))
    assert rows[(_floors.EACH_AGAINST_OTHERS, "")] == pytest.approx(nss(marks.others[number], marks.separate[number]))
    ceiling = run.read(SCORES)
    ceiling = ceiling[(ceiling["model"] == _floors.CEILING) & (ceiling["metric"] == "nss")].set_index("image")["value"]
    own = table[table["model"] == _floors.CEILING].groupby("image")["value"].mean()
    pd.testing.assert_series_equal(own.sort_index(), ceiling.sort_index(), check_names=False)


def test_the_leaderboard_by_person(run):
    table = rank_by_person(score_by_person(run, ["nss"]))
    rows = table[table["attribute"] == "light"].set_index(["model", "method"])
    assert rows["people"].unique() == [4]
    assert list(rows["value"]) == sorted(rows["value"], reverse=True)
    assert rows["p"].notna().sum() == 2  # cam and activation energy
    assert rows.loc[(score.FLOOR, "centre"), "over_centre"] == 0
    each = score_by_person(run, ["nss"])
    each = each[each["attribute"].isin(["", "light"])]
    wide = each.pivot_table(index="image", columns=["model", "method", "annotator"], values="value")
    difference = wide["tiny_net"]["cam"] - wide[score.FLOOR]["centre"]
    assert rows.loc[("tiny_net", "cam"), "over_centre"] == pytest.approx(difference.to_numpy().mean())


def test_activation_energy_is_a_floor_without_being_asked_for(plugged, watched, tmp_path):
    asked = xa.Experiment("fixations", str(watched), ("tiny_net",), ("cam",), ("light", "vivid_color"), None, batch=4)
    done = xa.compare(asked, tmp_path / "cam", draw=False).run
    table = score_run(done, ["nss"])
    assert set(table["method"]) == {"cam", "activation_energy", *_floors.FLOORS, _floors.EACH_AGAINST_OTHERS}
    energy = table[table["method"] == "activation_energy"].pivot_table(index="image", columns="attribute", values="value")
    assert (energy["light"] == energy["vivid_color"]).all()
    assert measure_specificity(done)["with_energy"].notna().all()
