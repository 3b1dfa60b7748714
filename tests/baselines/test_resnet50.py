import re

import pytest
import torch
import torchvision
from xaesthetic_baselines import _resnet50

from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import sha256
from xaesthetic.models.loading import load_model
from xaesthetic.models.weights import Weights, untrained, write_weights

NAMES = ("multigap_resnet50", "resnet50_ft")


@pytest.fixture(scope="module")
def x():
    return torch.randn(2, 3, 97, 131, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    return load_model(f"{request.param}=random", on="cpu")


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """A ResNet50 of torchvision's in the cache, under the name that its sha256 gives it."""
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path))
    torch.manual_seed(7)
    network = torchvision.models.resnet50().eval()
    (tmp_path / "resnet50").mkdir()
    file = tmp_path / "resnet50" / "weights.pth"
    torch.save(network.state_dict(), file)
    name = f"resnet50-{sha256(file)[:8]}.pth"
    file.rename(file.with_name(name))
    monkeypatch.setattr(_resnet50, "WEIGHTS", name)
    return network


def test_the_name_of_the_weights_is_torchvisions():
    url = torchvision.models.ResNet50_Weights.IMAGENET1K_V1.url
    assert url.rpartition("/")[2] == _resnet50.WEIGHTS


def test_features_are_the_outputs_of_torchvisions_blocks(fetched, x):
    wanted = []
    for name, module in fetched.named_modules():
        if re.fullmatch(r"layer\d\.\d", name):
            module.register_forward_hook(lambda _module, _inputs, output: wanted.append(output.clone()))
    with torch.no_grad():
        fetched(x)
        found = load_model("multigap_resnet50", on="cpu").features(x)
        (last,) = load_model("resnet50_ft", on="cpu").features(x)
    assert len(wanted) == len(found) == 16
    for ours, theirs in zip(found, wanted, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-5 * float(theirs.max()))
    assert torch.equal(last, found[-1])


@pytest.mark.slow
def test_the_grids_at_299():
    model = load_model("multigap_resnet50=random", on="cpu")
    with torch.no_grad():
        found = model.features(torch.zeros(1, 3, 299, 299))
    assert [layer.shape[2] for layer in found] == [*[75] * 3, *[38] * 4, *[19] * 6, *[10] * 3]
    assert sum(layer.shape[1] for layer in found) == model.weights.shape[1] == 15104


def test_a_cams_mean_plus_the_bias_is_the_raw_output(model, x):
    taken = model.run(x)
    raw, maps = taken.raw, plugins.load("methods", "cam")(taken)
    scale = float(maps.abs().mean())
    torch.testing.assert_close(maps.mean((2, 3)) + model.bias, raw, rtol=1e-5, atol=1e-5 * scale)


def test_ratings_are_tanh_for_attributes_and_sigmoid_for_the_score(model):
    raw = torch.linspace(-2, 2, 9)[None]
    wanted = torch.cat([torch.tanh(raw[:, :8]), torch.sigmoid(raw[:, 8:])], dim=1)
    assert model.attributes[-1] == "overall"
    torch.testing.assert_close(model.ratings(raw), wanted)


def test_random_weights_are_the_same_every_time_and_leave_chance_alone(x):
    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    first, second = (load_model("resnet50_ft=random", on="cpu") for _ in range(2))
    assert torch.rand(1) == wanted
    with torch.no_grad():
        assert torch.equal(first.features(x)[0], second.features(x)[0])
    assert first.source.trained == "random weights, not trained"


def test_without_the_weights_the_command_that_fetches_them_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match=r"xaesthetic data fetch resnet50.*--weights random"):
        load_model("multigap_resnet50")


def test_damaged_imagenet_weights_are_refused(fetched, tmp_path):
    file = tmp_path / "resnet50" / _resnet50.WEIGHTS
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"sha256 is [0-9a-f]{12}… but"):
        load_model("resnet50_ft")


@pytest.mark.slow
def test_trained_weights_with_and_without_a_backbone(fetched, tmp_path, x):
    manifest = {"attributes": ["light", "overall"], "links": ["tanh", "sigmoid"], "trained": "on nothing"}
    head = untrained(2, 2048, seed=5)
    write_weights(tmp_path / "head", "resnet50_ft", Weights(*head, {}, manifest))
    backbone = {key: value * 1.01 for key, value in _resnet50.imagenet()[0].state_dict().items()}
    write_weights(tmp_path / "both", "resnet50_ft", Weights(*head, backbone, manifest))
    plain, frozen, tuned = (
        load_model(f"resnet50_ft{where}", on="cpu") for where in ("", f"={tmp_path}/head", f"={tmp_path}/both")
    )
    assert plain.source.trained == "ImageNet weights, the head is not trained"
    digest = frozen.source.files["resnet50_ft.safetensors"][:12]
    said = f"weights not known (resnet50_ft.safetensors sha256 {digest}…); their maker claims: “on nothing”"
    assert frozen.source.trained == said
    assert frozen.attributes == ("light", "overall")
    with torch.no_grad():
        assert torch.equal(frozen.features(x)[0], plain.features(x)[0])
        assert not torch.allclose(tuned.features(x)[0], plain.features(x)[0])
    assert set(tuned.source.files) == {"resnet50_ft.safetensors"}
    assert set(frozen.source.files) == {"resnet50_ft.safetensors", _resnet50.WEIGHTS}


def test_another_networks_weights_are_refused(tmp_path):
    manifest = {"attributes": ["light"], "trained": "on nothing"}
    write_weights(tmp_path, "resnet50_ft", Weights(*untrained(1, 2048), {"a": torch.zeros(1)}, manifest))
    with pytest.raises(ModelError, match=r"resnet50_ft\.safetensors: is no ResNet50"):
        load_model(f"resnet50_ft={tmp_path}")
