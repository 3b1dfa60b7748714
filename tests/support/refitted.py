"""A tiny network with refits of its head, and a run of it: maps that are well determined, not at all, and half and half."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import xaesthetic as xa
from support import nets
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.refits import Refits


def refitted():
    """Three outputs: the refits of the first are nearly the head's, of the second noise, of the third half and half."""
    net = nets.linear_net()
    torch.manual_seed(3)
    weights = net.head.weights.repeat(6, 1, 1)
    weights = weights + torch.tensor([0.01, 30.0, 0.3])[:, None] * torch.randn(weights.shape)
    head = LinearHead(net.head.weights, net.head.bias, Refits(weights, torch.zeros(6, 3)))
    return replace(net, head=head, name="halved", inputs=replace(net.inputs, scale=1.0))


@pytest.fixture
def run(tmp_path, photo, write_photo):
    paths = [write_photo(tmp_path / f"{number}.png", np.roll(photo, 7 * number, axis=1)) for number in range(4)]
    return xa.compare(paths, tmp_path / "run", models=[refitted()], draw=False).run
