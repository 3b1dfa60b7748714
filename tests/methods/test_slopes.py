"""DeepLIFT and LRP against their rules in plain loops, and against captum where captum can."""

import warnings

import captum.attr
import numpy as np
import pytest
import torch
from support import nets

import xaesthetic as xa
from xaesthetic.core import plugins
from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import InputSpec
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel

SIZE = (8, 8)
BOTH = ("deep_lift", "lrp")


def model_of(forward, outputs=2, size=SIZE, mean=(0.0, 0.0, 0.0)):
    names = ("light", "content", "depth_of_field")[:outputs]
    head = FunctionHead(lambda activations: forward(activations[0]))
    return AttributeModel(names, InputSpec(size, mean=mean, scale=1.0), lambda x: (x,), head, nets.SOURCE)


def maps_of(key, forward, x, **options):
    model = model_of(forward, size=tuple(x.shape[2:]), **options)
    return plugins.load("methods", key)(model.run(x))


def layers(bias=True):
    """What captum can do: a module for every function, each used once, none in place, and no two with a rule in a row.

    There captum 0.9 gives the first the gradient of before the second's rule was applied.
    """
    torch.manual_seed(3)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3, padding=1, bias=bias),
        torch.nn.ReLU(),
        torch.nn.Conv2d(4, 4, 1, bias=bias),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(4, 5, 3, bias=bias),
        torch.nn.Tanh(),
        torch.nn.AvgPool2d(2),
        torch.nn.Conv2d(5, 2, 1, bias=bias),
    ).eval()


class Block(torch.nn.Module):
    """As torchvision's: one ReLU, in place, used three times, and a sum of two branches."""

    def __init__(self, inplace=True, bias=False):
        super().__init__()
        torch.manual_seed(5)
        self.stem, self.one, self.two = (torch.nn.Conv2d(c, 4, 3, padding=1, bias=bias) for c in (3, 4, 4))
        self.norm, self.relu, self.last = torch.nn.BatchNorm2d(4), torch.nn.ReLU(inplace), torch.nn.Linear(4, 2, bias=bias)
        self.norm.running_mean.uniform_(-0.1, 0.1)
        self.norm.running_var.uniform_(0.5, 1.5)
        self.eval().requires_grad_(False)

    def forward(self, x):
        x = self.relu(self.stem(x))
        inner = self.norm(self.two(self.relu(self.one(x))))
        return self.last(self.relu(inner + x).mean((2, 3)))


# -- the rules in plain loops ------------------------------------------------------------------------------------------


def dense():
    """12 inputs, 5 hidden units, 2 outputs."""
    torch.manual_seed(4)
    return torch.nn.Linear(12, 5).double(), torch.nn.Linear(5, 2).double()


def test_deep_lift_by_hand():
    """Multipliers of the rescale rule, unit by unit; the baseline is black, which is input -mean."""
    (first, last), x = dense(), nets.batch(1, torch.float64, (2, 2))
    maps = maps_of("deep_lift@black", lambda x: last(torch.sigmoid(first(x.flatten(1)))), x, mean=(0.3, 0.1, 0.2))
    start = np.repeat([-0.3, -0.1, -0.2], 4)
    flat, w, b, v = x.flatten().numpy(), *(item.detach().numpy() for item in (first.weight, first.bias, last.weight))
    wanted = np.zeros((2, 12))
    for output in range(2):
        for unit in range(5):
            z, z0 = w[unit] @ flat + b[unit], w[unit] @ start + b[unit]
            multiplier = (1 / (1 + np.exp(-z)) - 1 / (1 + np.exp(-z0))) / (z - z0)
            for place in range(12):
                wanted[output, place] += (flat[place] - start[place]) * w[unit, place] * multiplier * v[output, unit]
    np.testing.assert_allclose(maps[0].numpy(), wanted.reshape(2, 3, 2, 2).sum(1), rtol=1e-4, atol=1e-6)


def test_lrp_by_hand():
    """R_i = Σ_j x_i w_ij / (z_j + ε sign z_j) R_j, layer by layer from the output down."""
    (first, last), x = dense(), nets.batch(1, torch.float64, (2, 2))
    maps = maps_of("lrp", lambda x: last(torch.tanh(first(x.flatten(1)))), x)
    flat = x.flatten().numpy()
    w, b, v, c = (item.detach().numpy() for item in (first.weight, first.bias, last.weight, last.bias))
    hidden, epsilon = np.tanh(w @ flat + b), 1e-9
    wanted = np.zeros((2, 12))
    for output in range(2):
        value = v[output] @ hidden + c[output]
        for unit in range(5):
            relevance = hidden[unit] * v[output, unit] / (value + epsilon * np.sign(value)) * value
            z = w[unit] @ flat + b[unit]
            for place in range(12):
                wanted[output, place] += flat[place] * w[unit, place] / (z + epsilon * np.sign(z)) * relevance
    np.testing.assert_allclose(maps[0].numpy(), wanted.reshape(2, 3, 2, 2).sum(1), rtol=1e-3, atol=1e-5)


# -- captum ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["deep_lift", "deep_lift@noise"])
def test_deep_lift_against_captum(key):
    network, x = layers(), nets.batch(2, size=SIZE)
    start = torch.zeros_like(x)
    if key == "deep_lift@noise":
        start = torch.rand(3, *SIZE, generator=torch.Generator().manual_seed(0)).expand_as(x).contiguous()
    ours = maps_of(key, lambda x: network(x).flatten(1), x)
    for target in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # captum says that it sets hooks
            theirs = captum.attr.DeepLift(network).attribute(x.clone().requires_grad_(), start, target=(target, 0, 0))
        torch.testing.assert_close(ours[:, target], theirs.sum(1).detach(), rtol=1e-3, atol=1e-5)


def test_lrp_against_captum():
    network, x = layers(), nets.batch(1, size=SIZE)
    ours = maps_of("lrp", lambda x: network(x).flatten(1), x)
    for target in range(2):
        theirs = captum.attr.LRP(network).attribute(x.clone().requires_grad_(), target=(target, 0, 0))
        torch.testing.assert_close(ours[:, target], theirs.sum(1).detach(), rtol=1e-3, atol=1e-4)


# -- what captum cannot ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", BOTH)
def test_functions_in_place_and_used_twice_give_the_same_map(key):
    x = nets.batch(2, size=SIZE)
    torch.testing.assert_close(maps_of(key, Block(True), x), maps_of(key, Block(False), x), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("bias", [True, False])
def test_deep_lift_adds_up(bias):
    x, network = nets.batch(2, size=SIZE), Block(bias=bias)
    difference = network(x) - network(torch.zeros_like(x))
    torch.testing.assert_close(maps_of("deep_lift", network, x).sum((2, 3)), difference, rtol=1e-4, atol=1e-5)


def test_lrp_hands_the_whole_output_down_where_no_bias_keeps_any():
    x, network = nets.batch(2, size=SIZE), layers(bias=False)
    torch.testing.assert_close(
        maps_of("lrp", lambda x: network(x).flatten(1), x).sum((2, 3)), network(x).flatten(1).detach(), rtol=1e-3, atol=1e-4
    )


def test_an_in_place_function_is_seen_by_who_holds_its_input():
    """A sum of an activation with what an in-place ReLU made of it: twice the ReLU."""

    def writes(x):
        z = x * 1.0
        torch.nn.functional.relu(z, inplace=True)
        return (z + z).flatten(1)[:, :2]

    def plain(x):
        return (2 * torch.relu(x * 1.0)).flatten(1)[:, :2]

    x = nets.batch(2, size=SIZE)
    for key in BOTH:
        torch.testing.assert_close(maps_of(key, writes, x), maps_of(key, plain, x))


@pytest.mark.parametrize("key", BOTH)
@pytest.mark.parametrize(
    ("forward", "name"),
    [
        (lambda x: (x * torch.sigmoid(x)).flatten(1)[:, :2], "mul"),
        (lambda x: torch.nn.functional.layer_norm(x, x.shape[1:]).flatten(1)[:, :2], "layer_norm"),
        (lambda x: x.flatten(1).softmax(1)[:, :2], "softmax"),
        (lambda x: (1 / (x + 9)).flatten(1)[:, :2], "truediv|rdiv|reciprocal|mul"),
        (lambda x: (x**2).flatten(1)[:, :2], "pow"),
    ],
)
def test_what_has_no_rule_is_refused_by_name(key, forward, name):
    with pytest.raises(ModelError, match=rf"^{key} has no rule for '\w*({name})\w*', .*use --method integrated_gradients.$"):
        maps_of(key, forward, nets.batch(1, size=SIZE))


@pytest.mark.parametrize("key", BOTH)
def test_a_function_with_a_derivative_of_its_own_is_refused(key):

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x**2

        @staticmethod
        def setup_context(context, inputs, output):
            context.save_for_backward(inputs[0])

        @staticmethod
        def backward(context, gradient):
            return 2 * context.saved_tensors[0] * gradient

    with pytest.raises(ModelError, match=f"^{key} has no rule for 'Square', "):
        maps_of(key, lambda x: Square.apply(x).flatten(1)[:, :2], nets.batch(1, size=SIZE))


def test_a_map_that_does_not_add_up_is_refused():
    """Outputs that depend on the whole batch: the baseline's would be part of the photograph's."""
    with pytest.raises(ModelError, match="^deep_lift does not add up .*use --method integrated_gradients.$"):
        maps_of("deep_lift", lambda x: x.flatten(1)[:, :2] + 9 * x.mean(), nets.batch(1, size=SIZE))


def test_nothing_is_left_on_the_network():
    network = Block()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    for key in BOTH:
        maps_of(key, network, nets.batch(1, size=SIZE))
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert not [hook for module in network.modules() for hook in (*module._forward_hooks, *module._backward_hooks)]


# -- networks that are hooked, or closed -------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["saliency", "integrated_gradients", *BOTH])
def test_a_hooked_network_has_the_same_maps(key):
    network, x = Block(), nets.batch(2, size=SIZE)
    model = xa.wrap(network, layers="two", outputs=("light", "content"), inputs=InputSpec(SIZE, (0.5, 0.5, 0.5), scale=1.0))
    torch.testing.assert_close(plugins.load("methods", key)(model.run(x)), maps_of(key, network, x), rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("key", BOTH)
def test_an_exported_network_has_the_same_maps(key):
    network, x = Block(False), nets.batch(2, size=SIZE)
    shape = ({0: torch.export.Dim.DYNAMIC},)
    exported = torch.export.export(network, (x,), dynamic_shapes=shape).module()
    torch.testing.assert_close(maps_of(key, exported, x), maps_of(key, network, x), rtol=1e-4, atol=1e-6)


def test_a_function_that_no_rule_has_seen_is_refused():
    """Called below torch's own functions."""

    def below(x):
        with torch._C.DisableTorchFunction():
            return torch.tanh(x).flatten(1)[:, :2]

    with pytest.raises(ModelError, match="^lrp has no rule for 'Tanh', "):
        maps_of("lrp", below, nets.batch(1, size=SIZE))


@pytest.mark.parametrize("key", BOTH)
def test_a_closed_network_is_refused(key):
    """Nothing is seen of the functions inside it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, and still in use
        closed = torch.jit.trace(Block(), nets.batch(1, size=SIZE))
    model = xa.wrap(closed, layers=(), outputs=("light", "content"), inputs=InputSpec(SIZE, (0.5, 0.5, 0.5), scale=1.0))
    with pytest.raises(
        ModelError, match=f"^{key} sees nothing of a TorchScript network.*use --method integrated_gradients.$"
    ):
        plugins.load("methods", key)(model.run(nets.batch(1, size=SIZE)))
