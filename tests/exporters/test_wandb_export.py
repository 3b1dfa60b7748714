"""Weights & Biases' own reader reads what is exported for it, offline."""

import json
import struct

import pytest
from PIL import Image
from support.hand_run import hand_run
from support.plugin_package import contents

from xaesthetic.core.extras import is_installed
from xaesthetic.exporting.export import export

pytestmark = pytest.mark.filterwarnings("default")
if not is_installed("wandb"):
    pytest.skip("wandb is not installed", allow_module_level=True)


def messages(data):
    """What a file of records holds: blocks of 32 KiB, a head of seven bytes before every part of a message."""
    assert data[:4] == b":W&B"
    at, message = 7, b""
    while at + 7 <= len(data):
        if 32768 - at % 32768 < 7:
            at += 32768 - at % 32768
            continue
        _, length, kind = struct.unpack_from("<IHB", data, at)
        message += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield message
            message = b""


def rows(file):
    from wandb.proto import wandb_internal_pb2

    for message in messages(file.read_bytes()):
        record = wandb_internal_pb2.Record()
        record.ParseFromString(message)
        if record.WhichOneof("record_type") == "history":
            row = {}
            for item in record.history.item:
                name, *inner = item.nested_key or [item.key]
                value = json.loads(item.value_json)
                row[name] = row.get(name, {}) | {inner[0]: value} if inner else value
            yield row


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
    with Image.open(made / "files" / image["path"]) as drawn:
        assert drawn.size == (80, 60)


def test_neither_the_machine_nor_its_folders_are_described(tmp_path):
    run = hand_run(tmp_path / "mine", 2, scored=False)
    files = contents(export(run, "wandb", tmp_path / "out"))
    assert not [name for name in files if "log" in name or "requirements" in name or "metadata" in name]
    assert not [name for name, data in files.items() if str(tmp_path).encode() in data]
