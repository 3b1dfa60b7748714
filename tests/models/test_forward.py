"""The one forward pass."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from support import nets
from test_pooling import slowly

from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError, PluginError
from xaesthetic.core.facts import MethodFacts
from xaesthetic.models.forward import Session, method_facts, to_batch
from xaesthetic.models.model import Pass, select

LINKS = ("tanh", "identity", "sigmoid")
ONE_PASS = ("cam", "grad_cam", "malu_cam", "activation_energy")


def counting(model):
    """The same model, and the batches that its network was given."""
    batches = []

    def features(x):
        batches.append(len(x))
        return model.features(x)

    return replace(model, features=features), batches


@pytest.fixture
def photos(photo):
    return [photo, photo[::-1].copy(), photo[:, ::-1].copy()]


def test_results_are_the_parts_by_hand(photos):
    model = nets.linear_net()
    model = replace(model, inputs=replace(model.inputs, scale=1.0), links=LINKS)
    results = Session(model).run(photos, ["cam", "grad_cam"])
    x = to_batch(photos, model.inputs)
    activations = model.features(x)
    averages = torch.cat([layer.mean((2, 3)) for layer in activations], dim=1)
    raw = (averages @ model.weights.T + model.bias).numpy()
    np.testing.assert_allclose(results.raw, raw, rtol=1e-5, atol=1e-5)
    wanted = np.stack([np.tanh(raw[:, 0]), raw[:, 1], 1 / (1 + np.exp(-raw[:, 2]))], axis=1)
    np.testing.assert_allclose(results.ratings, wanted, rtol=1e-5, atol=1e-6)
    for photograph, output in ((0, 0), (2, 1)):
        channels = torch.cat([slowly(layer[photograph], (6, 5)) for layer in activations])
        by_hand = (channels * model.weights[output][:, None, None]).sum(0)
        for maps in results.maps.values():
            np.testing.assert_allclose(maps[photograph, output], by_hand, rtol=1e-4, atol=1e-4)
    for array in (results.raw, results.ratings, *results.maps.values()):
        assert array.dtype == np.float32
    assert list(results.maps) == ["cam", "grad_cam"]
    np.testing.assert_allclose(results.maps["cam"].mean((2, 3)) + model.bias.numpy(), results.raw, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("methods", [(), ("cam",), ("activation_energy", "grad_cam"), ONE_PASS])
def test_a_batch_is_one_network_call_whatever_the_methods(photos, methods):
    model, batches = counting(nets.linear_net())
    Session(model).run(photos, methods)
    assert batches == [3]


def test_methods_that_run_the_network_say_what_it_costs(photos):
    model, batches = counting(nets.linear_net())
    Session(model).run(photos, ["occlusion", "cam"])
    assert sum(batches) == 3 * (9 * 9 + 1)
    assert method_facts("occlusion").passes == "9x9+1"


@pytest.mark.parametrize(
    ("methods", "wanted"), [((), "none"), (("cam",), "none"), (("cam", "grad_cam"), "sums"), (("whole", "grad_cam"), "full")]
)
def test_the_richest_gradients_are_asked_for_once(photos, methods, wanted, monkeypatch):
    asked, load = [], plugins.load

    def whole(taken):
        return taken.gradients[-1].sum(2)

    whole.facts = replace(method_facts("grad_cam"), gradients="full")
    monkeypatch.setattr(plugins, "load", lambda kind, name: whole if name == "whole" else load(kind, name))
    facts = plugins.facts
    monkeypatch.setattr(plugins, "facts", lambda kind, name: whole.facts if name == "whole" else facts(kind, name))
    plain = nets.linear_net()

    def runner(model, x, gradients):
        asked.append(gradients)
        return replace(plain.run(x, gradients), model=model)

    Session(replace(plain, runner=runner)).run(photos, methods)
    assert asked == [wanted]


def test_a_models_own_runner_is_told_what_was_selected():
    model, x = nets.linear_net(), nets.batch(2)

    def runner(model, x, gradients):
        raw = torch.tensor([[nets.NAMES.index(name) for name in model.attributes]] * len(x), dtype=torch.float32)
        return Pass(model, x, (torch.ones(len(x), 27, 2, 2),), raw)

    own = select(replace(model, runner=runner, links=LINKS), ["depth_of_field", "light"])
    results = Session(own).run_batch(x)
    np.testing.assert_allclose(results.raw, [[2, 0]] * 2)
    np.testing.assert_allclose(results.ratings, [[1 / (1 + np.exp(-2)), 0]] * 2, rtol=1e-6)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.enable_grad, torch.inference_mode])
def test_every_method_works_in_every_mode(mode):
    session, x = Session(nets.linear_net()), nets.batch(2)
    names = [name for name in plugins.names("methods") if not name.startswith(("attention_", "full_grad"))]
    wanted = session.run_batch(x, names)
    with mode():
        found = session.run_batch(x * 1, names)
    for name, maps in wanted.maps.items():
        np.testing.assert_array_equal(found.maps[name], maps)


def test_bfloat16_is_near_and_still_adds_up():
    model, x = nets.linear_net(), nets.batch(2)
    full, half = (Session(model, precision=each).run_batch(x, ["cam", "occlusion"]) for each in ("full", "bf16"))
    assert half.raw.dtype == half.maps["cam"].dtype == np.float32
    assert 0 < np.abs(half.maps["cam"] - full.maps["cam"]).max() < 0.05 * np.abs(full.maps["cam"]).max()
    np.testing.assert_allclose(half.raw, full.raw, atol=0.05 * np.abs(full.raw).max())
    with pytest.raises(ModelError, match="no precision 'half'; there are full, bf16"):
        Session(model, precision="half")


def test_methods_run_the_network_again_in_the_sessions_precision(monkeypatch):
    again = []

    def method(taken):
        again.append(torch.equal(taken.model.run(taken.x).raw, taken.raw))
        return taken.raw[..., None, None]

    monkeypatch.setattr(plugins, "load", lambda kind, name: method)
    monkeypatch.setattr(plugins, "facts", lambda kind, name: MethodFacts())
    results = [Session(nets.linear_net(), precision=each).run_batch(nets.batch(2), ["again"]) for each in ("full", "bf16")]
    assert again == [True, True]
    assert not np.array_equal(results[0].raw, results[1].raw)


def test_a_method_that_is_not_there(photos):
    with pytest.raises(PluginError, match="it is called 'grad_cam' here"):
        Session(nets.linear_net()).run(photos, ["gradcam"])
