"""What a network says of its inputs: by timm's or Hugging Face's configuration, or torchvision's; else an assumption."""

from typing import Any

import torch

from xaesthetic.core.types import InputSpec
from xaesthetic.data.images import RESAMPLE

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as torchvision's and most networks have them


def find_inputs(network: torch.nn.Module) -> tuple[InputSpec, str]:
    """Return a network's inputs, and a sentence about where they come from.

    Parameters
    ----------
    network
        Any.
    """
    config = getattr(network, "pretrained_cfg", None) or getattr(network, "default_cfg", None)
    if isinstance(config, dict) and "input_size" in config:
        return _of_timm(network, config), f"inputs as timm's {config.get('architecture', 'configuration')} declares them"
    if any(type(module).__name__ == "Normalize" for module in network.modules()):
        spec = InputSpec((_size(network), _size(network)), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 1.0)
        return spec, f"the network normalises by itself: inputs were taken as {spec.size}, 0 to 1; say others with inputs=…"
    size = _size(network)
    spec = InputSpec((size, size), _MEAN, _STD, 1.0)
    if type(network).__module__.startswith("torchvision.models"):
        return spec, f"inputs as torchvision's weights have them: {size} x {size}, ImageNet's mean and deviation"
    return spec, f"inputs were assumed: {size} x {size}, ImageNet's mean and deviation; say others with inputs=…"


def _of_timm(network: torch.nn.Module, config: dict[str, Any]) -> InputSpec:
    _, height, width = config["input_size"]
    size = getattr(getattr(network, "patch_embed", None), "img_size", None) or (height, width)
    resample = config.get("interpolation", "bilinear")
    return InputSpec(
        (int(size[0]), int(size[1])),
        tuple(map(float, config.get("mean", _MEAN))),  # type: ignore[arg-type]  # three
        tuple(map(float, config.get("std", _STD))),  # type: ignore[arg-type]
        1.0,
        resample=resample if resample in RESAMPLE else "bicubic",
    )


def _size(network: torch.nn.Module) -> int:
    """The side that a network declares, or 224; Inception's, of which torchvision declares none, is 299."""
    declared = getattr(getattr(network, "config", None), "image_size", None) or getattr(network, "image_size", None)
    if isinstance(declared, int):
        return declared
    return 299 if "inception3" in type(network).__name__.lower() else 224
