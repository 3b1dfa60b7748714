import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from support.comparing import compare, experiment, photos, refused  # noqa: F401  # fixtures
from support.plugin_package import batches, contents, make_photos, plugged  # noqa: F401  # a fixture

from xaesthetic import pipeline
from xaesthetic.core import files
from xaesthetic.core.errors import DataError, ModelError, PluginError
from xaesthetic.core.execution import Execution
from xaesthetic.data import images
from xaesthetic.execution.local import local
from xaesthetic.models.loading import load_model
from xaesthetic.run.schemas import PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic.stages import _photographs
from xaesthetic.stages.predict import rate

BOTH = ("tiny_net", "other_net")
pytestmark = pytest.mark.usefixtures("plugged")


# -- what comes out ----------------------------------------------------------------------------------------------------


def test_predictions_are_the_models_own(compare, photos):
    table = compare(attributes=("all",)).run.read(PREDICTIONS)
    model = load_model("tiny_net")
    with torch.no_grad():
        for name, rows in table.groupby("image"):
            x = torch.from_numpy(images.to_input(images.decode(photos / name), model.inputs))[None]
            wanted = model.head(model.features(x))[0].numpy()
            rated = rows.set_index("attribute")["prediction"][list(model.attributes)]
            np.testing.assert_allclose(rated, wanted, rtol=1e-5, atol=1e-6)
    assert table["image"].nunique() == 7
    assert table["prediction"].dtype == np.float32


def test_maps_add_up_to_the_predictions_of_the_picked(compare):
    run = compare().run
    rated = run.read(PREDICTIONS).sort_values("prediction")["image"]
    model = load_model("tiny_net", ["light"])
    for method in ("cam", "grad_cam"):
        stack = run.maps("tiny_net", method)
        assert set(stack.images) == {*rated[:2], *rated[-2:]}
        assert stack.attributes == ("light",)
        for image in stack.images:
            predicted = run.read(PREDICTIONS).set_index("image")["prediction"][image]
            assert stack.map(image, "light").mean() + float(model.bias) == pytest.approx(predicted, rel=1e-4)


def test_rating_without_a_run_gives_the_same(compare, experiment, photos):
    wanted = compare().run.read(PREDICTIONS).set_index("image")["prediction"]
    for given in ([], [photos]):
        ratings = rate(given, experiment)
        assert not ratings.left_out
        assert ratings.trained == {"tiny_net": "not trained"}
        np.testing.assert_array_equal(ratings.table["prediction"], wanted)


def test_all_attributes_are_each_models_own(compare):
    run = compare(models=BOTH, attributes=("all",), methods=("cam",)).run
    rated = run.read(PREDICTIONS).groupby("model")["attribute"].unique()
    assert set(rated["tiny_net"]) == {"depth_of_field", "light", "vivid_color"}
    assert set(rated["other_net"]) == {"light", "color_harmony"}
    assert run.maps("other_net", "cam").attributes == ("light", "color_harmony")
    assert run.maps("other_net", "cam").images == run.maps("tiny_net", "cam").images


def test_the_experiment_tells_what_answered_it(compare):
    run = Run.open(compare(attributes=("all",)).run.root)
    answered = run.answered_by()
    assert answered.models["tiny_net"].trained == "not trained"
    assert answered.models["tiny_net"].attributes == ("depth_of_field", "light", "vivid_color")
    assert {"torch", "numpy", "python", "xaesthetic"} <= set(answered.versions)
    assert run.experiment.inputs["photographs"].startswith("7 photographs, sha256 ")


PROBES = 4 + 1 + 4
"""Pictures that a network sees: when it is loaded, when the methods are tried on it, and a photograph alone and beside its
negative."""


def passes(compare, **changes):
    """How many photographs went through each of both networks, together."""
    before = sum(batches())
    compare(models=BOTH, attributes=("all",), methods=("cam", "grad_cam", "activation_energy"), **changes)
    return sum(batches()) - before - 2 * PROBES


def test_where_everything_is_explained_a_photograph_goes_through_each_network_once(compare):
    assert passes(compare, pick=None) == 7 * 2


def test_with_a_pick_all_are_rated_and_the_picked_go_through_again(compare):
    again = passes(compare, pick=1) - 7 * 2
    run = compare(models=BOTH, attributes=("all",), methods=("cam", "grad_cam", "activation_energy"), pick=1).run
    assert 0 < again == 2 * len(run.maps("tiny_net", "cam").images)


# -- bad photographs ---------------------------------------------------------------------------------------------------


def spoil(folder):
    whole = (folder / "00.png").read_bytes()
    (folder / "00.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "letter.jpg").write_text("Dear Sir or Madam")
    return {"00.png": "truncated", "empty.jpg": "empty", "letter.jpg": "not an image"}


def test_a_bad_photograph_is_left_out_with_its_reason(compare, photos):
    wanted = spoil(photos)
    comparison = compare()
    assert set(comparison.left_out) == set(wanted)
    for name, reason in wanted.items():
        assert reason in comparison.left_out[name]
        assert str(photos / name) in comparison.left_out[name]
    assert list(comparison.run.read(PREDICTIONS)["image"]) == [f"0{number}.png" for number in range(1, 7)]
    assert comparison.run.is_complete()
    assert compare().left_out == comparison.left_out


def test_rating_leaves_them_out_as_well(experiment, photos):
    wanted = spoil(photos)
    ratings = rate([photos], experiment)
    assert {Path(image).name for image in ratings.left_out} == set(wanted)
    assert len(ratings.table) == 6


def test_no_photograph_that_can_be_used(compare, photos):
    for file in photos.iterdir():
        file.write_text("no")
    for _ in range(2):
        with pytest.raises(
            DataError, match=r"photos: none of 7 photographs can be used; the first: .*00\.png: not an image"
        ):
            compare()


def test_rating_reads_a_few_photographs_ahead_only(experiment, monkeypatch):
    begun = []
    monkeypatch.setattr(_photographs, "load_photograph", lambda record: begun.append(record) or images.decode(record.path))

    def track(items, what, total):
        for number, item in enumerate(items):
            yield item
            time.sleep(0.02)
            assert len(begun) <= number + 3

    assert len(rate([], replace(experiment, batch=1), Execution(track=track, executor=local)).table) == 7


# -- refused -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "said", "changes"),
    [
        (ModelError, "tiny_net has no attribute 'content'; it has depth_of_field, light", {"attributes": ("content",)}),
        (ModelError, "other_net has no attribute 'vivid_color'", {"models": BOTH, "attributes": ("vivid_color",)}),
        (PluginError, "no model 'tinynet'. Did you mean 'tiny_net'?", {"models": ("tinynet",)}),
        (PluginError, "no method 'grad_cm'. Did you mean 'grad_cam'?", {"methods": ("cam", "grad_cm")}),
        (PluginError, "no report 'predicitons'. Did you mean 'predictions'?", {"reports": ("predicitons",)}),
        (DataError, "no data set 'smaple'. Did you mean 'sample'?", {"data": "smaple"}),
        (DataError, "no/such/folder: there is no such folder", {"data": "no/such/folder"}),
        (DataError, "cannot be read (File name too long)", {"data": "x" * 300}),
        (ModelError, "two models are called 'other_net-a'", {"models": ("other_net=1/a", "other_net=2/a")}),
        (ModelError, "tiny_net takes no weights", {"models": ("tiny_net=heads",)}),
        (ModelError, "no device 'abacus'", {"device": "abacus"}),
    ],
)  # fmt: skip
def test_a_wrong_choice_is_refused_and_nothing_written(refused, error, said, changes):
    assert said in refused(error, **changes)


def test_a_run_folder_called_as_its_data_is_refused(experiment, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match="sample: is what the data is called, too; .* as runs/sample"):
        pipeline.compare(replace(experiment, data="sample"), "sample")
    assert not (tmp_path / "sample").exists()


def test_an_empty_folder_is_refused(refused, tmp_path, photos):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("no photograph")
    assert "no photograph in it" in refused(DataError, data=str(tmp_path / "empty"))
    assert "a file, not a folder" in refused(DataError, data=str(photos / "00.png"))


def test_weights_with_another_sha256_are_refused(refused, compare, tmp_path):
    heads = tmp_path / "heads"
    heads.mkdir()
    (heads / "other_net.npz").write_bytes(b"weights")
    (heads / "other_net.sha256").write_text(files.sha256(heads / "other_net.npz"))
    run = compare("mine", models=(f"other_net={heads}",)).run
    assert run.has_maps("other_net-heads", "cam")
    assert {"photographs", "other_net-heads/other_net.npz"} < set(run.experiment.inputs)
    (heads / "other_net.npz").write_bytes(b"other weights")
    said = refused(ModelError, models=(f"other_net={heads}",))
    assert "other_net.npz: sha256 is" in said
    with pytest.raises(DataError, match="inputs is"):
        compare("mine", models=(f"other_net={heads}",))


def test_another_experiment_in_the_folder_is_refused(compare, tmp_path):
    compare()
    before = contents(tmp_path / "out")
    with pytest.raises(DataError, match=r"out: holds another experiment: pick is 2 there and 3 here; .*--out"):
        compare(pick=3)
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("change", ["added", "removed", "altered"])
def test_other_photographs_than_before_are_refused(compare, photos, change):
    compare()
    if change == "added":
        make_photos(photos, 8)
    elif change == "removed":
        (photos / "06.png").unlink()
    else:
        shutil.copy(photos / "05.png", photos / "06.png")
    with pytest.raises(DataError, match=r"holds another experiment: inputs is .* photographs, sha256"):
        compare()


def test_other_weights_than_a_run_was_begun_with_are_refused(compare):
    root = compare().run.root
    (root / "predictions.parquet").unlink()
    text = (root / "experiment.json").read_text()
    text = text.replace("Nobody 2000", "Somebody 2001")
    files.replace_summed(root / "experiment.json", lambda file: file.write_text(text))
    with pytest.raises(DataError, match="begun with other weights"):
        compare()
