import pytest
import torch
from support import nets

from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError, PluginError
from xaesthetic.models import model as models
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.loading import load_model
from xaesthetic.models.pooling import global_average


def test_the_head_is_averages_and_a_linear_layer():
    model, x = nets.linear_net(), nets.batch(2)
    averages = torch.cat([layer.flatten(2).mean(2) for layer in model.features(x)], dim=1)
    torch.testing.assert_close(model.head(model.features(x)), averages @ model.weights.T + model.bias)


@pytest.mark.parametrize("make", [nets.linear_net, nets.curved_net])
def test_select_keeps_the_order_asked_for(make):
    model, x = make(), nets.batch(2)
    chosen = models.select(model, ["depth_of_field", "light"])
    assert chosen.attributes == ("depth_of_field", "light")
    torch.testing.assert_close(chosen.head(chosen.features(x)), model.head(model.features(x))[:, [2, 0]])


def test_an_attribute_that_it_lacks_is_an_error_that_lists_what_there_is():
    with pytest.raises(ModelError, match="the net has no attribute 'overall'; it has light, content, depth_of_field"):
        models.select(nets.linear_net(), ["light", "overall"], "the net")


def test_devices(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert models.device("auto") == models.device("cpu") == "cpu"
    with pytest.raises(ModelError, match="no device 'cuda' here; there is cpu"):
        models.device("cuda")
    with pytest.raises(ModelError, match="no device 'tpu'"):
        models.device("tpu")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert models.device("auto") == "cuda"


def test_place_moves_the_weights_and_the_module():
    module = torch.nn.Linear(2, 2)
    net = nets.linear_net()
    model = models.gap_linear(net.attributes, net.inputs, net.features, net.weights, net.bias, net.source, module)
    placed = models.place(model, "meta")
    assert placed.weights.device.type == placed.bias.device.type == module.weight.device.type == "meta"


def test_place_keeps_a_plugins_own_head():
    """Weights that a head declares do not replace the head, which here is the square of them."""
    weights, bias = torch.randn(3, 27), torch.randn(3)

    def squared(activations):
        return torch.nn.functional.linear(global_average(activations), weights, bias) ** 2

    head = FunctionHead(squared, linear={row: (weights[row], bias[row]) for row in range(3)})
    model, x = nets.net_of(head), nets.batch(2)
    placed = models.place(model, "cpu")
    assert placed.head.function is squared
    assert torch.equal(placed.run(x).raw, model.run(x).raw)
    assert torch.equal(placed.weights, weights)
    with pytest.raises(ModelError, match="no linear layer whose weights could be replaced"):
        models.relinked(placed, weights)


def test_place_moves_a_head_that_is_a_module():
    head = FunctionHead(torch.nn.Linear(2, 2), linear={0: (torch.ones(27), torch.tensor(1.0))})
    placed = models.place(nets.net_of(head), "meta")
    assert placed.head.function.weight.device.type == placed.head.linear[0][0].device.type == "meta"


def test_relinked_keeps_the_bias():
    model, x = nets.linear_net(), nets.batch(2)
    other = models.relinked(model, 2 * model.weights)
    torch.testing.assert_close(other.run(x).raw, 2 * model.run(x).raw - model.bias)


def test_unknown_models_and_weights_where_none_are_taken(monkeypatch):
    with pytest.raises(PluginError, match="no model 'multigap_lite'. Did you mean 'multigap_lite0'"):
        load_model("multigap_lite")
    monkeypatch.setattr(plugins, "load", lambda kind, name: lambda: nets.linear_net())
    monkeypatch.setattr("xaesthetic.models.loading.validate_choice", lambda choice: None)
    monkeypatch.setattr("xaesthetic.models.loading.with_declared", lambda model, name: model)
    assert load_model("mine", ["content"], "cpu").attributes == ("content",)
    with pytest.raises(ModelError, match="mine takes no weights"):
        load_model("mine=folder")
