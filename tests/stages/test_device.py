"""Everything that runs a network agrees on the device: no tensor is left on another one."""

from dataclasses import replace

import pytest
import torch
from support import nets
from support.plugin_package import make_photos, plugged  # noqa: F401  # a fixture
from support.second_device import Elsewhere, second_device  # noqa: F401  # a fixture

import xaesthetic as xa
from xaesthetic.core.types import Experiment
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import place
from xaesthetic.run.schemas import PREDICTIONS, RANDOMISATION
from xaesthetic.stages.predict import rate

pytestmark = pytest.mark.usefixtures("plugged")


class Head(torch.nn.Module):
    """A head with weights, that moves."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(4)
        self.linear = torch.nn.Linear(8, 3)

    def forward(self, activations):
        return torch.tanh(self.linear(activations[0].mean((2, 3))))


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "photos", 2)


def test_the_second_device_refuses_what_lies_elsewhere(second_device):
    one = torch.ones(3).to(second_device)
    assert (type(one), str(one.device), (one + 1).cpu().tolist()) == (Elsewhere, second_device, [2.0, 2.0, 2.0])
    with pytest.raises(RuntimeError, match="two devices"):
        one + torch.ones(3)


def test_a_loaded_model_and_its_explanation_are_on_one_device(second_device, photos):
    model = xa.load_model("tiny_net")
    assert (str(model.device), type(model.head.weights)) == (second_device, Elsewhere)
    for method in ("cam", "grad_cam", "activation_energy"):
        shown = xa.explain(photos / "00.png", model, method=method)
        assert shown.raw == pytest.approx(xa.explain(photos / "00.png", xa.load_model("tiny_net", on="cpu")).raw, rel=1e-5)


def test_a_head_alone_says_where_a_model_is(second_device):
    model = place(nets.net_of(FunctionHead(Head())), second_device)
    assert str(model.device) == second_device
    assert str(replace(model, head=FunctionHead(Head())).device) == "cpu"


def test_the_stages_run_where_the_experiment_says(second_device, photos, tmp_path):
    experiment = Experiment(str(photos), None, ("tiny_net",), ("cam", "grad_cam"), ("all",), None, device="auto")
    run = xa.compare(experiment, tmp_path / "out", draw=False).run
    xa.measure(run, "randomisation")
    table = run.read(PREDICTIONS)
    assert table["raw"].tolist() == pytest.approx(rate([photos], experiment).table["raw"].tolist(), rel=1e-6)
    assert len(run.read(RANDOMISATION))
    here = xa.compare(replace(experiment, device="cpu"), tmp_path / "here", draw=False).run
    assert table["raw"].tolist() == pytest.approx(here.read(PREDICTIONS)["raw"].tolist(), rel=1e-5)


def test_an_object_goes_where_the_experiment_says(second_device, photos, tmp_path):
    model = replace(xa.load_model("tiny_net", on="cpu"), name="mine")
    run = xa.compare(photos, tmp_path / "out", draw=False, models=[model]).run
    assert run.experiment.device == "auto"
    assert str(model.module.weight.device) == str(model.device) == "cpu"  # where it was
    shown = xa.explain(photos / "01.png", model)
    table = run.read(PREDICTIONS).set_index(["image", "attribute"])["raw"]
    assert table["01.png", "light"] == pytest.approx(shown.raw["light"], rel=1e-5)


def test_a_session_takes_the_models_own_device(second_device, photos):
    model = xa.load_model("tiny_net")
    pixels = [xa.explain(photos / "00.png", model).pixels]
    assert Session(model).run(pixels).raw == pytest.approx(Session(model, second_device).run(pixels).raw)
