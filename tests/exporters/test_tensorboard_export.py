"""TensorBoard's own reader reads what is exported for it."""

import io

import numpy as np
import pytest
from PIL import Image
from support.hand_run import hand_run

from xaesthetic.exporting.choice import ExportOptions, choose
from xaesthetic.exporting.export import export
from xaesthetic.exporting.photographs import overlay, photographs

pytestmark = pytest.mark.filterwarnings("default")
reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")


def test_ratings_are_scalars_and_overlays_images_of_one_step_a_photograph(tmp_path):
    run = hand_run(tmp_path / "mine", 4, scored=False)
    out = export(run, "tensorboard", tmp_path / "out")
    read = reader.EventAccumulator(str(out), size_guidance={"images": 0, "scalars": 0, "tensors": 0})
    read.Reload()
    tags = read.Tags()
    assert set(tags["scalars"]) == {"rating/one/light", "rating/one/vivid_color", "rating/two/light", "people/light"}
    assert [item.value for item in read.Scalars("rating/two/light")] == pytest.approx([1, 0.75, 0.5, 0.25])
    assert "map/one/cam/vivid_color" in tags["images"]
    items = [*photographs(run, choose(run, ExportOptions()), ExportOptions())]
    shown = read.Images("map/one/cam/vivid_color")
    assert [item.step for item in shown] == [0, 1, 2, 3]
    [wanted] = [one for one in items[2].maps if one.place.parts == ("one", "cam", "vivid_color")]
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(shown[2].encoded_image_string))), overlay(items[2], wanted)
    )
    words = read.Tensors("photograph")[3].tensor_proto.string_val[0].decode()
    assert words == "p003, CC0 <i>"
    captions = [item.tensor_proto.string_val[0].decode() for item in read.Tensors("caption/map/two/cam/light")]
    assert captions[1].startswith("two cam light, rated 0.75; colors from ")


def test_equal_runs_give_equal_bytes_without_the_name_of_the_machine(tmp_path):
    run = hand_run(tmp_path / "mine", 2, scored=False)
    first, second = (export(run, "tensorboard", tmp_path / name) for name in ("a", "b"))
    [file] = first.iterdir()
    assert file.name == "events.out.tfevents.0.xaesthetic"
    assert file.read_bytes() == (second / file.name).read_bytes()
