"""FullGrad against its equation, by moving each bias at each place; its sum; and what it refuses."""

import threading

import numpy as np
import pytest
import torch
from support import nets
from support.oracles import maps_of, pooled
from torch import nn

from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import InputSpec
from xaesthetic.methods._biases import record_biases
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import FunctionHead, LinearHead
from xaesthetic.models.model import AttributeModel
from xaesthetic.stages.choices import validate_methods

SIZE = (10, 8)


class Net(nn.Module):
    """Convolutions with a bias and a norm, and layers that write into what they get."""

    def __init__(self, activation=nn.ReLU, dtype=torch.float32):
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 3, stride=2),
            nn.BatchNorm2d(4),
            activation(inplace=True),
            nn.Conv2d(4, 5, 2),
            activation(inplace=True),
        )
        self.head = nn.Sequential(nn.Linear(5, 4), activation(inplace=True), nn.Linear(4, 3))
        for values in (self.body[1].running_mean, self.body[1].bias.data, self.body[0].bias.data, self.head[0].bias.data):
            values.normal_()
        self.eval().to(dtype)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


def model_of(net, size=SIZE):
    head = FunctionHead(lambda activations: net.head(activations[0].mean((2, 3))))
    inputs = InputSpec(size, mean=(0.0, 0.0, 0.0))
    return AttributeModel(nets.NAMES, inputs, lambda x: (net.body(x),), head, nets.SOURCE, net)


def by_moving(function, array, step=1e-6):
    """The slope of each output as one number after the other is moved: (a, *array)."""
    result = np.zeros((3, *array.shape))
    for place in np.ndindex(*array.shape):
        ends = []
        for sign in (1, -1):
            moved = array.clone()
            moved[place] += sign * step
            ends.append(function(moved)[0].detach().numpy())
        result[(slice(None), *place)] = (ends[0] - ends[1]) / (2 * step)
    return result


def spread(part):
    """Each cell's part over its share of the input."""
    return pooled(part, *SIZE) * part.size / (SIZE[0] * SIZE[1])


def test_against_the_equation():
    """x ∇x, and for each bias b ∇b at each place: of the convolutions, the norm, and the linear layers."""
    net, x = Net(dtype=torch.float64), nets.batch(1, torch.float64, SIZE)
    conv, norm, _, second, _ = net.body
    first = conv(x).detach()
    shift = norm.bias - norm.running_mean * norm.weight / torch.sqrt(norm.running_var + norm.eps)

    def after(layers, rest):
        return lambda z: rest(nn.Sequential(*layers)(z))

    relu, ends = nn.ReLU(), lambda z: net.head(z.mean((2, 3)))
    normed = norm(first).detach()
    third = second(relu(normed)).detach()
    averages = relu(third).mean((2, 3)).detach()
    hidden = net.head[0](averages).detach()
    parts = [
        (conv.bias, by_moving(after((norm, relu, second, relu), ends), first), first),
        (shift, by_moving(after((relu, second, relu), ends), normed), normed),
        (second.bias, by_moving(after((relu,), ends), third), third),
    ]
    wanted = (by_moving(lambda moved: net(moved), x) * x.numpy())[:, 0].sum(1)
    for bias, slopes, _ in parts:
        products = np.einsum("abkij,k->aij", slopes, bias.detach().numpy())
        wanted += np.stack([spread(product) for product in products])
    placeless = by_moving(lambda z: net.head[2](relu(z)), hidden)[:, 0] @ net.head[0].bias.detach().numpy()
    wanted += ((placeless + net.head[2].bias.detach().numpy()) / (SIZE[0] * SIZE[1]))[:, None, None]
    np.testing.assert_allclose(maps_of("full_grad", model_of(net), x)[0].numpy(), wanted, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("activation", [nn.ReLU, nn.ReLU6, nn.SiLU, nn.Hardswish])
def test_its_sum_is_the_output(activation):
    model, x = model_of(Net(activation)), nets.batch(3, size=SIZE) * 4
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    maps = maps_of("full_grad", model, x)
    torch.testing.assert_close(maps.sum((2, 3)), model.run(x).raw, rtol=1e-4, atol=1e-5)
    assert maps.shape == (3, 3, *SIZE)
    assert all(torch.equal(value, before[name]) for name, value in model.module.state_dict().items())
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.module.modules())
    assert all(parameter.grad is None for parameter in model.module.parameters())
    torch.testing.assert_close(maps_of("full_grad", model, x[1:2]), maps[1:2], rtol=1e-4, atol=1e-6)


def test_a_linear_heads_bias_is_no_part_of_it():
    net = Net()
    head = LinearHead(torch.randn(3, 5), torch.tensor([5.0, -5.0, 0.0]))
    model = AttributeModel(nets.NAMES, InputSpec(SIZE, mean=(0.0,) * 3), lambda x: (net.body(x),), head, nets.SOURCE, net)
    x = nets.batch(2, size=SIZE)
    torch.testing.assert_close(
        maps_of("full_grad", model, x).sum((2, 3)) + head.bias, model.run(x).raw, rtol=1e-4, atol=1e-5
    )


class Gated(Net):
    """Squeeze and excitation: features times what was made of them."""

    def forward(self, x):
        return self.head(self.gated(self.body(x)).mean((2, 3)))

    def gated(self, z):
        return z * torch.sigmoid(z.mean((2, 3), keepdim=True) - 2)


def test_what_it_cannot_account_for_is_refused_in_a_sentence_before_anything_is_computed():
    net = Gated(nn.SiLU)
    model = model_of(net)
    object.__setattr__(model, "features", lambda x: (net.gated(net.body(x)),))
    with pytest.raises(ModelError, match="^gated: full_grad finds that .* use integrated_gradients.$"):
        validate_methods({"gated": model}, ["full_grad"])
    with pytest.raises(ModelError, match="^full_grad needs the network's modules.* use integrated_gradients.$"):
        Session(nets.linear_net()).run_batch(nets.batch(1), ["full_grad"])
    assert not validate_methods({"plain": model_of(Net())}, ["full_grad"])


def test_hooks_are_gone_after_an_error_and_another_threads_pass_is_not_recorded():
    net, x = Net(), nets.batch(1, size=SIZE)
    with record_biases(net) as biases:
        other = threading.Thread(target=lambda: net(x))
        other.start()
        other.join()
        assert biases == []
        net(x)
        assert len(biases) == 5  # three of the body, two linear layers; ReLU adds nothing
    with pytest.raises(RuntimeError, match="in the middle"), record_biases(net):
        raise RuntimeError("in the middle")
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in net.modules())
