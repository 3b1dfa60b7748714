"""FiftyOne itself reads what is exported for it; where it has no MongoDB, from a stand-in of that (mongomock)."""

import json
import os

import numpy as np
import pytest
from PIL import Image
from support.hand_run import MODELS, hand_run

from xaesthetic.exporting.choice import ExportOptions
from xaesthetic.exporting.export import export

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fiftyone")
    run = hand_run(folder / "mine", 3, scored=False)
    return run, export(run, "fiftyone", folder / "out")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    os.environ |= {"FIFTYONE_DO_NOT_TRACK": "true", "FIFTYONE_SHOW_PROGRESS_BARS": "false"}
    os.environ["FIFTYONE_DATABASE_DIR"] = str(tmp_path_factory.mktemp("database"))
    library = pytest.importorskip("fiftyone")
    from fiftyone.core.odm import database

    try:
        library.list_datasets()
    except Exception:  # no MongoDB is here
        mongomock, mongoengine = pytest.importorskip("mongomock"), pytest.importorskip("mongoengine")
        mongoengine.disconnect_all()
        mongoengine.connect("fiftyone", mongo_client_class=mongomock.MongoClient)
        database._client = mongoengine.get_connection()
        database._client._closed = False
    return library


def test_fiftyone_reads_heatmaps_and_ratings(exported, library):
    run, out = exported
    data = library.Dataset.from_dir(str(out), dataset_type=library.types.FiftyOneDataset)
    assert [sample.photograph for sample in data] == ["p000", "p001", "p002"]
    for number, sample in enumerate(data):
        assert Image.open(sample.filepath).size == (80, 60) == (sample.metadata.width, sample.metadata.height)
        assert sample.credit == "CC0 <i>"
        assert sample.rating_two_light == pytest.approx((3 - number) / 3)
        assert sample.people_light == pytest.approx((3 - 2 * number) / 3)
        for model, names in MODELS.items():
            for name in names:
                field = f"map_{model}_cam_{name}"
                values = run.maps(model, "cam").map(sample.photograph, name)
                np.testing.assert_array_equal(sample[field].map, values)
                most = float(np.abs(values).max())
                assert list(sample[field].range) == [-most, most]
    assert data.get_field("map_two_cam_light").description == "two, cam, light: signed, on the layer's own grid"
    assert data.info["trained"] == run.trained()
    assert data.info["maps"]["map_one_cam_vivid_color"] == ["one", "cam", "vivid_color"]


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
    from xaesthetic.exporters._fiftyone import rating_fields

    names = rating_fields([("a-b", "light"), ("a_b", "light"), ("a.b", "x")])
    assert list(names.values()) == ["rating_a_b_light", "rating_a_b_light_2", "rating_a_b_x"]


def test_a_model_alone(exported, tmp_path):
    run, _ = exported
    out = export(run, "fiftyone", tmp_path / "one", ExportOptions(models=("two",), methods=("cam",)))
    sample = json.loads((out / "samples.json").read_text())["samples"][0]
    assert [name for name in sample if name.startswith(("map_", "rating_"))] == ["rating_two_light", "map_two_cam_light"]
