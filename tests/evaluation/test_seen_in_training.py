"""No photograph is judged by a head that saw it: tables leave it out and say so, figures mark it."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from support.hand_run import hand_run
from xaesthetic_reports._payload import payload

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import replace_summed
from xaesthetic.core.seen import pack
from xaesthetic.evaluation.judge import judge, summarise
from xaesthetic.reporting import draw_reports
from xaesthetic.run import schemas
from xaesthetic.run.rows import record_row
from xaesthetic.run.seen import seen_caption, seen_notes, seen_photographs, without_seen
from xaesthetic.run.store import Run

ORDERS = ("cam", "random_order", "centre_order")


def having_seen(run, **seen):
    """Let models of a run say that they were trained on some of its photographs."""
    records = run.read(schemas.RECORDS).set_index("id")["sha256"]
    document = json.loads((run.root / "experiment.json").read_text())
    for model, images in seen.items():
        document["answered_by"]["models"][model]["seen"] = pack(records[list(images)])
    replace_summed(run.root / "experiment.json", lambda file: file.write_text(json.dumps(document)))
    return Run.open(run.root)


@pytest.fixture
def run(tmp_path):
    return having_seen(hand_run(tmp_path / "run", 6, scored=False), one=["p000", "p003"])


def test_who_saw_what(run):
    assert seen_photographs(run) == {"one": {"p000", "p003"}}
    assert seen_notes(run) == ("left out of the tables: 2 photographs (2 seen in training by one).",)
    assert seen_caption(run, frozenset({"p001", "p003"})) == ["Seen in training by one: p003."]
    assert seen_caption(run, frozenset({"p001"})) == []


def test_tables_leave_them_out_for_every_model(run):
    judgement = judge(run, ["nss"])
    assert set(judgement.tables["leaderboard"]["photographs"]) == {4}
    scores = run.read(schemas.SCORES)
    assert scores["image"].nunique() == 6  # what was measured stays
    rows = scores[(scores["model"] == "two") & (scores["method"] == "cam") & (scores["metric"] == "nss")]
    kept = rows[~rows["image"].isin(["p000", "p003"])]["value"].mean()
    table = judgement.tables["leaderboard"]
    shown = table[(table["model"] == "two") & (table["method"] == "cam")]["value"].item()
    assert shown == pytest.approx(kept)
    assert judgement.warnings[-1] == "left out of the tables: 2 photographs (2 seen in training by one)."


def test_a_model_that_saw_all_is_not_judged(tmp_path):
    images = [f"p{number:03}" for number in range(6)]
    run = having_seen(hand_run(tmp_path / "run", 6, scored=False), two=images)
    judgement = judge(run)
    assert len(judgement.tables["leaderboard"]) == 0
    assert len(judgement.tables["ranks"]) == 0
    assert "6 seen in training by two" in judgement.warnings[-1]
    with pytest.raises(DataError, match="two saw all of the photographs in training; test on others"):
        without_seen([run.read(schemas.PREDICTIONS)], seen_photographs(run), "here")


def test_figures_and_pages_mark_them(run):
    draw_reports(run, ["attribute_grid", "table_1"])
    captions = [file.read_text() for file in run.report.glob("attribute_grid*.txt")]
    assert captions
    assert all("Seen in training by one: " in caption for caption in captions)
    assert "left out of the tables: 2 photographs" in (run.report / "table_1.html").read_text()
    table = pd.read_csv(run.report / "table_1.csv")
    assert set(table["n"]) == {4, 0} - ({0} if (table["n"] > 0).all() else set())
    assert {item["id"]: item["seen"] for item in payload(run)["photographs"]}["p003"] == ["one"]


def test_faithfulness_leaves_them_out_and_its_caption_says_so(run):
    rows = [(f"p{n:03}", "one", order, "light", "blur", 0.1 * n, 0.2, 0.3) for n in range(6) for order in ORDERS]
    run.write(schemas.FAITHFULNESS, pd.DataFrame(rows, columns=list(schemas.FAITHFULNESS.names)))
    assert set(summarise(run).tables["faithfulness"]["photographs"]) == {4}
    written = draw_reports(run, ["faithfulness"])
    assert "left out of the tables: 2 photographs" in next(f for f in written if f.suffix == ".txt").read_text()


def test_figures_of_specificity_and_of_a_models_ratings_mark_them(run):
    summarise(run)
    (line,) = [text for text in captions(run, "specificity").splitlines() if "Seen in training" in text]
    assert line == "Seen in training by one: p000, p003."
    assert "Seen in training" not in captions(run, "samples")  # people's ratings: no model has a part in it
    by_models = [replace(record, ratings={}) for record in run.records()]
    table = run.read(schemas.RECORDS)
    stripped = pd.DataFrame([record_row(record) for record in by_models])
    run.write(schemas.RECORDS, table.assign(ratings=stripped["ratings"]))
    assert "Seen in training by one: " in captions(run, "samples")


def captions(run, report):
    return "".join(file.read_text() for file in draw_reports(run, [report]) if file.suffix == ".txt")


def test_without_lists_nothing_changes(tmp_path):
    run = hand_run(tmp_path / "run", 6)
    assert seen_photographs(run) == {}
    assert seen_notes(run) == ()
    assert set(judge(run, ["nss"]).tables["leaderboard"]["photographs"]) == {6}
