"""One plain sentence a map: made of what was measured, what failed first, nothing that was not measured."""

import numpy as np
import pandas as pd
import pytest
from support.hand_run import hand_run

from xaesthetic.core.attributes import Attribute
from xaesthetic.core.statistics import exact_share
from xaesthetic.evaluation import edited_versions
from xaesthetic.evaluation.edit_controls import EDIT_VERDICTS
from xaesthetic.evaluation.edited_versions import Versions, measure_versions, versions_of
from xaesthetic.evaluation.finding_parts import (
    FITTED,
    people_part,
    response_parts,
    specificity_parts,
    stability_parts,
    trained_words,
    verdict_parts,
    versions_part,
)
from xaesthetic.evaluation.findings import FINDINGS, MADE_FROM, find_findings
from xaesthetic.evaluation.judge import judge, summarise
from xaesthetic.evaluation.leaderboard import LEADERBOARD
from xaesthetic.evaluation.opening import OPENING
from xaesthetic.evaluation.specificity import SPECIFICITY
from xaesthetic.evaluation.stability import STABILITY
from xaesthetic.evaluation.summaries import EDIT_RESPONSE
from xaesthetic.run.schemas import RECORDS

NAN = float("nan")


def rows(table, **values):
    """One row of a table; what is not named is empty or nan."""
    blank = {"text": "", "int": 0, "float": NAN, "bool": False}
    return pd.DataFrame([{column.name: blank[column.dtype] for column in table.columns} | values])


def test_shares_are_exact():
    assert exact_share(5, 5) == pytest.approx((1.0, 0.4782, 1.0), abs=1e-4)
    assert exact_share(0, 5) == pytest.approx((0.0, 0.0, 0.5218), abs=1e-4)
    assert exact_share(3, 10) == pytest.approx((0.3, 0.0667, 0.6525), abs=1e-4)  # scipy's binomtest, method exact
    assert np.isnan(exact_share(0, 0)).all()


# -- the parts ---------------------------------------------------------------------------------------------------------


def test_the_edited_version_that_is_the_highest():
    part = versions_part(Versions("blur_background", 1, 5, 5, 5, 10, True), FITTED)
    assert part.text == (
        "highest on the blurred background of 10 versions in 5 of 5 photographs (95 %: 48 to 100 %), "
        "an edit it was trained on"
    )
    assert not part.fails


def test_a_rating_that_moves_without_being_the_foremost():
    part = versions_part(Versions("drain", -1, 6, 3, 4, 9, True), "")
    assert part.text == "the rating falls with the drained colours in 4 of 6 photographs (95 %: 22 to 96 %)"


@pytest.mark.parametrize(("same", "trained", "fails"), [(True, "", True), (False, FITTED, True), (False, "", False)])
def test_a_rating_that_follows_no_edit(same, trained, fails):
    part = versions_part(Versions("drain", -1, 6, 0, 3, 9, same), trained)
    assert part.fails is fails
    assert part.checks is fails  # an edit of another attribute, which it was not trained on, is no check
    assert ("does not follow" in part.text) is fails


def test_who_was_trained_on_an_edit():
    fitted = frozenset({"dof: blur_background", "light: drain"})
    assert trained_words("blur_background", "dof", fitted, "") == "an edit it was trained on"
    assert trained_words("drain", "dof", fitted, "") == "an edit it was not trained on"
    assert trained_words("drain", "dof", frozenset(), "trained on edits, not on ratings") == "a model trained on edits"
    assert trained_words("drain", "dof", frozenset(), "trained on people's ratings") == ""


def test_a_rating_that_does_not_clearly_follow_is_a_failure_and_controls_are_named():
    unclear = rows(EDIT_VERDICTS, edit="drain", photographs=6, right=4 / 6, right_low=0.3)
    (part,) = verdict_parts(unclear, {"drain": ""}, shares=True)
    assert part.fails
    assert "moves the right way with the drained colours in 4 of 6 photographs (95 %: 22 to 96 %)" in part.text
    clear = rows(EDIT_VERDICTS, edit="drain", photographs=6, right=1.0, right_low=0.6, as_much="blur_all, grey")
    parts = list(verdict_parts(clear, {"drain": ""}, shares=False))
    assert [part.text for part in parts] == [
        "the rating moves as much with what is not about the attribute (blur all, grey)"
    ]


@pytest.mark.parametrize(
    ("auc", "low", "text", "fails"),
    [
        (0.84, 0.78, f"the map changes where the picture was changed (AUC 0.84, 95 %: 0.78 to 0.90; {FITTED})", False),
        (0.60, 0.40, "the map does not clearly change more where", False),
        (0.46, 0.30, "the map does not change where the picture was changed", True),
    ],
)  # fmt: skip
def test_where_a_map_changes(auc, low, text, fails):
    measured = rows(EDIT_RESPONSE, edit="drain", auc=auc, auc_low=low, auc_high=0.9)
    (part,) = response_parts(measured, {"drain": FITTED})
    assert part.text.startswith(text)
    assert part.fails is fails


def test_what_was_not_measured_is_not_said():
    assert not list(response_parts(rows(EDIT_RESPONSE, edit="drain"), {"drain": ""}))
    assert not list(specificity_parts(rows(SPECIFICITY)))
    assert not list(stability_parts(rows(STABILITY)))
    assert people_part(rows(LEADERBOARD, metric="nss"))[0] is None
    (part,) = response_parts(rows(EDIT_RESPONSE, edit="drain", auc=0.8), {"drain": ""})
    assert part.text.endswith("(AUC 0.80)")  # no interval where there are too few photographs for one


def test_maps_like_others_and_refits_that_disagree_are_failures():
    (part,) = specificity_parts(rows(SPECIFICITY, between=0.93, low=0.9, high=0.95, warns=True))
    assert part.fails
    assert part.text == "the map looks like the other attributes' maps (r = 0.93, 95 %: 0.90 to 0.95)"
    apart, energy = specificity_parts(rows(SPECIFICITY, between=0.2, null=0.8, with_energy=0.97))
    assert apart.text == "the map differs from the other attributes' maps (r = 0.20; 0.80 with permuted ratings)"
    assert "much like the activation energy" in energy.text
    (part,) = stability_parts(rows(STABILITY, against="refits", split_half=0.42))
    assert part.fails
    assert part.text == "refits disagree about the map (r = 0.42)"
    (part,) = stability_parts(rows(STABILITY, against="refits", split_half=0.71, determined=True))
    assert part.text == "refits give much the same map (r = 0.71)"


def test_people_by_the_first_of_the_leading_metrics():
    known = {"over_centre": 0.3, "over_centre_low": 0.1, "over_centre_high": 0.5, "normalised": 0.7}
    table = pd.concat(
        [
            rows(LEADERBOARD, metric="kl", verdict="worse than the centre blob", **known),
            rows(LEADERBOARD, metric="nss", verdict="beats the centre blob", **known),
        ]
    )
    part, score = people_part(table)
    assert part.text == "agrees with people more than a blob in the middle does (nss, difference +0.30, 95 %: 0.10 to 0.50)"
    assert score == 0.7
    assert not part.checks  # people's fixations are no check of what a model computes


# -- versions of photographs -------------------------------------------------------------------------------------------


def versions(model, **ratings):
    """Ratings of one photograph: by the edit's name, itself under `none`."""
    return [
        {"image": f"p~{edit}", "original": "p", "edit": edit.replace("none", ""), "amount": 1.0, "model": model}
        | {"attribute": "vivid_color", "prediction": value}
        for edit, value in ratings.items()
    ]


def test_versions_of_one_photograph():
    table = pd.DataFrame(versions("net", none=0.5, saturate=0.9, drain=0.1, blur_background=0.6))
    found = {item.edit: item for item in measure_versions(table, "net", Attribute("vivid_color"))}
    assert found == {
        "drain": Versions("drain", -1, 1, 1, 1, 4, True),
        "saturate": Versions("saturate", 1, 1, 1, 1, 4, True),
    }
    table = pd.DataFrame(versions("net", none=0.5, saturate=0.9, drain=0.6, blur_background=0.95))
    found = {item.edit: item for item in measure_versions(table, "net", Attribute("vivid_color"))}
    assert (found["saturate"].foremost, found["saturate"].right) == (0, 1)
    assert (found["drain"].foremost, found["drain"].right) == (0, 0)
    assert not list(measure_versions(table, "other", Attribute("vivid_color")))


def test_edits_to_the_same_end_do_not_stand_in_each_others_way():
    table = pd.DataFrame(versions("net", none=0.5, underexpose=0.1, overexpose=0.2)).assign(attribute="light")
    found = {item.edit: item for item in measure_versions(table, "net", Attribute("light"))}
    assert [found[name].foremost for name in ("underexpose", "overexpose")] == [1, 1]
    assert found["overexpose"].versions == 2


def test_a_run_without_edits_has_no_versions_and_one_of_many_photographs_is_not_looked_through(tmp_path, monkeypatch):
    run = hand_run(tmp_path / "run", 3, scored=False)
    assert not len(versions_of(run))
    records = run.read(RECORDS)
    run.write(RECORDS, records.assign(original="p", edit=["", "drain", ""], amount=[NAN, 1.0, NAN]))
    assert len(versions_of(run))
    monkeypatch.setattr(edited_versions, "_MOST", 2)
    assert not len(versions_of(run))


# -- the whole ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def run(tmp_path):
    return hand_run(tmp_path / "run", 6)


def test_a_sentence_for_every_map_that_asks_an_attribute(run):
    table = judge(run, ["nss", "cc"]).tables["findings"]
    assert [tuple(row) for row in table[["model", "method", "attribute"]].to_numpy()] == [
        ("one", "cam", "light"), ("one", "cam", "vivid_color"), ("two", "cam", "light"),
    ]  # fmt: skip
    known = table.set_index(["model", "method", "attribute"])
    assert known.loc[("one", "cam", "light"), "sentence"].startswith("The map differs from the other attributes' maps (r = ")
    assert known.loc[("one", "cam", "light"), "holds"]
    unchecked = known.loc[("two", "cam", "light")]
    assert unchecked["sentence"].startswith("Nothing was measured of this map that it could have failed")
    assert not unchecked["holds"]
    assert "nan" not in " ".join(table["sentence"])


def test_what_failed_is_the_sentence(run):
    table = run.read(SPECIFICITY)
    run.write(SPECIFICITY, table.assign(between=0.95, low=NAN, high=NAN, warns=True))
    row = find_findings(run).iloc[0]
    assert row["sentence"] == "Not to be relied on: the map looks like the other attributes' maps (r = 0.95)."
    assert row["besides"].startswith("Against people it is not told from a blob in the middle (")
    assert (row["checks"], row["failed"], row["holds"]) == (1, 1, False)
    assert row["tables"] == "summaries/specificity, summaries/leaderboard"


def test_findings_are_made_anew_where_what_they_read_changed(run):
    before = run.read(FINDINGS)
    judge(run, ["nss", "cc", "sim"])
    assert run.has(OPENING)
    run.discard(FINDINGS)
    summarise(run)
    pd.testing.assert_frame_equal(run.read(FINDINGS), before)


def test_a_table_that_is_not_there_leaves_its_part_out(run):
    for table in MADE_FROM:
        if run.has(table):
            run.discard(table)
    assert set(find_findings(run)["sentence"]) == {"Nothing was measured of this map that it could have failed."}


def test_versions_stand_in_the_sentence(run):
    records = run.read(RECORDS)
    records["original"] = ["p", "p", "p", "q", "q", "q"]
    records["edit"], records["amount"] = ["", "saturate", "drain"] * 2, [NAN, 1.0, 1.0] * 2
    run.write(RECORDS, records)
    row = find_findings(run).iloc[1]
    assert row["attribute"] == "vivid_color"
    assert (
        "the rating does not follow the edit: with the drained colours it falls in only 0 of 2 photographs"
        in row["sentence"]
    )
    assert "Highest on the" not in row["besides"]
    assert row["follows"] == 0.5
