"""ResNet50 as Keras 1 built it, which Malu et al. 2017 fine-tuned.

"v1" (He et al., CVPR 2016): the stride lies in the first 1 x 1 convolution of a stage and in its shortcut. Every
convolution has a bias, batch normalisation adds 1e-3, the stem pads by 3 and its 3 x 3 pooling does not pad. The input is
BGR less ImageNet's mean colour, unscaled. torchvision's ResNet50 ("v1.5") differs in all of these.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.types import InputSpec
from xaesthetic.models.pooling import Activations

INPUTS = InputSpec(size=(299, 299), mean=(103.939, 116.779, 123.68), scale=255.0, bgr=True, resample="nearest")
"""BGR less the mean; warped to 299 x 299 without antialiasing, as the paper's code does."""
STAGES: tuple[tuple[str, int, int], ...] = (("2", 3, 64), ("3", 4, 128), ("4", 6, 256), ("5", 3, 512))
"""Keras's number, blocks, and channels inside a block; its output has four times as many."""
CHANNELS: tuple[int, ...] = tuple(4 * width for _, blocks, width in STAGES for _ in range(blocks))


def block_names() -> Iterator[tuple[str, int, int, int]]:
    """Keras's name of every block ("2a" to "5c"), its input channels, inner channels and stride."""
    channels = 64
    for stage, blocks, width in STAGES:
        for letter in "abcdef"[:blocks]:
            yield f"{stage}{letter}", channels, width, 2 if letter == "a" and stage != "2" else 1
            channels = 4 * width


def _normalised(inputs: int, outputs: int, size: int, stride: int = 1, padding: int = 0) -> torch.nn.Sequential:
    convolution = torch.nn.Conv2d(inputs, outputs, size, stride, padding)
    return torch.nn.Sequential(convolution, torch.nn.BatchNorm2d(outputs, eps=1e-3))


class _Block(torch.nn.Module):
    """Three convolutions beside a shortcut, which is a convolution in the first block of a stage."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.branch2a = _normalised(inputs, width, 1, stride)
        self.branch2b = _normalised(width, width, 3, 1, 1)
        self.branch2c = _normalised(width, 4 * width, 1)
        first = inputs != 4 * width
        self.branch1 = _normalised(inputs, 4 * width, 1, stride) if first else torch.nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.branch2b(torch.relu(self.branch2a(x))))
        return torch.relu(self.branch2c(y) + self.branch1(x))


class ResNet50V1(torch.nn.Module):
    """The convolutional part; gives the rectified outputs of its 16 residual blocks."""

    def __init__(self) -> None:
        """Build the network with random weights, the same every time."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.stem = torch.nn.Sequential(_normalised(3, 64, 7, 2, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(3, 2))
            self.blocks = torch.nn.ModuleDict(
                {name: _Block(inputs, width, stride) for name, inputs, width, stride in block_names()}
            )
        self.channels = CHANNELS
        self.requires_grad_(False).eval()
        self.to(memory_format=torch.channels_last)

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """All 16 blocks' outputs; at 299 x 299: 3 x 74², 4 x 37², 6 x 19², 3 x 10², 15,104 channels together."""
        outputs: list[Tensor] = []
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        for block in self.blocks.values():
            x = block(x)
            outputs.append(x)
        return tuple(outputs)


def layers(network: ResNet50V1) -> Iterator[tuple[str, str, torch.nn.Sequential]]:
    """Keras's names of every convolution and of the normalisation after it, with the two modules here."""
    yield "conv1", "bn_conv1", network.stem[0]  # type: ignore[misc]  # a Sequential
    for name, block in network.blocks.items():
        for branch in ("branch2a", "branch2b", "branch2c", "branch1"):
            pair = getattr(block, branch)
            if isinstance(pair, torch.nn.Sequential):
                yield f"res{name}_{branch}", f"bn{name}_{branch}", pair
