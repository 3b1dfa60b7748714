"""NIMA on MobileNet (Talebi & Milanfar, TIP 2018) as idealo trained it: the network, and what it makes of ten scores.

MobileNet v1 (Howard et al., 2017) as Keras builds it: convolutions without bias, batch normalisation that adds 1e-3, ReLU6,
13 depthwise convolutions with a pointwise one after each. Convolutions of stride 2 pad on the right and below only.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.types import InputSpec
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.pooling import Activations, global_average

INPUTS = InputSpec((224, 224), mean=(1.0, 1.0, 1.0), scale=2.0, resample="nearest")
"""x / 127.5 - 1; squashed without antialiasing, as idealo's code does, and the ratings depend on that."""
SCORES = 10
"""A softmax over the scores 1 to 10."""
NAMES: tuple[str, ...] = ("overall", "overall_std", *(f"logit_{score}" for score in range(1, SCORES + 1)))
"""The mean and the standard deviation of the scores, and their logits."""
WIDTHS: tuple[tuple[int, int], ...] = (
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)
)  # fmt: skip
"""Of each pair: its channels and its stride."""
CHANNELS = 1024
CITATION = (
    "Talebi & Milanfar, NIMA: Neural Image Assessment, TIP 2018; weights: Lennan, Nguyen & Tran, github "
    "idealo/image-quality-assessment"
)
LICENCE = "Apache-2.0, Copyright 2018 idealo internet GmbH"
TRAINED = "trained on people's ratings (AVA)"
PUBLISHED = {
    "weights_mobilenet_aesthetic_0.07.hdf5": "e563ad91b3d47410e45f7238f07ab8f6abd1bd0c4b18a4b0af9c681a21a91cb2",
}
"""The sha256 of the file that was trained so."""
CONVERTED = {"nima.safetensors": "9629a483661624c651c007f2ed7750787d56a9a561371e9b633b11d5dc701511"}
"""The sha256 of what the converter makes of it."""


class _Convolution(torch.nn.Module):
    """A convolution without bias, its normalisation and ReLU6."""

    def __init__(self, inputs: int, outputs: int, size: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        padding = size // 2 if stride == 1 else 0
        self.convolution = torch.nn.Conv2d(inputs, outputs, size, stride, padding, groups=groups, bias=False)
        self.norm = torch.nn.BatchNorm2d(outputs, eps=1e-3)
        self.pads = stride > 1

    def forward(self, x: Tensor) -> Tensor:
        x = torch.nn.functional.pad(x, (0, 1, 0, 1)) if self.pads else x
        return torch.nn.functional.relu6(self.norm(self.convolution(x)))


class MobileNet(torch.nn.Module):
    """The convolutional part; gives the activations that are averaged: 1,024 channels of 7 x 7 cells at 224 x 224."""

    def __init__(self) -> None:
        """Build the network with random weights, the same every time."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            parts, channels = {"conv1": _Convolution(3, 32, 3, 2)}, 32
            for number, (width, stride) in enumerate(WIDTHS, start=1):
                parts[f"conv_dw_{number}"] = _Convolution(channels, channels, 3, stride, channels)
                parts[f"conv_pw_{number}"] = _Convolution(channels, width, 1)
                channels = width
        self.parts = torch.nn.ModuleDict(parts)
        """By Keras's names of them."""
        self.requires_grad_(False).eval()
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """Return the last activations."""
        x = x.contiguous(memory_format=torch.channels_last)
        for part in self.parts.values():
            x = part(x)
        return (x,)

    def layers(self) -> Iterator[tuple[str, torch.nn.Conv2d, torch.nn.BatchNorm2d]]:
        """Keras's name of every convolution, with the module here and the normalisation after it."""
        for name, part in self.parts.items():
            yield name, part.convolution, part.norm  # type: ignore[misc]  # a _Convolution's


class Scores(torch.nn.Module):
    """What is above the activations: mean and standard deviation of the scores, and the logits."""

    def __init__(self, weights: Float[Tensor, "s k"], bias: Float[Tensor, " s"]) -> None:
        """Take the dense layer's weights and bias."""
        super().__init__()
        self.register_buffer("weights", weights)
        self.register_buffer("bias", bias)
        self.register_buffer("scores", torch.arange(1.0, SCORES + 1))

    def forward(self, activations: Activations) -> Float[Tensor, "b 12"]:
        """Return all outputs in the order of `NAMES`."""
        logits = torch.nn.functional.linear(global_average(activations), self.weights, self.bias)  # type: ignore[arg-type]
        shares = torch.softmax(logits, dim=1)
        scores: Tensor = self.scores  # type: ignore[assignment]  # a buffer
        mean = (shares * scores).sum(1, keepdim=True)
        deviation = (shares * (scores - mean) ** 2).sum(1, keepdim=True).sqrt()
        return torch.cat([mean, deviation, logits], dim=1)


def nima_head(weights: Float[Tensor, "s k"], bias: Float[Tensor, " s"]) -> FunctionHead:
    """The head whose logits are linear, so that `cam` is exact for them, and whose mean and deviation are not."""
    first = len(NAMES) - SCORES
    linear = {first + row: (weights[row], bias[row]) for row in range(SCORES)}
    return FunctionHead(Scores(weights, bias), linear, copies=False)
