"""Weights & Biases' own reader reads what is exported for it, offline."""

import json

import pytest
from PIL import Image
from support.hand_run import hand_run
from support.plugin_package import contents

from xaesthetic.core.extras import is_installed
from xaesthetic.exporting.export import export

pytestmark = pytest.mark.filterwarnings("default")
if not is_installed("wandb"):
    pytest.skip("wandb is not installed", allow_module_level=True)


def rows(file):
    from wandb.proto import wandb_internal_pb2
    from wandb.sdk.internal.datastore import DataStore

    store = DataStore()
    store.open_for_scan(str(file))
    while (data := store.scan_data()) is not None:
        record = wandb_internal_pb2.Record()
        record.ParseFromString(data)
        if record.WhichOneof("record_type") == "history":
            yield {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}


def test_ratings_are_metrics_and_overlays_images(tmp_path):
    run = hand_run(tmp_path / "mine", 3, scored=False)
    out = export(run, "wandb", tmp_path / "out")
    [made] = out.iterdir()
    assert made.name.startswith("offline-run-")
    [file] = made.glob("run-*.wandb")
    history = [*rows(file)]
    assert [row["photograph"] for row in history] == ["p000", "p001", "p002"]
    assert [row["rating/two/light"] for row in history] == pytest.approx([1, 2 / 3, 1 / 3])
    image = history[1]["map/one/cam/light"]
    assert image["_type"] == "image-file"
    assert image["caption"].startswith("one cam light, rated 0.333; colors from ")
    assert Image.open(made / "files" / image["path"]).size == (80, 60)


def test_neither_the_machine_nor_its_folders_are_described(tmp_path):
    run = hand_run(tmp_path / "mine", 2, scored=False)
    files = contents(export(run, "wandb", tmp_path / "out"))
    assert not [name for name in files if "log" in name or "requirements" in name or "metadata" in name]
    assert not [name for name, data in files.items() if str(tmp_path).encode() in data]
