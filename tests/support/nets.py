"""Tiny random networks: one whose head is global averages and a linear layer, one whose head is neither."""

import torch

from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.model import AttributeModel, gap_linear

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
        seen = torch.cat([activations[0].flatten(1), activations[2].flatten(1)], dim=1) + activations[1].mean() * 0.1
        return last(torch.tanh(hidden(seen)))

    return AttributeModel(NAMES, InputSpec((27, 23), mean=(0.0, 0.0, 0.0)), _features(dtype), head, None, None, SOURCE)


def batch(count=2, dtype=torch.float32, size=(27, 23)):
    generator = torch.Generator().manual_seed(3)
    return torch.randn(count, 3, *size, dtype=dtype, generator=generator)
