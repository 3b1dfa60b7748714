"""FiftyOne itself reads what is exported for it; where it has no MongoDB, from a stand-in of that (mongomock)."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image
from support.hand_run import MODELS, hand_run, rated_by_people

from xaesthetic.core.extras import is_installed
from xaesthetic.exporting.choice import ExportOptions
from xaesthetic.exporting.export import export

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fiftyone")
    run = hand_run(folder / "mine", 3, scored=False)
    return run, export(run, "fiftyone", folder / "out")


_READ = """
import base64, json, sys
import fiftyone
from fiftyone.core.odm import database

try:
    fiftyone.list_datasets()
except Exception:  # no MongoDB is here
    import mongoengine, mongomock
    mongoengine.disconnect_all()
    mongoengine.connect("fiftyone", mongo_client_class=mongomock.MongoClient)
    database._client = mongoengine.get_connection()
    database._client._closed = False
data = fiftyone.Dataset.from_dir(sys.argv[1], dataset_type=fiftyone.types.FiftyOneDataset)
fields = data.get_field_schema()
rows = []
for sample in data:
    row = {name: sample[name] for name in fields if name.startswith(("people_", "rating_"))}
    row |= {name: sample[name] for name in ("photograph", "filepath", "credit", "edit")}
    row["size"] = [sample.metadata.width, sample.metadata.height]
    for name in fields:
        if name.startswith("map_"):
            row[name] = {"map": sample[name].map.tolist(), "kind": str(sample[name].map.dtype), "range": sample[name].range}
    rows.append(row)
about = {name: field.description for name, field in fields.items()}
print("read:" + json.dumps({"rows": rows, "info": data.info, "about": about}))
"""


@pytest.fixture(scope="module")
def read(exported, tmp_path_factory):
    """What FiftyOne reads, in a process of its own: it patches what others import."""
    if not is_installed("fiftyone"):
        pytest.skip("fiftyone is not installed")
    more = {"FIFTYONE_DO_NOT_TRACK": "true", "FIFTYONE_DATABASE_DIR": str(tmp_path_factory.mktemp("database"))}
    command = [sys.executable, "-c", _READ, str(exported[1])]
    done = subprocess.run(command, env=os.environ | more, capture_output=True, text=True)
    if "No module named 'mongomock'" in done.stderr:
        pytest.skip("neither MongoDB nor mongomock is here")
    assert done.returncode == 0, done.stderr
    [line] = [line for line in done.stdout.splitlines() if line.startswith("read:")]
    return json.loads(line.removeprefix("read:"))


def test_fiftyone_reads_heatmaps_and_ratings(exported, read):
    run, _ = exported
    assert [row["photograph"] for row in read["rows"]] == ["p000", "p001", "p002"]
    for number, row in enumerate(read["rows"]):
        with Image.open(row["filepath"]) as image:
            assert list(image.size) == row["size"] == [80, 60]
        assert (row["credit"], row["edit"]) == ("CC0 <i>", None)
        assert row["rating_two_light"] == pytest.approx((3 - number) / 3)
        assert row["people_light"] == pytest.approx((3 - 2 * number) / 3)
        for model, names in MODELS.items():
            for name in names:
                shown, values = row[f"map_{model}_cam_{name}"], run.maps(model, "cam").map(row["photograph"], name)
                np.testing.assert_array_equal(np.array(shown["map"], np.float32), values)
                most = float(np.abs(values).max())
                assert (shown["kind"], shown["range"]) == ("float32", [-most, most])
    assert read["about"]["map_two_cam_light"] == "two, cam, light: signed, on the layer's own grid"
    assert read["info"]["trained"] == run.trained()
    assert read["info"]["maps"]["map_one_cam_vivid_color"] == ["one", "cam", "vivid_color"]


def test_the_files_are_json_and_equal_each_time(exported, tmp_path):
    run, out = exported
    samples = json.loads((out / "samples.json").read_text())["samples"]
    assert len(samples) == 3
    fields = {field["name"] for field in json.loads((out / "metadata.json").read_text())["sample_fields"]}
    assert set().union(*samples) <= fields
    again = export(run, "fiftyone", tmp_path / "again")
    for name in ("samples.json", "metadata.json"):
        assert (again / name).read_bytes() == (out / name).read_bytes()


def test_two_models_whose_names_become_one_have_two_fields():
    from xaesthetic.exporters import _fiftyone

    fields = _fiftyone.rating_fields([("a-b", "light"), ("a_b", "light"), ("a.b", "x")], _fiftyone.names())
    assert list(fields.values()) == ["rating_a_b_light", "rating_a_b_light_2", "rating_a_b_x"]
    fields = _fiftyone.rating_fields([("a-b", "c"), ("a_b", "c"), ("a", "b_c_2")], _fiftyone.names())
    assert len(set(fields.values())) == 3


def test_what_people_rated_has_names_that_fields_can_have(tmp_path):
    run = rated_by_people(hand_run(tmp_path / "mine", 2, scored=False), {"aspect 1.5": 0.25, "aspect_1_5": 0.5})
    out = export(run, "fiftyone", tmp_path / "out")
    fields = json.loads((out / "metadata.json").read_text())["sample_fields"]
    about = {field["name"]: field["description"] for field in fields if field["name"].startswith("people_")}
    assert about == {
        "people_aspect_1_5": "aspect 1.5 as people rated it",
        "people_aspect_1_5_2": "aspect_1_5 as people rated it",
    }
    for sample in json.loads((out / "samples.json").read_text())["samples"]:
        rated = {name: value for name, value in sample.items() if name.startswith("people_")}
        assert rated == {"people_aspect_1_5": 0.25, "people_aspect_1_5_2": 0.5}


def test_a_model_alone(exported, tmp_path):
    run, _ = exported
    out = export(run, "fiftyone", tmp_path / "one", ExportOptions(models=("two",), methods=("cam",)))
    sample = json.loads((out / "samples.json").read_text())["samples"][0]
    assert [name for name in sample if name.startswith(("map_", "rating_"))] == ["rating_two_light", "map_two_cam_light"]
