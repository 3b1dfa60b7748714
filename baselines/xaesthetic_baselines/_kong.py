"""Kong et al.'s attribute network (ECCV 2016) in torch: CaffeNet, eleven branches, and a score that sees all of them.

The order of layers is CaffeNet's: pooling, then local response normalisation. Ratings are the raw outputs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor
from torch.nn import functional

from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.core.types import InputSpec
from xaesthetic.models.gradients import output_gradients
from xaesthetic.models.pooling import Activations

CITATION = (
    "Kong, Shen, Lin, Mech & Fowlkes, Photo Aesthetics Ranking Network with Attributes and Content Adaptation, ECCV 2016"
)
LICENCE = "no licence was published; code and model for non-commercial research use, as the authors ask"
TRAINED = "trained on people's ratings (AADB)"
SIZE = 227
"""Pixels a side of the input."""


def inputs(mean: Float32[np.ndarray, "3 h w"]) -> InputSpec:
    """How the authors' demo prepares a photograph: squashed, blue first, less the middle of the mean image."""
    return InputSpec(size=(SIZE, SIZE), mean=mean, scale=255.0, bgr=True, resample="bicubic")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer with weights."""

    outputs: int
    inputs: str
    """What it reads, in the words of `_caffe_net.computed`."""
    kernel: int = 0
    """0 for an inner product."""
    stride: int = 1
    padding: int = 0
    groups: int = 1

    @property
    def words(self) -> str:
        """What it computes, in the same words."""
        if not self.kernel:
            return f"inner product {self.outputs} of {self.inputs}"
        return (
            f"convolution {self.outputs} of {self.kernel} x {self.kernel}, stride {self.stride}, padding {self.padding}, "
            f"groups {self.groups} of {self.inputs}"
        )


def _branch(blob: str) -> str:
    return blob.removeprefix("fc9_")


_BRANCHES = tuple(_branch(item.blob) for item in ATTRIBUTES[:-1])
SPREAD = ("fc8new", *(f"fc8_{branch}" for branch in _BRANCHES))
"""The layers that all read fc7; in torch they are one, called fc8."""


def layers(widths: Mapping[str, int] | None = None) -> dict[str, Layer]:
    """Kong's layers with weights, in order.

    Parameters
    ----------
    widths
        Other numbers of outputs, by the layer's name; for small networks to try things out with.
    """
    lrn = "lrn 5 0.0001 0.75(max 3 / 2(relu({})))"
    plan = {
        "conv1": Layer(96, f"the input of 3 x {SIZE} x {SIZE}", 11, 4),
        "conv2": Layer(256, lrn.format("conv1"), 5, 1, 2, 2),
        "conv3": Layer(384, lrn.format("conv2"), 3, 1, 1),
        "conv4": Layer(384, "relu(conv3)", 3, 1, 1, 2),
        "conv5": Layer(256, "relu(conv4)", 3, 1, 1, 2),
        "fc6": Layer(4096, "max 3 / 2(relu(conv5))"),
        "fc7": Layer(4096, "relu(fc6)"),
        "fc8new": Layer(512, "relu(fc7)"),
        **{f"fc8_{branch}": Layer(256, "relu(fc7)") for branch in _BRANCHES},
        **{f"fc9_{branch}": Layer(1, f"relu(fc8_{branch})") for branch in _BRANCHES},
        "fc10_merge": Layer(128, f"concat({', '.join(f'relu({name})' for name in SPREAD)})"),
        "fc11_score": Layer(1, "relu(fc10_merge)"),
    }
    for name, outputs in (widths or {}).items():
        old = plan[name]
        plan[name] = Layer(outputs, old.inputs, old.kernel, old.stride, old.padding, old.groups)
    return plan


class KongAlexNet(torch.nn.Module):
    """The network, cut at conv5 after its rectifier."""

    def __init__(self, plan: Mapping[str, Layer]) -> None:
        """Build it with random weights from a plan (`layers`)."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            modules = {name: _module(name, plan) for name in plan if name not in SPREAD}
            self.widths = [plan[name].outputs for name in SPREAD]
            modules["fc8"] = torch.nn.Linear(plan["fc7"].outputs, sum(self.widths))
            self.layers = torch.nn.ModuleDict(modules)
        self._kept: tuple[tuple[object, ...], Tensor] | None = None
        self.requires_grad_(False).eval()

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """conv5 after its rectifier; 13 x 13 cells of 256 channels at 227 x 227."""
        layer = self.layers
        for name in ("conv1", "conv2"):
            x = _normalised(functional.max_pool2d(torch.relu(layer[name](x)), 3, 2, ceil_mode=True))
        for name in ("conv3", "conv4", "conv5"):
            x = torch.relu(layer[name](x))
        return (x,)

    def head(self, activations: Activations) -> Float[Tensor, "b a"]:
        """Eleven attributes and the score, in the order of `ATTRIBUTES`."""
        return self._above(self.layers["fc6"](_pool5(activations[0])))

    def _above(self, fc6: Float[Tensor, "b k"]) -> Float[Tensor, "b a"]:
        layer = self.layers
        spread = torch.relu(layer["fc8"](torch.relu(layer["fc7"](torch.relu(fc6)))))
        hidden = torch.split(spread, self.widths, dim=1)[1:]
        attributes = [layer[f"fc9_{branch}"](item) for branch, item in zip(_BRANCHES, hidden, strict=True)]
        score = layer["fc11_score"](torch.relu(layer["fc10_merge"](spread)))
        return torch.cat([*attributes, score], dim=1)

    def with_sums(
        self, activations: Activations, rows: Sequence[int]
    ) -> tuple[Float[Tensor, "b a"], tuple[Float[Tensor, "b a k"]]]:
        """Return these outputs, and their gradient at conv5, summed over its grid.

        Pooling gives each cell's gradient to one cell below it, so the sum over conv5's grid is the sum over pool5's: fc6's
        weights can be summed over the grid first, and the largest product of the backward pass is never made.
        """
        with torch.no_grad():
            fc6 = self.layers["fc6"](_pool5(activations[0])).requires_grad_()
        with torch.enable_grad():
            outputs = self._above(fc6)[:, list(rows)]
        gradient = torch.cat([group for (group,) in output_gradients(outputs, (fc6,))])
        return outputs.detach(), ((gradient @ self._summed(activations[0].shape[1])).transpose(0, 1),)

    def _summed(self, channels: int) -> Float[Tensor, "k6 k"]:
        """Return fc6's weights summed over the grid; kept as long as nobody writes into them, for they are many."""
        weight: Tensor = self.layers["fc6"].get_parameter("weight")
        state = weight.data_ptr(), weight._version, weight.device, weight.dtype
        if self._kept is None or self._kept[0] != state:
            self._kept = state, weight.reshape(len(weight), channels, -1).sum(2)
        return self._kept[1]


def _pool5(conv5: Tensor) -> Float[Tensor, "b k"]:
    return functional.max_pool2d(conv5, 3, 2, ceil_mode=True).flatten(1)


def _normalised(x: Tensor) -> Tensor:
    return functional.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=1.0)


def _pooled(cells: int) -> int:
    return -(-(cells - 3) // 2) + 1


def input_shapes(plan: Mapping[str, Layer]) -> dict[str, int]:
    """How many channels or numbers each layer reads."""
    cells = _pooled(_pooled(_pooled((SIZE - 11) // 4 + 1)))  # 55, 27, 13, 6
    spread = sum(plan[name].outputs for name in SPREAD)
    read = {
        "conv1": 3,
        "fc6": plan["conv5"].outputs * cells**2,
        "fc10_merge": spread,
        "fc11_score": plan["fc10_merge"].outputs,
    }
    for name, before in (("conv2", "conv1"), ("conv3", "conv2"), ("conv4", "conv3"), ("conv5", "conv4"), ("fc7", "fc6")):
        read[name] = plan[before].outputs
    read |= {name: plan["fc7"].outputs for name in plan if name.startswith("fc8")}
    return read | {f"fc9_{branch}": plan[f"fc8_{branch}"].outputs for branch in _BRANCHES}


def _module(name: str, plan: Mapping[str, Layer]) -> torch.nn.Module:
    layer, inputs = plan[name], input_shapes(plan)[name]
    if not layer.kernel:
        return torch.nn.Linear(inputs, layer.outputs)
    return torch.nn.Conv2d(inputs, layer.outputs, layer.kernel, layer.stride, layer.padding, groups=layer.groups)
