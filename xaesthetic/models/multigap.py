"""The paper's multi-GAP head on any backbone: global averages of several stages' outputs and one linear layer.

Malu, Bapi, Indurkhya, MAICS 2017, on ResNet50. The head reads every stage directly, so that `cam` adds up.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.plugins import one_line
from xaesthetic.core.types import InputSpec
from xaesthetic.models.pooling import Activations

HEAD = "head."
"""What the names of the head's tensors begin with, in a file."""
_DEEPEST = 1  # dots in a stage's name
_GRIDS = 2


class Intermediates(torch.nn.Module):
    """A backbone that gives the outputs of some of its layers."""

    def __init__(self, net: torch.nn.Module, layers: Sequence[str] = (), size: tuple[int, int] = (224, 224)) -> None:
        """Take timm's own stages, by `forward_intermediates`, or any layers of a network that torchvision can trace.

        Parameters
        ----------
        net
            The backbone.
        layers
            Their names; all stages that timm knows, or the last layer on every grid, where there are none.
        size
            Of an input.

        Raises
        ------
        ModelError
            If there is no such layer, it has no grid of channels first, or the network cannot be traced.
        """
        super().__init__()
        self.stages = _stages(net)
        known = list(self.stages)
        self.layers = tuple(layers) or tuple(known or last_on_each_grid(net, size))
        self.by_timm = bool(known) and set(self.layers) <= set(known)
        self.net = net if self.by_timm else _traced(net, self.layers)

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """The layers' outputs."""
        if self.by_timm:
            places = [self.stages[layer] for layer in self.layers]
            given_back = self.net.forward_intermediates(x, indices=sorted(places), intermediates_only=True)  # type: ignore[operator]
            by_place = dict(zip(sorted(places), given_back, strict=True))
            return tuple(by_place[place] for place in places)
        outputs = self.net(x)
        return tuple(outputs[layer] for layer in self.layers)


def _stages(net: Any) -> dict[str, int]:
    """The stages that timm names, with their places; empty for a network that is not timm's."""
    info = getattr(net, "feature_info", None)
    if not hasattr(net, "forward_intermediates") or not isinstance(info, list):
        return {}
    return {str(item["module"]): place for place, item in enumerate(info)}


def _traced(net: torch.nn.Module, layers: Sequence[str]) -> torch.nn.Module:
    from torchvision.models.feature_extraction import create_feature_extractor

    modules = dict(net.named_modules())
    for layer in layers:
        if not layer or layer not in modules:
            raise ModelError(f"the network has no layer {layer!r}; its first are {', '.join(list(modules)[1:6])}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that training mode is another network
            traced: torch.nn.Module = create_feature_extractor(net.eval(), {layer: layer for layer in layers})
    except Exception as error:  # a network may be anybody's
        raise ModelError(
            f"its layers cannot be read together ({one_line(error)[:160]}); a network of timm's can (timm:NAME)."
        ) from error
    return traced


def last_on_each_grid(net: torch.nn.Module, size: tuple[int, int]) -> list[str]:
    """Return the layers whose output is the last one on its grid, from the finest grid to the coarsest.

    Layers whose outputs are tokens, vectors or lie on the input's own grid are passed over, and what lies inside of blocks.

    Raises
    ------
    ModelError
        If fewer than two grids come of it, as in a transformer.
    """
    last: dict[tuple[int, int], str] = {}

    def keep(name: str, output: Any) -> None:
        if (
            isinstance(output, Tensor)
            and output.ndim == 4
            and 1 < output.shape[2] < size[0]
            and 1 < output.shape[3] < size[1]
        ):
            last.pop(grid := (output.shape[2], output.shape[3]), None)
            last[grid] = name

    hooks = [
        module.register_forward_hook(lambda _module, _inputs, output, name=name: keep(name, output))
        for name, module in net.named_modules()
        if name and name.count(".") <= _DEEPEST
    ]
    try:
        with torch.no_grad():
            net.eval()(torch.zeros(1, 3, *size))
    finally:
        for hook in hooks:
            hook.remove()
    if len(last) < _GRIDS:
        raise ModelError(
            "its stages cannot be told apart by their grids; choose a network of timm's (timm:NAME), or name layers."
        )
    return [last[grid] for grid in sorted(last, reverse=True)]


def grids(module: Intermediates, inputs: InputSpec) -> dict[str, tuple[int, ...]]:
    """Return each layer's channels and grid, and make sure that they are channels first: (k, rows, columns).

    Raises
    ------
    ModelError
        If a layer's output is no grid, or its channels come last.
    """
    with torch.no_grad():
        result = _shapes(module, inputs.size)
        for layer, shape in result.items():
            if len(shape) != 3:
                raise ModelError(
                    f"layer {layer!r} gives {('batch', *shape)}, but (batch, channels, rows, columns) was wanted."
                )
        try:
            larger = _shapes(module, (inputs.size[0] * 2, inputs.size[1] * 2))
        except Exception:  # it takes its own size only; timm's grids are channels first
            return result
    for layer, shape in result.items():
        if larger[layer][0] != shape[0]:
            raise ModelError(
                f"layer {layer!r} gives {('batch', *shape)} with its channels last; choose timm's network of the kind."
            )
    return result


def _shapes(module: Intermediates, size: tuple[int, int]) -> dict[str, tuple[int, ...]]:
    outputs = module(torch.zeros(1, 3, *size))
    return {layer: tuple(output.shape[1:]) for layer, output in zip(module.layers, outputs, strict=True)}


def take_head(tensors: Mapping[str, Tensor], where: str) -> tuple[Tensor, Tensor, dict[str, Tensor]]:
    """Return a multi-GAP head's weights and bias, and the other tensors, which are the backbone's.

    Raises
    ------
    ModelError
        If they are missing, or do not belong together.
    """
    weights, bias = (tensors.get(f"{HEAD}{part}") for part in ("weight", "bias"))
    if weights is None or bias is None or weights.ndim != 2 or bias.shape != weights.shape[:1]:
        shapes = ", ".join("missing" if part is None else str(tuple(part.shape)) for part in (weights, bias))
        raise ModelError(
            f"{where}: its {HEAD}weight and {HEAD}bias are {shapes}; (outputs, channels) and (outputs,) were wanted."
        )
    return weights, bias, {name: tensor for name, tensor in tensors.items() if not name.startswith(HEAD)}
