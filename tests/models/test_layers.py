"""Layers in series: each one's map is that of a network of which it alone is hooked; others add up."""

import numpy as np
import pytest
import torch
from support import nets
from support.odd_networks import INPUTS, Odd, wrapped

import xaesthetic as xa
from xaesthetic.core.errors import ModelError
from xaesthetic.models.forward import Session, method_facts
from xaesthetic.models.layers import at_layer, facts_for, in_series
from xaesthetic.models.target import Target, explained, unit

X = torch.randn(2, 3, *INPUTS.size, generator=torch.Generator().manual_seed(0))
LAYERS = ["first", "second"]


class Both(Odd):
    """As multi-GAP: the head reads both layers, which lie in series all the same."""

    def end(self, early, late, aux):
        del aux
        return self.linear(late.mean((2, 3))) + early.mean((2, 3))[:, :2]


class Aside(Odd):
    """Two layers of which none depends on the other."""

    def forward(self, x):
        return (
            self.linear((self.second(self.relu(self.first(x)))).relu().mean((2, 3))) * self.norm(x.repeat(1, 2, 1, 1)).amax()
        )


@pytest.mark.parametrize("name", ["grad_cam", "hires_cam", "score_cam", "ablation_cam"])
@pytest.mark.parametrize("target", [Target(), Target("down")], ids=["up", "down"])
def test_each_layers_map_is_that_of_the_layer_alone(name, target):
    both = explained(wrapped("rectified", layers=LAYERS), target)
    for layer in LAYERS:
        alone = explained(wrapped("rectified", layers=layer), target)
        wanted = Session(alone).run_batch(X, [name]).maps[name]
        np.testing.assert_allclose(
            Session(at_layer(both, layer)).run_batch(X, [name]).maps[name], wanted, rtol=1e-5, atol=1e-6
        )


def test_grad_cam_of_a_layer_against_the_equation():
    """The total derivative, by a network that is cut by hand after its first layer."""
    model = wrapped("rectified", layers=LAYERS)
    network = model.module.eval()
    leaf = network.first(X).detach().requires_grad_()
    early = torch.relu(network.norm(leaf))
    raw = network.linear(network.second(early).relu().mean((2, 3)))
    maps = Session(at_layer(model, "first")).run_batch(X, ["grad_cam"]).maps["grad_cam"]
    for output in range(2):
        (gradient,) = torch.autograd.grad(raw[:, output].sum(), leaf, retain_graph=True)
        wanted = (gradient.sum((2, 3))[..., None, None] * leaf).sum(1)
        np.testing.assert_allclose(maps[:, output], wanted.detach(), rtol=1e-4, atol=1e-5)


def test_a_layer_alone_is_proved_anew():
    """The last layer is linear by itself, the first is not; together they lie in series."""
    model = wrapped(layers=LAYERS)
    assert in_series(model)
    assert model.weights is None
    last = at_layer(model, "second")
    assert not in_series(last)
    assert last.layers == ("second",)
    torch.testing.assert_close(last.features(X)[0].mean((2, 3)) @ last.weights.T + last.bias, model.run(X).raw)
    assert at_layer(model, "first").weights is None


def test_only_layers_in_series_promise_nothing():
    cam = method_facts("cam")
    assert any("'first' and 'second' lie in series" in note for note in wrapped("rectified", layers=LAYERS).notes)
    series = wrapped("rectified", layers=LAYERS)
    assert (facts_for(series, cam).adds_up, unit(series, "output_0", Target(), cam)) == ("", "")
    for model in (xa.wrap(Both(), layers=["relu", "second"], inputs=INPUTS), wrapped(layers="second")):
        assert not in_series(model)
        assert not any("series" in note for note in model.notes)
        assert (facts_for(model, cam).adds_up, unit(model, "output_0", Target(), cam)) == ("mean", "rating points")
    assert facts_for(series, method_facts("integrated_gradients")).adds_up == "sum"
    assert not in_series(xa.wrap(Aside(), layers=["second"], inputs=INPUTS))


def test_an_explanation_has_each_layers_map(photo):
    model = wrapped("rectified", layers=LAYERS, outputs=["light", "beauty"])
    shown = xa.explain(photo, model)
    assert list(shown.layer_maps) == LAYERS
    for layer in LAYERS:
        alone = xa.explain(photo, wrapped("rectified", layers=layer, outputs=["light", "beauty"]))
        assert alone.layer_maps == {}
        np.testing.assert_allclose(shown.layer_maps[layer]["beauty"], alone.maps["beauty"], rtol=1e-4, atol=1e-5)
    assert "first and second lie in series: each map is its own, their sum promises nothing" in repr(shown)
    texts = {text.get_text() for text in shown.figure().texts}
    assert {"Light, first", "Light, second", "beauty, first", "beauty, second"} <= texts
    direct = xa.wrap(Both(), layers=["relu", "second"], inputs=INPUTS)
    assert xa.explain(photo, direct).layer_maps == {}


def test_what_has_no_such_layer_says_so():
    with pytest.raises(ModelError, match="no target layer 'frist'. Did you mean 'first'"):
        at_layer(wrapped(layers=LAYERS), "frist")
    with pytest.raises(ModelError, match="no hooked network"):
        at_layer(nets.linear_net(), "first")
