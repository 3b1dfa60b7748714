"""Signed marks: what raises and what lowers are held against the two parts of a map, and both against all of it."""

import numpy as np
import pandas as pd
import pytest
from support.masks import png
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401

from xaesthetic.core.errors import DataError, PluginError
from xaesthetic.core.types import HumanMap
from xaesthetic.data import images
from xaesthetic.evaluation.agreement import measure_agreement
from xaesthetic.evaluation.judge import judge
from xaesthetic.evaluation.leaderboard import leading_metrics
from xaesthetic.evaluation.score import expand_metrics, fitting_metrics, map_part, score_by_person, score_run
from xaesthetic.metrics.cc import cc
from xaesthetic.metrics.iou import iou
from xaesthetic.metrics.signed_cc import signed_cc
from xaesthetic.run.schemas import ANNOTATIONS, SCORES

pytestmark = pytest.mark.torch
NOTHING = np.zeros(0)


def row(image, who, sign, region=b"", extent="", reason=""):
    return {"image": image, "annotator": who, "attribute": "light", "x": NOTHING, "y": NOTHING, "outside": 0} | {
        "region": region, "reason": reason, "sign": sign, "extent": extent
    }  # fmt: skip


@pytest.fixture
def signed(run):
    """Two people: anna marked the left as raising and the top as lowering; ben said nowhere, and marked the top."""
    run.discard(SCORES)
    rows = []
    for image, (height, width) in run.sizes().items():
        left = np.zeros((height, width), bool)
        left[:, : width // 3] = True
        top = np.zeros((height, width), bool)
        top[: height // 4] = True
        rows += [row(image, "anna", "raises", png(left)), row(image, "anna", "lowers", png(top))]
        rows += [row(image, "ben", "raises", extent="nowhere"), row(image, "ben", "lowers", png(top))]
    run.write(ANNOTATIONS, pd.DataFrame(rows))
    return run


def expected(run, image):
    """The map in pixels, and the shares of people who marked either side."""
    height, width = run.sizes()[image]
    stack = run.maps("tiny_net", "cam")
    saliency = images.to_pixels(stack.of(image)[stack.attributes.index("light")], (height, width)).astype(np.float64)
    raises, lowers = np.zeros((height, width)), np.zeros((height, width))
    raises[:, : width // 3] = 0.5
    lowers[: height // 4] = 1.0
    return saliency, raises, lowers


def test_each_side_is_held_against_its_part_of_the_map(signed):
    scores = score_run(signed, ["cc", "signed_cc"]).set_index(["image", "method", "attribute", "metric"])["value"]
    for image in signed.sizes():
        saliency, raises, lowers = expected(signed, image)
        of = {
            "cc@raises": cc(np.maximum(saliency, 0), HumanMap(raises)),
            "cc@lowers": cc(np.maximum(-saliency, 0), HumanMap(lowers)),
            "signed_cc": np.corrcoef(saliency.ravel(), (raises - lowers).ravel())[0, 1],
        }
        for metric, value in of.items():
            assert scores[(image, "cam", "light", metric)] == pytest.approx(value, abs=1e-9, nan_ok=True)


def test_no_majority_means_no_region(signed):
    """Half of two people is not more than half: nothing raises by majority, so what needs a mask is nan there."""
    scores = score_run(signed, ["iou"]).set_index(["method", "attribute", "metric"])["value"]
    assert scores[("cam", "light", "iou@raises")].isna().all()
    assert scores[("centre", "light", "iou@lowers")].notna().all()


def test_metrics_come_by_side(signed):
    fitting = fitting_metrics(signed)
    assert {"cc@raises", "cc@lowers", "iou@raises", "signed_cc"} <= {*fitting}
    assert not {"cc", "nss@raises", "signed_cc@raises"} & {*fitting}
    assert expand_metrics(signed, ["cc", "iou@lowers", "signed_cc"]) == ("cc@raises", "cc@lowers", "iou@lowers", "signed_cc")
    with pytest.raises(PluginError, match="no side 'left'"):
        score_run(signed, ["cc@left"])


def test_the_leaderboard_keeps_sides_apart_and_leads_with_both(signed):
    table = judge(signed, ["cc", "signed_cc"]).tables["leaderboard"]
    assert leading_metrics(table) == ["signed_cc", "cc@raises", "cc@lowers"]
    ceiling = table[(table["model"] == "ceiling") & (table["metric"] == "cc@lowers")]
    assert ceiling["value"].tolist() == [pytest.approx(1)]  # both marked the same


def test_by_person(signed):
    scores = score_by_person(signed, ["cc"])
    known = scores[(scores["method"] == "each_against_others") & (scores["metric"] == "cc@lowers")]
    assert known["value"].tolist() == pytest.approx([1.0] * len(known))
    nowhere = scores[(scores["annotator"] == "ben") & (scores["metric"] == "cc@raises")]
    assert len(nowhere)
    assert nowhere["value"].isna().all()


def test_agreement_keeps_sides_apart(signed):
    table = measure_agreement(signed)
    assert set(table["sign"]) == {"lowers"}  # one region alone agrees with nobody
    assert table["dice"].tolist() == pytest.approx([1.0] * len(table))


def test_marks_without_signs_have_no_sides(run):
    assert expand_metrics(run, ["nss"]) == ("nss",)
    assert "signed_cc" not in fitting_metrics(run)
    with pytest.raises(DataError, match="signed_cc needs people's signed"):
        judge(run, ["signed_cc"])


def test_parts_of_a_map():
    saliency = np.array([[2.0, -3.0]])
    assert map_part(saliency, "raises").tolist() == [[2, 0]]
    assert map_part(saliency, "lowers").tolist() == [[0, 3]]
    assert map_part(saliency, "signed").tolist() == map_part(saliency, "").tolist() == [[2, -3]]


def test_signed_correlation_by_hand():
    marks = np.array([[1.0, 0.0], [0.0, -1.0]])
    assert signed_cc(marks * 3 + 7, HumanMap(np.zeros((2, 2)), signed=marks)) == pytest.approx(1)
    assert signed_cc(-marks, HumanMap(np.zeros((2, 2)), signed=marks)) == pytest.approx(-1)
    assert np.isnan(signed_cc(marks, HumanMap(marks)))
    assert np.isnan(iou(marks, HumanMap(marks, signed=marks)))
