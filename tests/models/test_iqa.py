"""pyiqa's metrics as models: a stand-in of its interface, and the library itself where it is installed."""

import sys
import types
from importlib import metadata

import numpy as np
import pytest
import torch

from xaesthetic.core.errors import ModelError, PluginError
from xaesthetic.models.forward import Session
from xaesthetic.models.iqa_licences import LICENCES, metric_licence
from xaesthetic.models.loading import load_model
from xaesthetic.stages.choices import validate_methods

PHOTO = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
CONFIGS = {
    "plain": {"metric_opts": {"type": "Plain"}, "metric_mode": "NR", "lower_better": True, "score_range": "0, 100"},
    "taught": {"metric_opts": {"type": "Plain", "pretrained": "koniq"}, "metric_mode": "NR", "score_range": "~0, ~1"},
    "pair": {"metric_opts": {"type": "Pair"}, "metric_mode": "FR"},
    "far": {"metric_opts": {"type": "Far"}, "metric_mode": "NR"},
}


class Metric(torch.nn.Module):
    """pyiqa's: the network lies in `net`, and as a loss it gives a number a photograph."""

    def __init__(self, taught):
        super().__init__()
        self.net = torch.nn.Linear(1, 1) if taught else torch.nn.Identity()

    def forward(self, x):
        return 100 * x.mean((1, 2, 3))


def create_metric(name, as_loss=False, loss_reduction="mean", device=None):
    if name == "far":
        raise OSError("no network\nhere")
    assert (as_loss, loss_reduction) == (True, "none")
    return Metric(name == "taught")


@pytest.fixture
def stand_in(monkeypatch):
    package = types.ModuleType("pyiqa")
    package.__spec__ = types.SimpleNamespace(name="pyiqa", submodule_search_locations=[])
    package.create_metric = create_metric
    configs = types.ModuleType("pyiqa.default_model_configs")
    configs.DEFAULT_CONFIGS = CONFIGS
    monkeypatch.setitem(sys.modules, "pyiqa", package)
    monkeypatch.setitem(sys.modules, "pyiqa.default_model_configs", configs)
    real = metadata.metadata
    stated = {"Version": "9.9", "License-Expression": "PolyForm-Noncommercial-1.0.0"}
    monkeypatch.setattr(metadata, "metadata", lambda name: stated if name == "pyiqa" else real(name))


def test_a_metric_rates_and_keeps_its_direction_range_and_licence(stand_in):
    model = load_model("pyiqa:plain", on="cpu")
    (plain,) = model.descriptions
    assert (plain.range, plain.higher_is_better) == ("0 to 100", False)
    assert model.source.licence.startswith("PolyForm-Noncommercial-1.0.0 (pyiqa 9.9, as it declares itself)")
    assert model.source.licence.endswith("; Plain's own licence: not known")
    assert model.source.trained == "a formula without weights"
    assert "plain: lower is better" in model.notes
    white = np.full((40, 60, 3), 255, np.uint8)
    np.testing.assert_allclose(Session(model).run([white, PHOTO * 0]).ratings, [[100], [0]], atol=1e-4)
    taught = load_model("pyiqa:taught", on="cpu")
    assert taught.source.licence.endswith("; weights: not stated")
    assert (taught.source.trained, taught.descriptions[0].range) == ("pyiqa's weights (koniq)", "")


def test_methods_that_need_layers_are_refused_in_a_sentence(stand_in):
    model = load_model("pyiqa:plain", on="cpu")
    assert validate_methods({"m": model}, ["occlusion"]) == {}
    for method in ("cam", "grad_cam", "activation_energy"):
        with pytest.raises(ModelError, match=f"m: {method} reads a layer's activations, and this model has no grid"):
            validate_methods({"m": model}, [method])


def test_what_is_no_metric_of_one_photograph_is_refused(stand_in):
    for name, message in (
        ("pair", "pyiqa:pair compares two photographs"),
        ("nothing", "no metric of pyiqa 'nothing'.* It has: far, plain, taught"),
        ("far", r"pyiqa:far: cannot be made \(no network here\)"),
        ("plain=random", "pyiqa:plain: has no random weights"),
    ):
        with pytest.raises(ModelError, match=message):
            load_model(f"pyiqa:{name}", on="cpu")


def test_a_metrics_licence_is_its_authors_with_the_place_or_is_said_to_be_unknown(monkeypatch):
    said = "A metric. Code from https://github.com/chaofengc/x, after https://github.com/some-one/their.net/blob/m/a.py"
    monkeypatch.setattr(sys.modules[__name__], "__doc__", said)
    assert metric_licence("TReS", Metric(True)) == (
        "TReS's code: academic or non-profit research only (https://github.com/isalirezag/TReS, LICENSE)"
    )
    unknown = metric_licence("Plain", Metric(True))
    assert unknown == (
        "Plain's own licence: not known; pyiqa took it from https://github.com/some-one/their.net, look there"
    )


def test_without_the_library_its_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyiqa", None)
    with pytest.raises(
        PluginError, match=r"pyiqa:piqe needs pyiqa, which is not installed; pip install 'xaesthetic\[pyiqa\]'"
    ):
        load_model("pyiqa:piqe", on="cpu")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning")
def test_a_metric_of_the_library_itself_without_a_download():
    pyiqa = pytest.importorskip("pyiqa")
    from xaesthetic.models.forward import to_batch

    model = load_model("pyiqa:piqe", on="cpu")
    direct = pyiqa.create_metric("piqe", device=torch.device("cpu"))
    wanted = [float(direct(to_batch([item], model.inputs))) for item in (PHOTO, PHOTO // 2)]
    np.testing.assert_allclose(Session(model).run([PHOTO, PHOTO // 2]).ratings[:, 0], wanted, rtol=1e-4)
    assert model.descriptions[0].higher_is_better is False
    assert "PolyForm-Noncommercial" in model.source.licence
    assert "PIQE's own licence: not known; pyiqa took it from https://github.com/" in model.source.licence


@pytest.mark.slow
def test_every_class_in_the_table_of_licences_is_pyiqas():
    pytest.importorskip("pyiqa")
    from pyiqa.default_model_configs import DEFAULT_CONFIGS

    assert set(LICENCES) <= {config["metric_opts"]["type"] for config in DEFAULT_CONFIGS.values()}
