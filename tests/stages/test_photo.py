from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from support import nets

import xaesthetic as xa
from xaesthetic.core.errors import DataError, ModelError, PluginError
from xaesthetic.core.types import Experiment
from xaesthetic.models.forward import to_batch
from xaesthetic.stages import predict


def test_ratings_and_maps_of_a_photograph(photo):
    model = nets.linear_net()
    shown = xa.explain(photo, model, ["depth_of_field", "Light"])
    raw = model.head(model.features(to_batch([photo], model.inputs)))[0]
    assert list(shown.raw) == list(shown.ratings) == list(shown.maps) == ["depth_of_field", "light"]
    assert shown.ratings["light"] == pytest.approx(float(raw[0]), rel=1e-5)
    assert shown.maps["light"].shape == photo.shape[:2]
    assert shown.maps["light"].mean() + float(model.bias[0]) == pytest.approx(shown.ratings["light"], rel=0.02)


def test_it_agrees_with_predict_bit_by_bit(photo, tmp_path, write_photo, monkeypatch):
    """Where a link makes ratings of raw outputs, both are there, and both are the stage's."""
    net = nets.linear_net()
    linked = replace(net, inputs=replace(net.inputs, scale=1.0), links=("tanh", "identity", "sigmoid"))
    monkeypatch.setattr(predict, "load_model", lambda *_: linked)
    path = write_photo(tmp_path / "a.png", photo)
    table = predict.rate([path], Experiment("", None, ("net",), (), ("all",), None)).table.set_index("attribute")
    shown = xa.explain(path, linked)
    assert shown.raw == {name: float(value) for name, value in table["raw"].items()}
    assert shown.ratings == {name: float(value) for name, value in table["prediction"].items()}
    assert shown.ratings["light"] == pytest.approx(np.tanh(shown.raw["light"]), rel=1e-6)
    assert shown.ratings["content"] == shown.raw["content"]
    assert 0 < abs(shown.ratings["light"]) < 0.9999


def test_a_file_and_an_array_give_the_same(photo, tmp_path, write_photo):
    model = nets.linear_net()
    path = write_photo(tmp_path / "a.png", photo)
    first, second, third = (xa.explain(each, model) for each in (photo, path, str(path)))
    assert first.ratings == second.ratings == third.ratings
    np.testing.assert_array_equal(first.maps["content"], second.maps["content"])


def test_a_pillow_image_is_the_same_photograph(photo):
    model = nets.linear_net()
    wanted = xa.explain(photo, model)
    turned = Image.fromarray(photo).transpose(Image.Transpose.ROTATE_90)
    turned.getexif()[0x0112] = 6  # to be turned by 90 degrees clockwise
    for image in (Image.fromarray(photo), Image.fromarray(photo).convert("RGBA"), turned):
        assert xa.explain(image, model).raw == wanted.raw


def test_one_attribute_by_its_name_and_a_model_by_its_own(photo):
    model = nets.linear_net()
    assert xa.explain(photo, model, "light").raw == xa.explain(photo, model, ["light"]).raw
    assert list(xa.explain(photo, model, "all").raw) == list(nets.NAMES)
    named = xa.explain(photo, "lite0_ft_edits", "Vivid Color")
    assert named.raw == xa.explain(photo, xa.load_model("lite0_ft_edits"), ["vivid_color"]).raw


@pytest.mark.parametrize(
    "spoil",
    [
        lambda photo: photo / 255,
        lambda photo: photo[..., 0],
        lambda photo: np.dstack([photo, photo[..., 0]]),
        lambda photo: photo[:8],
        lambda photo: Image.fromarray(photo[:8]),
    ],
)
def test_what_is_no_photograph_says_what_to_pass(photo, spoil):
    with pytest.raises(DataError, match="pass a file, a PIL image, or|(16|least 16) (pixels )?a side"):
        xa.explain(spoil(photo), nets.linear_net())


def test_shows_itself_in_a_notebook(photo, tmp_path):
    shown = xa.explain(photo, nets.linear_net(), ["light", "content"], method="activation_energy")
    (tmp_path / "a.png").write_bytes(shown._repr_png_())
    with Image.open(tmp_path / "a.png") as image:
        assert image.width > 400
        assert len(np.unique(np.asarray(image.convert("RGB")).reshape(-1, 3), axis=0)) > 500


def test_errors_are_ours(photo, tmp_path):
    model = nets.linear_net()
    for arguments, error in (
        ((tmp_path / "none.jpg", model), DataError),
        ((photo, model, ["lihgt"]), DataError),
        ((photo, model, ["overall"]), ModelError),
        ((photo, model, ["light"], "grad_cm"), PluginError),
    ):
        with pytest.raises(error):
            xa.explain(*arguments)


@pytest.mark.slow
def test_the_five_lines_of_the_readme(photo, tmp_path, write_photo, monkeypatch):
    write_photo(tmp_path / "photo.jpg", photo)
    monkeypatch.chdir(tmp_path)
    lines = [line.strip() for line in xa.__doc__.splitlines() if line.startswith("    ")]
    assert len(lines) == 5
    names: dict = {}
    exec("\n".join(lines), names)
    assert torch.is_tensor(names["model"].weights)
    assert set(names["shown"].maps) == {"dof", "light"}
