import numpy as np
import pytest
import torch
from safetensors.torch import save
from support.model_folders import TOML, model_folder, tiny  # noqa: F401

from xaesthetic.core.choices import ModelChoice, validate_choice
from xaesthetic.core.errors import ModelError, PluginError, XaestheticError, XaestheticWarning
from xaesthetic.models.architectures import _classes, _reachable, build_network
from xaesthetic.models.checkpoints import state_sum
from xaesthetic.models.examine import examine_model, prove, state
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model
from xaesthetic.models.multigap import Intermediates, default_stages, grids
from xaesthetic.models.named import library_model

PHOTO = np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)
WEIGHTED = f'weights = "model.safetensors"\n{TOML}'


def written(prefix="module."):
    return {"model.safetensors": save({prefix + name: tensor for name, tensor in tiny().state_dict().items()})}


def test_a_folder_rates_by_its_weights_and_its_maps_add_up(model_folder):
    outputs = 'outputs = [{ name = "beauty", range = [0, 1], link = "sigmoid" }, { name = "noise", direction = "lower" }]'
    root = model_folder(WEIGHTED.replace('outputs = ["beauty", "noise"]', outputs), **written())
    model = load_model(root, on="cpu", trust=True)
    results = Session(model).run([PHOTO], ["cam"])
    with torch.no_grad():
        from xaesthetic.models.forward import to_batch

        wanted = tiny()(to_batch([PHOTO], model.inputs)).numpy()
    np.testing.assert_allclose(results.raw, wanted, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(results.ratings[0, 0], 1 / (1 + np.exp(-wanted[0, 0])), rtol=1e-5)
    np.testing.assert_allclose(results.ratings[0, 1], wanted[0, 1], rtol=1e-5)
    np.testing.assert_allclose(results.maps["cam"].mean((2, 3)) + model.bias.numpy(), wanted, rtol=1e-4, atol=1e-5)
    assert [item.higher_is_better for item in model.descriptions] == [True, False]
    assert "model.safetensors: 4 tensors loaded, 'module.' taken off their names" in model.notes
    assert model.source.trained.startswith("weights not known (model.safetensors sha256 ")


def test_what_a_checkpoint_lacks_is_warned_of_where_it_is_wanted(model_folder):
    lacking = {name: tensor for name, tensor in tiny().state_dict().items() if name != "4.bias"}
    root = model_folder(WEIGHTED, **{"model.safetensors": save(lacking)})
    with pytest.raises(ModelError, match=r"1 missing \(4\.bias\); mend it, or say partial = true"):
        load_model(root, on="cpu", trust=True)
    (root / "model.toml").write_text(f"partial = true\n{WEIGHTED}")
    with pytest.warns(XaestheticWarning, match=r"a part of the network is random \(partial = true\): 1 missing"):
        model = load_model(root, on="cpu", trust=True)
    assert "model.safetensors: 1 missing (4.bias)" in model.notes


def test_stated_inputs_go_before_declared_ones(model_folder):
    toml = 'architecture = "torchvision:resnet18"\noutputs = ["a"]\n[inputs]\nsize = 64\nbgr = true\nstd = [1, 1, 1]'
    inputs = load_model(model_folder(toml), on="cpu").inputs
    assert (inputs.size, inputs.bgr, inputs.std, inputs.scale) == ((64, 64), True, (1, 1, 1), 1.0)
    assert inputs.mean == (0.485, 0.456, 0.406)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (TOML.replace('"noise"]', '"noise", "x"]'), "the network has 2 outputs, but 3 names"),
        (TOML.replace('layers = "1"', 'layers = "nothing"'), "nothing"),
        (f"head = 'multigap'\n{TOML}", "head = 'multigap' needs weights and outputs"),
        ('architecture = "timm:nothing_at_all"\noutputs = ["a"]', r"\$\.architecture: timm has no network 'nothing_at_all'"),
        (f'weights = "nothing.pt"\n{TOML}', r"'nothing\.pt' is not there"),
        (f'weights = "network.py"\n{TOML}', r"network\.py: is no checkpoint by its name"),
    ],
)
def test_what_does_not_fit_together_is_said_in_one_line(model_folder, toml, message):
    with pytest.raises(XaestheticError, match=message) as caught:
        load_model(model_folder(toml), on="cpu", trust=True)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("choice", "error", "message"),
    [
        ("timm:rsnet18", ModelError, "timm has no network 'rsnet18'; did you mean resnet18"),
        ("timm:resnet18.nothing=random", ModelError, "timm's resnet18 has no weights 'nothing'; it has "),
        ("timm:hf-hub:a/b=random", ModelError, "is no name of a network"),
        ("timm:=random", ModelError, "is no name of a network"),
        ("torchvision:fasterrcnn_resnet50_fpn", ModelError, "torchvision has no network"),
        ("timm:resnet18=weights", ModelError, "takes no weights behind '='"),
        ("./nothing", ModelError, "there is no such model folder; 'xaesthetic new model NAME' writes one"),
        ("nothing", PluginError, "no model 'nothing'"),
    ],
)
def test_names_of_no_model_are_refused(choice, error, message):
    with pytest.raises(error, match=message):
        load_model(choice, on="cpu")


def test_a_folder_beats_no_plug_in_and_can_be_named_without_a_slash(model_folder, monkeypatch, tmp_path):
    model_folder()
    model_folder(name="multigap_lite0")
    monkeypatch.chdir(tmp_path)
    assert ModelChoice.parse("mine").folder is not None
    assert ModelChoice.parse("multigap_lite0").folder is None
    assert ModelChoice.parse("./multigap_lite0").folder is not None
    validate_choice(ModelChoice.parse("mine"))
    assert load_model("mine", "noise", "cpu", trust=True).attributes == ("noise",)


def test_a_host_that_cannot_be_reached_is_said_in_one_sentence(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ModelError, match=r"timm:x: its weights are not here, and nowhere\.invalid cannot be reached"):
        _reachable("timm:x", "nowhere.invalid")
    _reachable("timm:x", "")


def test_classes_become_names_that_attributes_may_have():
    texts = ["tench, Tinca tinca", "crane", "a/b", "Crane, bird", ".x"]
    assert _classes(texts, 5) == ("tench", "crane (1)", "a or b", "Crane (3)", "x")
    assert _classes(texts, 1000) == ()


@pytest.mark.parametrize("name", ["test_resnet", "test_vit"])
def test_a_librarys_network_says_that_its_outputs_are_no_ratings(name):
    network = build_network("timm", name, 2)
    model = library_model(network, True, f"timm:{name}")
    assert "its outputs stand for nothing" in model.notes
    assert model.source.trained.startswith("random weights")
    assert model.source.files["weights"] == state_sum(build_network("timm", name, 2).net)
    assert "its 2 outputs are classes of pictures, not ratings" in library_model(network, False, "x").notes
    assert prove(model, [PHOTO]).adds_up is not False


@pytest.mark.slow
def test_all_classes_of_a_librarys_network_are_outputs():
    examination = examine_model("timm:test_resnet=random")
    assert (len(examination.outputs), examination.proof.adds_up) == (1000, True)
    assert state(examination)["inputs"]["size"] == [160, 160]


def test_layers_of_a_backbone_are_timms_stages_or_the_default_stages():
    network = build_network("timm", "test_resnet", 0)
    module = Intermediates(network.net)
    shapes = grids(module, network.inputs)
    assert [shape[0] for shape in shapes.values()] == [item["num_chs"] for item in network.net.feature_info]
    other = build_network("torchvision", "resnet18")
    assert default_stages(other.net, (64, 64)) == ["relu", "layer1", "layer2", "layer3", "layer4"]
    x = torch.rand(1, 3, 64, 64)
    got = Intermediates(other.net, ["layer2", "layer1"])(x)
    one = other.net.layer1(other.net.maxpool(other.net.relu(other.net.bn1(other.net.conv1(x)))))
    torch.testing.assert_close(got, (other.net.layer2(one), one))


def test_stages_with_their_channels_last_become_grids():
    class Last(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.one, self.two = torch.nn.Conv2d(3, 4, 4, 4), torch.nn.Identity()

        def forward(self, x):
            return self.two(self.one(x).permute(0, 2, 3, 1))

    from xaesthetic.core.types import InputSpec

    net = Last()
    stages = Intermediates(net, ["two"], (32, 32))
    assert grids(stages, InputSpec((32, 32), (0.0, 0.0, 0.0))) == {"two": (4, 8, 8)}
    x = torch.rand(2, 3, 32, 48)
    torch.testing.assert_close(stages(x)[0], net.one(x))
    with pytest.raises(ModelError, match="has no layer 'three'"):
        Intermediates(Last(), ["three"])
