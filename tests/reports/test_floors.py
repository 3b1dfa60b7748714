"""What asks no attribute is drawn once and never under one."""

import json

import pytest
from support.comparing import compare, experiment, photos  # noqa: F401
from support.plugin_package import plugged  # noqa: F401
from xaesthetic_reports._payload import payload

from xaesthetic.evaluation.specificity import SPECIFICITY
from xaesthetic.figures import grid
from xaesthetic.reporting import draw_reports

pytestmark = pytest.mark.torch


def headings(monkeypatch):
    """The rows' names of every grid that is drawn, by its title."""
    drawn, draw = {}, grid.photo_grid

    def photo_grid(rows, page, columns=2):
        drawn[page.title] = [row.label for row in rows]
        return draw(rows, page, columns)

    monkeypatch.setattr(grid, "photo_grid", photo_grid)
    return drawn


def test_floors_have_a_figure_of_their_own(plugged, compare, monkeypatch):
    drawn = headings(monkeypatch)
    methods = ("cam", "activation_energy", "eigen_cam")
    run = compare(attributes=("light", "vivid_color"), methods=methods).run
    written = draw_reports(run, ["attribute_grid", "floors"])
    assert drawn == {
        "Light": ["photograph", "tiny_net\nCAM"],
        "Vivid Color": ["photograph", "tiny_net\nCAM"],
        "No attribute asked": ["photograph", "tiny_net\nactivation energy", "tiny_net\nEigen-CAM"],
    }
    assert {"floors.png", "floors.pdf", "floors.csv", "floors.txt"} <= {file.name for file in written}
    stack = run.maps("tiny_net", "eigen_cam")
    assert (stack.asks_output, run.maps("tiny_net", "cam").asks_output) == (False, True)
    assert json.loads((stack.folder / "zarr.json").read_text())["attributes"]["asks_output"] is False

    page = payload(run)
    assert [item["name"] for item in page["attributes"]] == ["light", "vivid_color", ""]
    strips = {column["method"]: list(column["strips"]) for column in page["columns"]}
    assert strips == {"cam": ["light", "vivid_color"], "activation_energy": [""], "eigen_cam": [""]}


def test_no_floors_no_figure(plugged, compare):
    run = compare(methods=("cam",)).run
    assert draw_reports(run, ["floors"]) == []
    assert "" not in [item["name"] for item in payload(run)["attributes"]]


def test_a_floor_is_called_one_whatever_its_name(plugged, compare):
    run = compare(attributes=("light", "vivid_color"), methods=("cam", "eigen_cam"), draw=True, reports=("predictions",)).run
    table = run.read(SPECIFICITY).set_index("method")
    assert table.loc["eigen_cam", "verdict"] == "asks no head: the floor"
    assert not table.loc["eigen_cam", "warns"]
