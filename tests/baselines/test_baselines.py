import dataclasses
import json
import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
import timm
import torch
from xaesthetic_baselines import _heads, _lite0

from xaesthetic.core import plugins
from xaesthetic.core.attributes import NAMES
from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import sha256
from xaesthetic.core.para import PARA_ATTRIBUTES
from xaesthetic.data import images
from xaesthetic.models.forward import to_batch
from xaesthetic.models.loading import load_model
from xaesthetic.models.weights import Weights, read_weights, write_tensors, write_weights

MODELS = ("multigap_lite0", "lite0_ft")
EDITS = ("multigap_lite0_edits", "lite0_ft_edits")
GRIDS = [150, 75, 75, 38, 38, *[19] * 6, *[10] * 5]


def installed(name):
    return images.decode(Path(find_spec("skimage").origin).parent / "data" / name)


@pytest.fixture(scope="module")
def x():
    return to_batch([installed("coffee.png"), installed("chelsea.png")], _lite0.INPUTS)


@pytest.fixture(scope="module", params=(*MODELS, EDITS[0]))
def model(request):
    return load_model(request.param, on="cpu")


@pytest.fixture(scope="module")
def whole():
    """timm's whole network with the same weight file, built without our code."""
    network = timm.create_model("tf_efficientnet_lite0").eval()
    tensors = torch.load(_lite0.weights_file(), weights_only=True)
    network.load_state_dict(dict(zip(network.state_dict(), tensors.values(), strict=True)))
    return network


def test_attributes_are_declared(model):
    known = NAMES if model.name in EDITS else [item.name for item in PARA_ATTRIBUTES]
    assert set(model.attributes) <= set(known)
    assert len(set(model.attributes)) == len(model.attributes)


def test_the_source_is_complete(model):
    assert model.source.citation
    assert model.source.licence
    assert model.source.trained
    assert model.source.files
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in model.source.files.values())


def test_a_cams_mean_plus_the_bias_is_the_prediction_on_photographs(model, x):
    taken = model.run(x, "sums")
    raw, maps = taken.raw, plugins.load("methods", "cam")(taken)
    scale = float(maps.abs().mean())
    torch.testing.assert_close(maps.mean((2, 3)) + model.bias, raw, rtol=1e-5, atol=1e-5 * scale)
    gradient = plugins.load("methods", "grad_cam")(taken)
    torch.testing.assert_close(gradient, maps, rtol=1e-5, atol=1e-5 * scale)


@pytest.mark.parametrize("name", EDITS)
def test_the_free_models_say_that_they_know_edits_only(name):
    source = load_model(name, on="cpu").source
    assert source.trained == "trained on edits, not on ratings"
    assert "head: MIT" in source.licence


def test_the_backbone_knows_its_photographs(whole):
    """At 224 x 224, as it was trained; the coffee as the square in the middle."""
    inputs = dataclasses.replace(_lite0.INPUTS, size=(224, 224))
    with torch.no_grad():
        chances = whole(to_batch([installed("coffee.png")[:, 100:500], installed("chelsea.png")], inputs)).softmax(1)
    assert chances[0].argmax() == 967  # espresso
    assert chances[0, 967] > 0.9
    assert 281 <= chances[1].argmax() <= 285  # cats


def test_features_are_the_rectified_maps_of_all_blocks(whole, x):
    wanted = []
    for name, module in whole.named_modules():
        if re.fullmatch(r"blocks\.0\.0\.bn1|blocks\.[1-9]\.\d\.bn2", name):
            module.register_forward_hook(lambda _module, _inputs, output: wanted.append(output))
    with torch.no_grad():
        whole(x)
        found = load_model("multigap_lite0", on="cpu").features(x)
        last = load_model("lite0_ft", on="cpu").features(x)
    assert [layer.shape[2] for layer in found] == [layer.shape[3] for layer in found] == GRIDS
    assert sum(layer.shape[1] for layer in found) == 8960
    for ours, theirs in zip(found, wanted, strict=True):
        assert ours.min() >= 0
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
    assert len(last) == 1
    torch.testing.assert_close(last[0], found[-1])


def test_features_are_differentiable_when_asked(model, x):
    inputs = x[:1].clone().requires_grad_()
    model.head(model.features(inputs)).sum().backward()
    assert inputs.grad.abs().sum() > 0


def test_a_damaged_backbone_is_refused(tmp_path, monkeypatch):
    copy = tmp_path / "weights.pth"
    copy.write_bytes(_lite0.weights_file().read_bytes()[:-1])
    monkeypatch.setattr(_lite0, "weights_file", lambda: copy)
    with pytest.raises(ModelError, match=r"weights\.pth: sha256 is .* but 579344248a93"):
        load_model("multigap_lite0")


def test_heads_of_ones_own(tmp_path):
    with pytest.raises(ModelError, match="xaesthetic train lite0_ft"):
        load_model(f"lite0_ft={tmp_path}")
    for suffix in (".safetensors", ".json"):
        shutil.copy(_heads.EMBEDDED / f"lite0_ft{suffix}", tmp_path)
    same = load_model(f"lite0_ft={tmp_path}")
    assert same.attributes == load_model("lite0_ft").attributes
    assert same.source.trained == load_model("lite0_ft").source.trained  # it is the embedded head, and known
    data = (tmp_path / "lite0_ft.safetensors").read_bytes()
    (tmp_path / "lite0_ft.safetensors").write_bytes(data[:-1] + b"x")
    with pytest.raises(ModelError, match=r"lite0_ft\.safetensors: sha256"):
        load_model(f"lite0_ft={tmp_path}")


def test_a_trained_backbone_is_used(tmp_path, x):
    manifest = {"attributes": ["light"], "trained": "somehow"}
    head = torch.ones(1, 1152), torch.zeros(1)
    backbone = {name: value * 1.5 for name, value in _lite0.Lite0().state_dict().items()}
    write_weights(tmp_path, "lite0_ft", Weights(*head, backbone, manifest))
    tuned, plain = (load_model(f"lite0_ft{where}", on="cpu") for where in (f"={tmp_path}", ""))
    with torch.no_grad():
        assert not torch.allclose(tuned.features(x)[0], plain.features(x)[0])
    assert set(tuned.source.files) == {"lite0_ft.safetensors"}
    write_weights(tmp_path, "lite0_ft", Weights(*head, {"a": torch.zeros(1)}, manifest))
    with pytest.raises(ModelError, match=r"lite0_ft\.safetensors: is no EfficientNet-Lite0"):
        load_model(f"lite0_ft={tmp_path}")
    with pytest.raises(ModelError, match="has no random ones"):
        load_model("lite0_ft=random")


@pytest.mark.parametrize(
    ("rows", "channels", "said"),
    [(1, 7, r"lite0_ft: .* weights, but \(1, 1152\)"), (2, 1152, r"its head is \(2, 1152\) and \(2,\), but 1 attributes")],
)
def test_heads_that_do_not_fit_are_refused(tmp_path, rows, channels, said):
    manifest = {"attributes": ["light"], "trained": "somehow"}
    write_weights(tmp_path, "lite0_ft", Weights(torch.zeros(rows, channels), torch.zeros(rows), {}, manifest))
    with pytest.raises(ModelError, match=said):
        load_model(f"lite0_ft={tmp_path}")


@pytest.mark.parametrize("name", EDITS)
def test_manifests_say_what_was_reached(name):
    described = json.loads((_heads.EMBEDDED / f"{name}.json").read_text())
    assert described["sha256"] == sha256(_heads.EMBEDDED / f"{name}.safetensors")
    ordered = described["result"]["neighbouring_pairs_in_order"]
    assert ordered["depth_of_field: blur_background"]["accuracy"] > 0.97
    assert "content" in described["left_out"]


@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_other_heads_are_quoted_and_their_precision_is_said(tmp_path, kind):
    """A folder may say of itself whatever it likes, as long as nobody takes it for what is known."""
    kept = read_weights(_heads.EMBEDDED, "lite0_ft")
    tensors = {"head.weight": (kept.weights * 2).to(kind), "head.bias": kept.bias.to(kind)}
    manifest = dict(kept.manifest) | {"trained": "trained on people's ratings (AADB)", "converted": "from gold"}
    write_tensors(tmp_path, "lite0_ft", tensors, manifest)
    said = load_model(f"lite0_ft={tmp_path}", on="cpu").source.trained
    assert said.startswith("weights not known (lite0_ft.safetensors sha256 ")
    assert "their maker claims: “trained on people's ratings (AADB)”" in said
    name = str(kind).removeprefix("torch.")
    assert said.endswith("”" if kind is torch.float32 else f"; converted from {name} to float32")


def test_a_known_head_under_other_names_is_not_known(tmp_path):
    shutil.copy(_heads.EMBEDDED / "lite0_ft.safetensors", tmp_path)
    manifest = json.loads((_heads.EMBEDDED / "lite0_ft.json").read_text())
    (tmp_path / "lite0_ft.json").write_text(json.dumps(manifest | {"attributes": manifest["attributes"][::-1]}))
    assert load_model(f"lite0_ft={tmp_path}", on="cpu").source.trained.startswith("weights not known")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1j])
def test_a_head_that_cannot_rate_is_refused(tmp_path, value):
    kept = read_weights(_heads.EMBEDDED, "lite0_ft")
    weights = kept.weights.to(torch.complex64) if isinstance(value, complex) else kept.weights.clone()
    weights[1, 2] = value
    write_tensors(tmp_path, "lite0_ft", {"head.weight": weights, "head.bias": kept.bias}, kept.manifest)
    with pytest.raises(ModelError, match=r"lite0_ft\.safetensors: 'head\.weight' holds"):
        load_model(f"lite0_ft={tmp_path}", on="cpu")
