"""A small network that comes in the ways in which networks are written."""

from inspect import unwrap

import torch
from torch import nn

import xaesthetic as xa

INPUTS = xa.InputSpec((64, 96), (0.0, 0.0, 0.0), scale=1.0)


class Odd(nn.Module):
    """Two convolutions, an average and a linear layer, with one oddity."""

    def __init__(self, kind="plain", outputs=2):
        super().__init__()
        self.kind = kind
        self.first, self.norm, self.relu = nn.Conv2d(3, 6, 3, 4, 1), nn.BatchNorm2d(6), nn.ReLU(inplace=True)
        self.second, self.linear, self.unused = nn.Conv2d(6, 8, 3, 2, 1), nn.Linear(8, outputs), nn.Linear(8, 4)
        self.register_buffer("seen", torch.zeros(()))
        with torch.no_grad():
            for parameter in self.parameters():
                parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(parameter.numel())))

    def forward(self, x, aux=1.0):
        self.seen += 1
        early = self.relu(self.norm(self.first(x)))
        if self.kind == "no_grad":
            with torch.no_grad():
                late = self.second(early)
        else:
            late = self.second(early)
        return self.end(early, late, aux)

    def end(self, early, late, aux):
        if self.kind == "in-place":
            late = self.relu(late)
        average = late.mean((2, 3))
        raw = self.linear(average)
        match self.kind:
            case "rectified":
                return self.linear(late.relu().mean((2, 3)))
            case "sigmoid":
                return raw.mul(0.01).sigmoid()
            case "clamped":
                return raw.clamp(-3, 3)
            case "both layers":
                return raw + early.mean((2, 3)).sum(1, keepdim=True)
            case "mapping":
                return {"scores": raw, "hidden": late}
            case "tuple":
                return late, raw
            case "vector":
                return raw[:, 0]
            case "aux":
                return raw * aux
            case "numpy":
                return torch.from_numpy(raw.detach().numpy())
            case "late error":
                raise ValueError("the network's own")
            case _:
                return raw


def wrapped(kind="plain", **options):
    """A model of it; what `wrap` itself says of wrong kinds of arguments, not the type checker of the tests."""
    return unwrap(xa.wrap)(Odd(kind), **{"layers": "second", "inputs": INPUTS} | options)
