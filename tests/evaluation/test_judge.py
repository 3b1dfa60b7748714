"""Every summary is computed once, from what the run holds, and every reader shows the same numbers."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from support.hand_run import hand_run
from support.maps import write_maps
from xaesthetic_reports._payload import payload

from xaesthetic import measuring
from xaesthetic.core.errors import PluginError
from xaesthetic.evaluation import judge as judging
from xaesthetic.evaluation.judge import SUMMARIES, judge, summarise
from xaesthetic.evaluation.leaderboard import LEADERBOARD
from xaesthetic.reporting import draw_reports
from xaesthetic.run import schemas

MEASURED = {"leaderboard", "ranks", "agreement", "completeness", "specificity", "stability", "stability_by_photograph"}
MEASURED |= {"findings", "opening"}
"""What a run with fixations gives without options and without models."""


@pytest.fixture
def run(tmp_path):
    return hand_run(tmp_path / "run", 6)


@pytest.fixture
def computed(monkeypatch):
    """The names of the summaries that are computed from now on."""
    names = []

    def counted(summary):
        def compute(run):
            names.append(summary.table.name.removeprefix("summaries/"))
            return summary.compute(run)

        return replace(summary, compute=compute)

    monkeypatch.setattr(judging, "SUMMARIES", tuple(map(counted, SUMMARIES)))
    return names


def double(run, model="two", method="cam"):
    """Make other maps in the place of a model's, of the same shape."""
    maps = run.maps(model, method)
    values = 2 * np.stack([maps.of(image) for image in maps.images])
    write_maps(run, model, method, list(maps.images), list(maps.attributes), values)


def test_what_is_there_is_not_computed_again(run, computed):
    first = judge(run, ["nss", "cc"]).tables
    assert computed == []  # the run was judged when it was made
    assert set(first) == MEASURED
    for name in MEASURED:
        (run.root / "summaries" / f"{name}.parquet").unlink()
    again = judge(run, ["nss", "cc"]).tables
    assert set(computed) == MEASURED
    assert len(computed) == len(MEASURED)
    for name, table in again.items():
        pd.testing.assert_frame_equal(table, first[name])


def test_what_was_made_from_a_table_that_changed_is_computed_anew(run, computed):
    before = judge(run, ["nss"]).tables["leaderboard"].set_index(["model", "method", "attribute"])["value"]
    scores = run.read(schemas.SCORES)
    run.write(schemas.SCORES, scores.assign(value=scores["value"] + 1))
    after = judge(run, ["nss"]).tables["leaderboard"].set_index(["model", "method", "attribute"])["value"]
    assert sorted(computed) == ["findings", "leaderboard", "opening", "ranks"]
    pd.testing.assert_series_equal(after, before + 1)


def test_what_was_made_from_maps_that_changed_is_computed_anew(run, computed):
    double(run)
    summarise(run)
    assert set(computed) == {"completeness", "specificity", "stability", "stability_by_photograph", "findings", "opening"}


def test_a_summary_goes_with_the_table_it_was_made_from(run):
    run.discard(schemas.SCORES)
    judgement = summarise(run)
    assert not run.has(LEADERBOARD)
    assert judgement.missing["leaderboard"] == f"xaesthetic score {run.root}"
    assert judgement.warnings == ()


def test_a_damaged_summary_is_made_again(run):
    whole = run.read(LEADERBOARD)
    (run.root / "summaries" / "leaderboard.parquet").write_bytes(b"PAR1")
    pd.testing.assert_frame_equal(summarise(run).tables["leaderboard"], whole)


def test_what_is_missing_names_its_command(run):
    options = {
        "leaderboard_by_person": "--by-person",
        "edit_response": "--edits",
        "edit_moves": "--edits",
        "edit_verdicts": "--edits",
        "faithfulness": "--faithfulness",
        "baselines": "--faithfulness",
        "randomisation": "--randomise",
    }
    assert judge(run, ["nss"]).missing == {name: f"xaesthetic score {run.root} {one}" for name, one in options.items()}


def test_each_person_alone_where_it_is_wanted(run):
    assert "leaderboard_by_person" in judge(run, ["nss"], by_person=True).tables
    assert set(run.read(schemas.SCORES_BY_PERSON)["metric"]) == {"nss"}


def test_only_the_metrics_named_are_given_and_all_are_kept(run):
    judgement = judge(run, ["nss"])
    assert set(judgement.tables["leaderboard"]["metric"]) == set(judgement.tables["ranks"]["metric"]) == {"nss"}
    assert set(run.read(LEADERBOARD)["metric"]) == {"nss", "cc"}


def test_few_photographs_are_warned_of(tmp_path):
    (warning,) = judge(hand_run(tmp_path / "run", 3), ["nss"]).warnings
    assert warning.startswith("With 3 photographs and 4 maps compared no difference")


def test_floors_and_the_ceiling_are_told_by_their_kind(run):
    table = judge(run, ["nss"]).tables["leaderboard"]
    kinds = table.drop_duplicates("model").set_index("model")["kind"].to_dict()
    assert kinds == {"one": "map", "two": "map", "floor": "floor", "ceiling": "ceiling"}
    assert set(table.loc[table["kind"] != "map", "verdict"]) == {""}
    assert table.loc[table["kind"] == "map", "verdict"].str.contains("the centre blob").all()


def test_it_imports_no_torch(run):
    code = f"""
import sys
from dataclasses import replace
from xaesthetic.evaluation.judge import judge
from xaesthetic.run.store import Run
judge(Run.open({str(run.root)!r}), ["nss", "cc"], by_person=True)
sys.exit("torch" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_screen_table_page_and_json_show_the_same_numbers(run, command):
    wanted = run.read(LEADERBOARD).query("metric == 'nss'").set_index(["attribute", "model", "method"])
    (file,) = [file for file in draw_reports(run, ["leaderboard"]) if file.name == "leaderboard.csv"]
    _, out, _ = command("score", run.root, "--metric", "nss", "--json")
    told = {
        "csv": pd.read_csv(file, keep_default_na=False, na_values={"value": "", "p": ""}),
        "page": pd.DataFrame(payload(run)["leaderboard"]),
        "json": pd.DataFrame(json.loads(out)["leaderboard"]),
    }
    for reader, table in told.items():
        rows = table.query("metric == 'nss'").set_index(["attribute", "model", "method"])
        assert list(rows.index) == list(wanted.index), reader
        np.testing.assert_allclose(rows["value"].astype(float), wanted["value"], rtol=1e-9, err_msg=reader)
        assert list(rows["verdict"]) == list(wanted["verdict"]), reader
    _, out, _ = command("score", run.root, "--metric", "nss")
    assert "nss, light" in out
    shown = re.findall(r"^(one|two|floor|ceiling) (\w+) +(-?\d+\.\d{3}) \[", out, re.MULTILINE)
    assert shown == [(model, method, f"{value:.3f}") for (_, model, method), value in wanted["value"].items()]


def test_a_page_that_is_there_is_said_to_be_older_than_what_was_measured(run, command):
    page = run.report / "report.html"
    page.parent.mkdir(exist_ok=True)
    page.unlink(missing_ok=True)
    assert "draws it anew" not in command("score", run.root, "--metric", "nss")[2]
    page.write_text("older", encoding="utf-8")
    assert f"'xaesthetic report {run.root}' draws it anew" in command("score", run.root, "--metric", "nss")[2]
    assert "draws it anew" not in command("score", run.root, "--metric", "nss", "--quiet")[2]
    assert page.read_text(encoding="utf-8") == "older"


@pytest.mark.parametrize(("metrics", "message"), [("nsss", "Did you mean 'nss'"), (["nss", "ioo"], "Did you mean 'iou'")])
def test_a_metric_that_is_none_is_refused_before_anything_is_measured(run, monkeypatch, metrics, message):
    monkeypatch.setattr(measuring, "measure_all", lambda *_, **__: pytest.fail("it measures"))
    with pytest.raises(PluginError, match=message):
        measuring.judge(run, metrics, measurements=["faithfulness"])
