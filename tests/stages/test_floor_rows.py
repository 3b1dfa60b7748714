"""What asks no output has one row in every table of checks, and never an attribute's."""

import numpy as np
import pandas as pd
import pytest
from support.comparing import compare, experiment, photos  # noqa: F401
from support.plugin_package import plugged  # noqa: F401

import xaesthetic as xa
from xaesthetic.cli.judgement import _SHOWN
from xaesthetic.core.types import Record
from xaesthetic.data import records
from xaesthetic.data.photograph import load_photograph
from xaesthetic.evaluation.summaries import summarise_edits, summarise_faithfulness
from xaesthetic.metrics._floors import CENTRE_ORDER, RANDOM_ORDER
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import EDITS, FAITHFULNESS
from xaesthetic.stages import faithfulness

pytestmark = pytest.mark.torch
FLOORS = ("activation_energy", "eigen_cam")


def test_edits_by_hand():
    rows = [
        ("a", "drain", "", "m", "eigen_cam", 0.3, np.nan, 0.6, 0.5),
        ("a", "underexpose", "", "m", "eigen_cam", 0.3, np.nan, 0.8, 0.7),
        ("b", "drain", "", "m", "eigen_cam", 0.5, np.nan, 0.9, 0.3),
        ("a", "drain", "vivid_color", "m", "cam", 0.3, 1.0, 0.6, 0.5),
    ]
    asked, floor = summarise_edits(pd.DataFrame(rows, columns=list(EDITS.names))).to_dict("records")
    assert (asked["edit"], asked["right"], asked["method"]) == ("drain", 1.0, "cam")
    assert (floor["edit"], floor["attribute"], floor["photographs"], floor["method"]) == ("", "", 2, "eigen_cam")
    assert np.isnan([floor["right"], floor["right_low"], floor["right_high"]]).all()
    assert (floor["auc"], floor["energy"], floor["area"]) == pytest.approx((0.8, 0.45, 0.4))


def test_faithfulness_by_hand():
    """A floor is held against the mean of the orders over outputs, on the same photographs."""
    rows = []
    for image, base in (("a", 1.0), ("b", 2.0), ("c", 4.0)):
        for name, more in (("light", 0.0), ("content", 10.0)):
            rows.append((image, "m", RANDOM_ORDER, name, "blur", base + more, base + more, np.nan))
            rows.append((image, "m", CENTRE_ORDER, name, "blur", base + more - 0.1, base + more + 0.1, np.nan))
        rows.append((image, "m", "eigen_cam", "", "blur", base + 5 - 0.5, base + 5 + 0.3, 0.2))
    table = summarise_faithfulness(pd.DataFrame(rows, columns=list(FAITHFULNESS.names)))
    (row,) = table.to_dict("records")
    assert (row["method"], row["attribute"], row["photographs"]) == ("eigen_cam", "", 3)
    assert (row["deletion"], row["insertion"]) == (pytest.approx(0.5), pytest.approx(0.3))
    assert row["over_centre"] == pytest.approx((0.4 + 0.2) / 2)
    assert row["sensitivity"] == pytest.approx(0.2)


@pytest.fixture
def run(plugged, photos, compare, monkeypatch):
    """Two photographs with a subject, rated for two attributes, explained by a map and two floors."""
    files = sorted(photos.glob("*.png"))[:2]
    found = [
        Record(file.stem, file, original=file.stem, subject=(((5.0, 5.0), (30.0, 5.0), (30.0, 25.0), (5.0, 25.0)),))
        for file in files
    ]
    monkeypatch.setattr(records, "_load", lambda data, root: iter(found))
    return compare(attributes=("light", "vivid_color"), methods=("cam", *FLOORS)).run


def floors_of(table):
    return table[table["method"].isin(FLOORS)]


@pytest.mark.slow
def test_every_table_has_one_row_a_floor(run, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "200")
    passes = []
    curves = faithfulness.curves
    monkeypatch.setattr(faithfulness, "curves", lambda *given: passes.append(1) or curves(*given))
    tables = {name: xa.measure(run, name) for name in ("edits", "faithfulness", "randomisation")}
    assert len(passes) == 2 * 2 * (2 + 2 + 2)  # photographs, fills; two plain orders, a map of each output, two floors
    for name, table in tables.items():
        assert set(floors_of(table)["attribute"]) == {""}, name
        assert set(table[table["method"] == "cam"]["attribute"]) == {"light", "vivid_color"}, name
        keys = [column for column in ("image", "method", "edit", "fill", "shuffled") if column in table]
        assert not floors_of(table).duplicated(keys).any(), name
    summaries = xa.judge(run).tables
    assert floors_of(summaries["edit_response"])["method"].tolist() == list(FLOORS)
    assert floors_of(summaries["faithfulness"]).groupby("fill").size().tolist() == [2, 2]
    assert not floors_of(summaries["randomisation"]).duplicated(["method", "shuffled"]).any()
    for name in ("edit_response", "faithfulness"):
        _SHOWN[name](summaries[name])
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count("all edits (asks no attribute)") == 2
    assert "tiny_net eigen_cam, all (asks no attribute)" in shown
    draw_reports(run, ["edits", "faithfulness"])
    assert "All: maps that ask no output have one row" in (run.report / "faithfulness_tiny_net.txt").read_text()


def test_a_floors_curve_is_the_mean_over_outputs(run, monkeypatch):
    table = xa.measure(run, "faithfulness")
    facts = faithfulness.method_facts
    monkeypatch.setattr(faithfulness, "method_facts", lambda name: facts("cam") if name == "eigen_cam" else facts(name))
    again = xa.load_model("tiny_net", ["light", "vivid_color"])
    rows = list(
        faithfulness._rows(
            load_photograph(run.records()[0]), "tiny_net", faithfulness.open_session(again, run.experiment), run
        )
    )
    by_output = [row for row in rows if row[1] == "eigen_cam" and row[3] == table["fill"].iloc[0]]
    first = run.records()[0].id
    floor = table[(table["image"] == first) & (table["method"] == "eigen_cam") & (table["fill"] == by_output[0][3])]
    assert [row[2] for row in by_output] == ["light", "vivid_color"]
    assert float(floor["deletion"].iloc[0]) == pytest.approx(np.mean([row[4] for row in by_output]), rel=1e-5)
