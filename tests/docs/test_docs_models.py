"""The numbers on the page of models are those of the manifests beside the weights."""

import json
import re

import pytest
from support.places import ROOT

PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
WEIGHTS = ROOT / "baselines" / "xaesthetic_baselines" / "weights"


def manifest(model):
    return json.loads((WEIGHTS / f"{model}.json").read_text(encoding="utf-8"))["result"]


def rows(head):
    """The cells of the table whose first line begins so, by their first, and the models of its columns."""
    lines = PAGE.split(f"| {head} |")[1].split("\n\n")[0].splitlines()
    body = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines[2:]]
    return re.findall(r"`(\w+)`", lines[0]), {name: cells for name, *cells in body}


def test_spearmans_rho_with_people():
    models, table = rows("held out")
    assert models == ["multigap_lite0", "multigap_lite0_ratings", "lite0_ft"]
    assert len(table) == 8
    for column, model in enumerate(models):
        result = manifest(model)["test"]
        for name, cells in table.items():
            attribute = name.split(" (")[0].replace(" ", "_")
            wanted = (result["spearman"][attribute], *result["interval"][attribute])
            assert [float(value) for value in re.findall(r"\.\d+", cells[column])] == [round(value, 3) for value in wanted]


@pytest.mark.parametrize("column", [0, 1])
def test_edits_in_order(column):
    models, table = rows("in order, held out")
    result = manifest(models[column])["neighbouring_pairs_in_order"]
    assert {name.replace(" ", "_").replace(":_", ": ") for name in table} == set(result)
    for name, cells in table.items():
        assert float(cells[column]) == round(result[name.replace(" ", "_").replace(":_", ": ")]["accuracy"], 3)


@pytest.mark.parametrize("column", [0, 1])
def test_unedited(column):
    models, table = rows("unedited, held out")
    result = manifest(models[column])["unedited_spearman"]
    names = ("depth_of_field with sharp_subject", "light with mid_exposure", "vivid_color with colourfulness")
    assert [float(cells[column]) for cells in table.values()] == [round(result[name], 2) for name in names]


def test_what_edits_cost():
    folds = json.loads((WEIGHTS / "multigap_lite0.json").read_text(encoding="utf-8"))["nested_folds"]
    cost, upper = re.search(r"edits cost (\.\d+) of the mean ρ \(95 % up to (\.\d+)\)", PAGE).groups()
    assert (float(cost), float(upper)) == (-round(folds["joint_less_ratings"], 3), -round(folds["interval"][0], 3))
    assert "whose ρ is within .005 of the best" in PAGE
    assert "_CLOSE = 0.005" in (ROOT / "xaesthetic" / "train" / "choosing.py").read_text(encoding="utf-8")


def test_copies_that_were_compressed():
    for model in ("multigap_lite0", "lite0_ft"):
        copies = json.loads((WEIGHTS / f"{model}.json").read_text(encoding="utf-8"))["copies"]
        assert set(copies) == {"jpeg 75", "jpeg 90", "jpeg 95"}
        assert max(abs(value) for moved in copies.values() for value in moved.values()) <= 0.0449
    assert "within .04 standard deviations" in PAGE
