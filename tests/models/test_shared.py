"""Models whose networks are equal run them once."""

from copy import deepcopy

import numpy as np
import pytest
import torch
from support.nets import NAMES, SOURCE

from xaesthetic.core.types import Experiment, InputSpec
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.shared import Remembered, sharing
from xaesthetic.stages._passes import Passes

METHODS = ("cam", "activation_energy", "saliency", "occlusion")


class Layers(torch.nn.Module):
    """Two convolutions; counts its passes."""

    def __init__(self, layers, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.first, self.second = torch.nn.Conv2d(3, 4, 3, 2), torch.nn.Conv2d(4, 6, 3, 2)
        self.layers, self.passes = layers, 0
        self.requires_grad_(False).eval()

    def forward(self, x):
        return self.all_layers(x)[self.layers]

    def all_layers(self, x):
        self.passes += 1
        one = torch.relu(self.first(x))
        return one, torch.relu(self.second(one))


def model_of(network, size=(27, 23)):
    torch.manual_seed(1)
    channels = sum((4, 6)[network.layers])
    head = LinearHead(torch.randn(3, channels), torch.randn(3))
    return AttributeModel(NAMES, InputSpec(size, mean=(0.0, 0.0, 0.0)), network, head, SOURCE, network)


@pytest.fixture
def models():
    return {"all": model_of(Layers(slice(None))), "last": model_of(Layers(slice(-1, None)))}


def passes(models):
    return [model.features.passes for model in models.values()]


def run(models, photo, methods=METHODS[:2]):
    chosen = Experiment("photos", "", ("all", "last"), methods, ("all",), None, device="cpu")
    passes = Passes(models, dict.fromkeys(models, methods), chosen)
    return passes.run([passes.squash(item) for item in (photo, photo[::-1].copy())])


def test_an_equal_network_runs_once_and_nothing_else_changes(models, photo):
    made = run(models, photo)
    assert passes(models) == [1, 0]
    for key, model in models.items():
        alone = Session(model).run([photo, photo[::-1].copy()], METHODS[:2])
        assert np.array_equal(made[key].raw, alone.raw)
        assert all(np.array_equal(made[key].maps[name], alone.maps[name]) for name in METHODS[:2])


def test_methods_that_run_the_network_again_have_their_own_passes(models, photo):
    made = run(models, photo, METHODS)
    for key, model in models.items():
        alone = Session(model).run([photo, photo[::-1].copy()], METHODS)
        assert all(np.array_equal(made[key].maps[name], alone.maps[name]) for name in METHODS)


def another_size(models):
    return models | {"last": model_of(models["last"].features, (31, 23))}


def other_weights(models):
    models["last"].features.second.bias.data[0] += 1e-6  # not to be seen by a version
    return models


def half(models):
    models["last"].features.double()
    return models


@pytest.mark.parametrize("change", [another_size, other_weights, half])
def test_networks_that_differ_are_not_shared(models, change):
    shared = sharing(change(models))
    assert shared["all"].features.network is not shared["last"].features.network


def test_a_model_without_layers_to_choose_from_stays_as_it_is(models):
    other = deepcopy(models["all"].features)
    plain = model_of(Layers(slice(None)))
    plain = AttributeModel(NAMES, plain.inputs, lambda x: other(x), plain.head, SOURCE, other)
    assert sharing({"plain": plain})["plain"] is plain


def test_only_the_first_batch_is_kept_as_long_as_nobody_writes_into_it():
    network = Layers(slice(None))
    kept, x = Remembered(network), torch.rand(2, 3, 15, 15)
    with torch.no_grad():
        first = kept(x)
        assert kept(x.clone()) is first
        assert network.passes == 1
        kept(x[:1])
        kept(x.flip(0))
        assert kept(x) is first
        assert network.passes == 3
        before = first[1].clone()
        first[1].zero_()
        assert torch.equal(kept(x)[1], before)


def test_gradients_have_a_graph_of_their_own():
    kept, x = Remembered(Layers(slice(None))), torch.rand(1, 3, 15, 15)
    with torch.no_grad():
        kept(x)
    leaf = x.clone().requires_grad_()
    kept(leaf)[1].sum().backward()
    assert leaf.grad is not None
    assert bool(leaf.grad.any())
