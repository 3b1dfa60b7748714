"""Baselines as inputs of a network (`xaesthetic.core.baselines` has their names and what speaks against them)."""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.baselines import BASELINES
from xaesthetic.core.errors import PluginError, unknown
from xaesthetic.core.types import InputSpec
from xaesthetic.data import images

Batch = Float[Tensor, "b 3 h w"]
_BLUR = 0.1  # of the longer side: beyond recognition
_LUMA = (0.2126, 0.7152, 0.0722)


def baseline_input(x: Batch, inputs: InputSpec, name: str) -> Batch:
    """Return what a network is given in the place of photographs without information.

    Parameters
    ----------
    x
        The photographs, as inputs.
    inputs
        How photographs become inputs.
    name
        A name in `xaesthetic.core.baselines.BASELINES`.

    Returns
    -------
    A new batch of the same shape; a photograph's baseline depends on no other photograph.

    Raises
    ------
    PluginError
        If there is no such baseline.
    """
    if name not in _MAKE:
        raise PluginError(unknown("baseline", name, BASELINES, label="There are"))
    if name == "mean":
        return torch.zeros_like(x)
    mean, unit = images.mean_and_unit(inputs)
    offset, scale = (torch.from_numpy(item).to(x) for item in (mean, unit))
    # light runs from 0 to 1 in the network's channel order, whatever the network subtracts and divides by
    made = _MAKE[name](x * scale + offset, inputs)
    return (made - offset) / scale


def _blur(light: Batch, inputs: InputSpec) -> Batch:
    from torchvision.transforms.functional import gaussian_blur

    del inputs
    longer, shorter = max(light.shape[2:]), min(light.shape[2:])
    kernel = min(2 * (shorter // 2) - 1, 2 * round(2 * _BLUR * longer) + 1)
    blurred: Tensor = gaussian_blur(light, [max(kernel, 1)] * 2, [_BLUR * longer])
    return blurred


def _grey(light: Batch, inputs: InputSpec) -> Batch:
    weights = torch.tensor(_LUMA[::-1] if inputs.bgr else _LUMA).to(light)
    return torch.einsum("bchw,c->bhw", light, weights)[:, None].expand_as(light)


def _noise(light: Batch, inputs: InputSpec) -> Batch:
    del inputs
    drawn = torch.rand(light.shape[1:], generator=torch.Generator().manual_seed(0))
    return drawn.to(light).expand_as(light)


_MAKE: Mapping[str, Callable[[Batch, InputSpec], Batch]] = {
    "mean": lambda light, _: light,
    "black": lambda light, _: torch.zeros_like(light),
    "white": lambda light, _: torch.ones_like(light),
    "blur": _blur,
    "grey": _grey,
    "noise": _noise,
}
