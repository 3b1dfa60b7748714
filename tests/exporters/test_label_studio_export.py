"""Tasks for Label Studio, held against its own validator and its own reader of brushes."""

import json
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from support.hand_run import hand_run

from xaesthetic.data import images
from xaesthetic.data.datasets.label_studio import label_studio as read_tasks
from xaesthetic.data.run_lengths import brush_runs
from xaesthetic.exporting.export import export

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("label_studio")
    run = hand_run(folder / "mine", 3, scored=False)
    out = export(run, "label_studio", folder / "out")
    return run, out, json.loads((out / "tasks.json").read_text())


def brushes(task, version):
    [one] = [item for item in task["predictions"] if item["model_version"] == version]
    return {item["value"]["brushlabels"][0]: item for item in one["result"] if item["type"] == "brushlabels"}


def test_a_task_is_a_photograph_with_a_prediction_for_every_model_and_method(exported):
    _, out, tasks = exported
    assert [task["data"]["photograph"] for task in tasks] == ["p000", "p001", "p002"]
    versions = {"one, cam", "one, activation_energy", "two, cam", "two, activation_energy"}
    for task in tasks:
        assert {item["model_version"] for item in task["predictions"]} == versions
        place = task["data"]["image"].removeprefix("/data/local-files/?d=out/")
        with Image.open(out / place) as image:
            assert image.size == (80, 60)
    numbers = [item["value"]["number"] for item in tasks[2]["predictions"][0]["result"] if item["type"] == "number"]
    assert numbers == pytest.approx([2 / 3, 2 / 3])


def test_a_brush_is_the_highest_tenth_and_another_the_lowest(exported):
    run, _, tasks = exported
    values = images.to_pixels(run.maps("one", "cam").map("p001", "light"), (60, 80))
    marked = brushes(tasks[1], "one, cam")
    for end, sign in (("highest", 1), ("lowest", -1)):
        region = brush_runs(marked[f"light: {end} tenth"]["value"]["rle"], (60, 80))
        assert region.mean() == pytest.approx(0.1, abs=0.005)
        assert (sign * values)[region].min() >= (sign * values)[~region].max()


def test_the_labeling_interface_has_all_that_predictions_name(exported):
    _, out, tasks = exported
    config = ElementTree.parse(out / "config.xml")
    controls = {item.get("name") for item in config.iter() if item.get("toName") == "image"}
    labels = {item.get("value") for item in config.iter("Label")}
    results = [item for task in tasks for one in task["predictions"] for item in one["result"]]
    assert {item["from_name"] for item in results} <= controls
    assert {label for item in results for label in item["value"].get("brushlabels", ())} <= labels


def test_label_studio_itself_finds_nothing_wrong(exported):
    interface = pytest.importorskip("label_studio_sdk.label_interface")
    decode = pytest.importorskip("label_studio_sdk.converter.brush").decode_rle
    _, out, tasks = exported
    config = interface.LabelInterface((out / "config.xml").read_text())
    config.validate()
    for task in tasks:
        for prediction in task["predictions"]:
            assert config.validate_prediction(prediction, return_errors=True) == []
    rle = brushes(tasks[0], "one, cam")["light: highest tenth"]["value"]["rle"]
    alpha = decode(rle).reshape(60, 80, 4)[..., 3]
    np.testing.assert_array_equal(alpha > 0, brush_runs(rle, (60, 80)))


def test_predictions_are_nobodys_annotations(exported):
    _, out, _ = exported
    records = [item for item in read_tasks(out / "tasks.json") if hasattr(item, "annotations")]
    assert all(not record.annotations for record in records)


@pytest.mark.parametrize("name", ["a&b", "a#b", "a b+c%20", "grün"])
def test_the_folders_name_stands_in_the_address_as_an_address_has_it(name, tmp_path):
    run = hand_run(tmp_path / "mine", 1, scored=False)
    out = export(run, "label_studio", tmp_path / name)
    [task] = json.loads((out / "tasks.json").read_text())
    [place] = parse_qs(urlsplit(task["data"]["image"]).query)["d"]  # as Label Studio's server reads it
    assert (tmp_path / place).is_file()
    assert read_tasks(out / "tasks.json")
