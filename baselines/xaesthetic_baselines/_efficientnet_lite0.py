"""The convolutions of EfficientNet-Lite0 (Tan, Liu: EfficientNet, ICML 2019; the Lite variant, 2020).

timm has the same network; importing it takes as long as all else that a picture of one photograph needs. The tests hold
this one against timm's.
"""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

_STEM = 32
_STAGES = ((16, 1, 3, 1, 1), (24, 2, 3, 2, 6), (40, 2, 5, 2, 6), (80, 3, 3, 2, 6), (112, 3, 5, 1, 6), (192, 4, 5, 2, 6),
           (320, 1, 3, 1, 6))  # fmt: skip
"""Channels, blocks, kernel, stride of the first block, expansion."""


class Block(torch.nn.Module):
    """Expand (but for the first block), convolve each channel by itself, project; add the input where the shape allows."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        """Build a block; its parts are called as timm calls them, so that saved weights fit both."""
        super().__init__()
        wide = inputs * expansion
        parts = {"conv_pw": Same(inputs, wide), "conv_dw": Same(wide, wide, kernel, stride, groups=wide)}
        parts["conv_pwl"] = Same(wide, outputs)
        if expansion == 1:
            parts = {"conv_dw": parts["conv_dw"], "conv_pw": parts["conv_pwl"]}
        for number, (name, convolution) in enumerate(parts.items(), 1):
            self.add_module(name, convolution)
            self.add_module(f"bn{number}", batch_norm(convolution.out_channels))
        self.channels = wide
        self.adds_input = stride == 1 and inputs == outputs

    def forward(self, x: Float[Tensor, "b c h w"]) -> tuple[Float[Tensor, "b e h2 w2"], Float[Tensor, "b d h2 w2"]]:
        """The rectified activation after the depthwise convolution, and the block's output."""
        parts = list(self.children())
        y = x
        for convolution, normalisation in zip(parts[:-2:2], parts[1:-2:2], strict=True):
            y = functional.relu6(normalised(convolution, normalisation, y), inplace=True)  # type: ignore[arg-type]
        projected = normalised(parts[-2], parts[-1], y)  # type: ignore[arg-type]  # in turn Same and BatchNorm2d
        return y, projected + x if self.adds_input else projected


class Same(torch.nn.Conv2d):
    """A convolution without bias, padded as TensorFlow pads: the odd pixel at the right and the bottom."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        """Build it with no padding of its own where it strides; that depends on the input's size."""
        super().__init__(inputs, outputs, kernel, stride, kernel // 2 if stride == 1 else 0, groups=groups, bias=False)

    def forward(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h2 w2"]:
        """Convolve."""
        return self.convolved(x, self.weight)

    def convolved(
        self, x: Float[Tensor, "b c h w"], weights: Tensor, bias: Tensor | None = None
    ) -> Float[Tensor, "b d h2 w2"]:
        """Convolve with other weights.

        Where a stride needs one zero more at the right or the bottom than at the left or the top, a zero is put before the
        kernel instead: padding the photograph's activations would copy them all.
        """
        (top, bottom), (left, right) = (self._sides(length) for length in x.shape[2:])
        weights = functional.pad(weights, (right - left, 0, bottom - top, 0))
        return functional.conv2d(x, weights, bias, self.stride, (bottom, right), groups=self.groups)

    def _sides(self, length: int) -> tuple[int, int]:
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        missing = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        return missing // 2, missing - missing // 2


def normalised(convolution: Same, norm: torch.nn.BatchNorm2d, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h2 w2"]:
    """Convolve and normalise; in one step where no gradient is wanted, as a fixed norm only scales and shifts.

    A module that somebody listens to is called as ever. The weights are scaled anew in each pass, which is cheap beside the
    convolution: they may have been written to.
    """
    mean, variance = norm.running_mean, norm.running_var
    if torch.is_grad_enabled() or norm.training or mean is None or variance is None or _is_hooked(convolution, norm):
        return norm(convolution(x))  # type: ignore[no-any-return]
    factor = norm.weight / torch.sqrt(variance + norm.eps)
    weights = convolution.weight * factor[:, None, None, None]
    return convolution.convolved(x, weights, norm.bias - mean * factor)


def _is_hooked(*modules: torch.nn.Module) -> bool:
    return any(module._forward_hooks or module._forward_pre_hooks for module in modules)


def stem() -> torch.nn.Sequential:
    """What stands before the first block."""
    return torch.nn.Sequential(Same(3, _STEM, 3, 2), batch_norm(_STEM), torch.nn.ReLU6(inplace=True))


def blocks() -> torch.nn.ModuleList:
    """The 16 blocks, in order."""
    built: list[Block] = []
    inputs = _STEM
    for outputs, count, kernel, stride, expansion in _STAGES:
        for number in range(count):
            built.append(Block(inputs, outputs, kernel, 1 if number else stride, expansion))
            inputs = outputs
    return torch.nn.ModuleList(built)


def batch_norm(channels: int) -> torch.nn.BatchNorm2d:
    """With the epsilon of TensorFlow's EfficientNets."""
    return torch.nn.BatchNorm2d(channels, eps=1e-3)
