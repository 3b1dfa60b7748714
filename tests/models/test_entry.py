import sys

import numpy as np
import pytest
import torch
from support.model_folders import INPUTS, TOML, model_folder  # noqa: F401

from xaesthetic.core.errors import ModelError
from xaesthetic.models.entry import build_by_function, load_network
from xaesthetic.models.folder import read_folder
from xaesthetic.models.forward import Session
from xaesthetic.models.loading import load_model


def folder_of(model_folder, function, **files):
    return read_folder(model_folder(TOML.replace("network:build", function), **files))


def test_a_file_of_a_folder_runs_only_where_it_is_trusted(model_folder):
    root = model_folder()
    (root / "network.py").write_text("raise RuntimeError('this ran')")
    with pytest.raises(ModelError, match=r"network\.py: would run code of this folder; read it, then add --trust"):
        build_by_function(read_folder(root), trust=False)
    with pytest.raises(ModelError, match="RuntimeError: this ran"):
        build_by_function(read_folder(root), trust=True)


def test_a_trusted_file_builds_the_same_network_every_time_and_leaves_nothing_behind(model_folder):
    folder, before = read_folder(model_folder()), set(sys.modules)
    state = torch.random.get_rng_state()
    (one, said), (two, _) = build_by_function(folder, trust=True), build_by_function(folder, trust=True)
    assert torch.equal(one[0].weight, two[0].weight)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert said == "network.py of the folder was run (it is trusted)"
    assert set(sys.modules) == before


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("network:fails", r"network\.py:fails\(\) fails \(RuntimeError: not today\)"),
        ("network:leaves", r"network\.py:leaves\(\) fails \(SystemExit: 3\)"),
        ("network:text", r"network\.py:text\(\) returns str, but a torch\.nn\.Module was wanted"),
        ("network:nothing", r"there is no function network\.py:nothing"),
        ("network:torch", r"there is no function network\.py:torch"),
        ("network:a.b", "'package.module:function' was wanted"),
        ("os:abort", "os is Python's own and builds no network"),
        ("sys:exit", "sys is Python's own"),
        (
            "no_such_package.x:y",
            r"no_such_package\.x cannot be imported .* nor is there no_such_package\.x\.py|No module named",
        ),
        ("numpy.nothing:y", r"numpy\.nothing cannot be imported"),
        ("torch.nn:nothing", r"there is no function torch\.nn:nothing"),
        ("torch.nn:Linear", r"torch\.nn:Linear\(\) fails \(TypeError"),
    ],
)
def test_what_builds_no_network_is_refused_in_one_line(model_folder, function, message):
    with pytest.raises(ModelError, match=message) as caught:
        build_by_function(folder_of(model_folder, function), trust=True)
    assert "model.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_installed_function_needs_no_trust(model_folder):
    net, said = build_by_function(folder_of(model_folder, "torch.nn:Identity"), trust=False)
    assert isinstance(net, torch.nn.Identity)
    assert said == "built by torch.nn:Identity, an installed module"


@pytest.mark.parametrize("path", ["package", "package/inner", "package/__init__"])
def test_a_module_that_lies_in_the_folder_is_not_taken_for_installed(model_folder, monkeypatch, tmp_path, path):
    """Also where the folder, or the one above it, is on the path, as in a notebook."""
    root = model_folder()
    (root / path).parent.mkdir(exist_ok=True)
    (root / "package").mkdir(exist_ok=True)
    (root / f"{path}.py").write_text("raise RuntimeError('this ran')")
    for place, above in ((root, ""), (tmp_path, "mine.")):
        monkeypatch.syspath_prepend(place)
        with pytest.raises(ModelError, match="names a module that lies in the folder itself"):
            build_by_function(folder_of(model_folder, f"{above}package.inner:build"), trust=True)


class Returns(torch.nn.Module):
    def __init__(self, copy: bool = False):
        super().__init__()
        self.conv, self.head, self.copy = torch.nn.Conv2d(3, 5, 4, stride=4), torch.nn.Linear(5, 2), copy

    def forward(self, x):
        layer = self.conv(x)
        rated = self.head(layer.mean(2).mean(2))
        return (layer * 1.0 if self.copy else layer), rated


class Rates(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Returns()

    def forward(self, x):
        return self.net(x)[1]


def scripted(net, file):
    torch.jit.trace(net.eval(), torch.rand(2, 3, 24, 32)).save(str(file))


def exported(net, file):
    torch.export.save(
        torch.export.export(net.eval(), (torch.rand(2, 3, 24, 32),), dynamic_shapes=({0: torch.export.Dim("b")},)), file
    )


FILE = 'architecture = "net.pt"\noutputs = ["beauty", "noise"]\n' + INPUTS
old = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")


@old
@pytest.mark.parametrize(("write", "file"), [(scripted, "net.pt"), (exported, "net.pt2")])
def test_a_file_that_returns_activations_has_maps(model_folder, write, file):
    root, net = model_folder(FILE.replace("net.pt", file)), Returns()
    write(net, root / file)
    model = load_model(root, on="cpu", trust=True)
    photo = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    results = Session(model).run([photo], ["grad_cam"])
    x = torch.from_numpy((photo.transpose(2, 0, 1) / 255 - 0.5) / 0.25).float()[None]
    layer, rated = net(x)
    np.testing.assert_allclose(results.raw, rated.detach(), rtol=1e-4, atol=1e-5)
    slow = torch.einsum("ak,kij->aij", net.head.weight, layer[0])
    np.testing.assert_allclose(results.maps["grad_cam"][0], slow.detach(), rtol=1e-3, atol=1e-5)


@old
def test_a_file_that_returns_outputs_alone_is_explained_at_its_inputs(model_folder):
    root = model_folder(FILE)
    scripted(Rates(), root / "net.pt")
    model = load_model(root, on="cpu")
    assert any("TorchScript, which torch's interpreter runs" in note for note in model.notes)
    photo = np.zeros((24, 32, 3), np.uint8)
    assert Session(model).run([photo], ["occlusion"]).maps["occlusion"].shape == (1, 2, 10, 10)
    with pytest.raises(ModelError):
        Session(model).run([photo], ["grad_cam"])


@old
def test_activations_that_outputs_do_not_come_from_are_refused(model_folder):
    root = model_folder(FILE)
    scripted(Returns(copy=True), root / "net.pt")
    with pytest.raises(ModelError, match="its outputs are not computed from the activations that it returns"):
        load_model(root, on="cpu")


def test_an_exported_file_needs_trust_and_a_damaged_one_is_refused(model_folder):
    files = {"net.pt2": b"x", "net.pt": b"PK\x03\x04"}
    exported_folder = read_folder(model_folder(FILE.replace("net.pt", "net.pt2"), **files))
    with pytest.raises(ModelError, match=r"net\.pt2: would run code of this folder"):
        load_network(exported_folder, trust=False)
    with pytest.raises(ModelError, match=r"net\.pt2: is no torch\.export file that can be loaded"):
        load_network(exported_folder, trust=True)
    with pytest.raises(ModelError, match=r"net\.pt: is no TorchScript file that can be loaded"):
        load_network(read_folder(model_folder(FILE, **files)), trust=False)


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (FILE.replace("outputs", "layers = ['0']\noutputs"), "holds a whole network; leave weights, head and layers out"),
        (FILE.replace('outputs = ["beauty", "noise"]', ""), r"\$\.outputs: are not named"),
        ('architecture = "net.pt"\noutputs = ["a"]', r"\$\.inputs: are not stated"),
        ('architecture = "net.pt"\noutputs = ["a"]\ninputs.size = 3', r"\$\.inputs: does not state mean, std, scale"),
    ],
)
def test_a_file_needs_what_it_does_not_say_itself(model_folder, toml, message):
    root = model_folder(toml)
    scripted(Rates(), root / "net.pt")
    with pytest.raises(ModelError, match=message):
        load_model(root, on="cpu")


test_a_file_needs_what_it_does_not_say_itself = old(test_a_file_needs_what_it_does_not_say_itself)
