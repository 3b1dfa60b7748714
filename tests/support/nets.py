"""Tiny random networks: with a head of global averages and a linear layer, with one that is neither, with one of both."""

import torch

from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel, gap_linear
from xaesthetic.models.pooling import global_average

SOURCE = Source("nobody", "none", "random numbers", {})
NAMES = ("light", "content", "depth_of_field")


def _layers(dtype):
    torch.manual_seed(0)
    shapes = ((3, 6, 3, 2, 0), (6, 9, 2, 2, 1), (9, 12, 2, 1, 0))
    return [
        torch.nn.Conv2d(a, b, kernel, stride, padding).to(dtype).requires_grad_(False)
        for a, b, kernel, stride, padding in shapes
    ]


def _features(dtype):
    first, second, third = _layers(dtype)

    def features(x):
        one = torch.relu(first(x))
        two = torch.relu(second(one))
        return one, two, torch.relu(third(two))

    return features


def linear_net(dtype=torch.float32, size=(27, 23)):
    """Three layers of 13 x 11, 7 x 6 and 6 x 5 cells: no grid divides another."""
    torch.manual_seed(1)
    weights, bias = torch.randn(3, 27, dtype=dtype), torch.randn(3, dtype=dtype)
    return gap_linear(NAMES, InputSpec(size, mean=(0.0, 0.0, 0.0)), _features(dtype), weights, bias, SOURCE)


def curved_net(dtype=torch.float32):
    """The same layers under a head with a hidden layer that sees where things are."""
    torch.manual_seed(2)
    hidden, last = torch.nn.Linear(13 * 11 * 6 + 6 * 5 * 12, 16).to(dtype), torch.nn.Linear(16, 3).to(dtype)

    def head(activations):
        seen = (
            torch.cat([activations[0].flatten(1), activations[2].flatten(1)], dim=1)
            + activations[1].mean((1, 2, 3))[:, None] * 0.1
        )
        return last(torch.tanh(hidden(seen)))

    return net_of(FunctionHead(head), dtype)


def hidden_net(dtype=torch.float32):
    """The same layers under a head with a hidden layer, in which photographs of a batch do not meet."""
    torch.manual_seed(6)
    hidden, last = (torch.nn.Linear(*size).to(dtype).requires_grad_(False) for size in ((6 * 5 * 12 + 15, 16), (16, 3)))

    def head(activations):
        seen = [activations[2].flatten(1), global_average(activations[:2])]
        return last(torch.tanh(hidden(torch.cat(seen, dim=1))))

    return net_of(FunctionHead(head), dtype)


def partial_net():
    """The same layers; light and depth of field are linear, content is a square of both."""
    weights, bias = linear_net().weights, linear_net().bias

    def head(activations):
        linear = torch.nn.functional.linear(global_average(activations), weights, bias)
        return torch.stack([linear[:, 0], (linear[:, 0] + linear[:, 2]) ** 2, linear[:, 2]], dim=1)

    return net_of(FunctionHead(head, linear={row: (weights[row], bias[row]) for row in (0, 2)}))


def writing_net():
    """The same layers under a head whose first layer writes into what it is given."""
    weights, bias = linear_net().weights, linear_net().bias

    def head(activations):
        for layer in activations:
            layer.sub_(0.2).relu_()
        return torch.nn.functional.linear(global_average(activations), weights, bias)

    return net_of(FunctionHead(head))


def net_of(head, dtype=torch.float32):
    """The layers under a head."""
    return AttributeModel(NAMES, InputSpec((27, 23), mean=(0.0, 0.0, 0.0)), _features(dtype), head, SOURCE)


def batch(count=2, dtype=torch.float32, size=(27, 23)):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(count, 3, *size, dtype=dtype, generator=generator)


def one_layer_net(weights):
    """The first layer's first channels under global averages and these weights; outputs called a, b, …."""
    features = _features(torch.float32)
    names = tuple("abcdefgh"[: len(weights)])
    channels = weights.shape[1]
    return gap_linear(
        names,
        InputSpec((27, 23), mean=(0.0, 0.0, 0.0)),
        lambda x: (features(x)[0][:, :channels],),
        weights,
        torch.zeros(len(weights)),
        SOURCE,
    )
