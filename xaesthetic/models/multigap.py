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
from xaesthetic.models.find_layers import declared_prefixes
from xaesthetic.models.pooling import Activations
from xaesthetic.models.tokens import Layout, find_layout

HEAD = "head."
"""What the names of the head's tensors begin with, in a file."""
_DEEPEST = 1  # dots in a stage's name
_GRIDS = 2  # at least
_PROBES = 2  # photographs: of one alone it cannot be told which axis is the batch


class Intermediates(torch.nn.Module):
    """A backbone that gives the outputs of some of its layers."""

    def __init__(self, net: torch.nn.Module, layers: Sequence[str] = (), size: tuple[int, int] = (224, 224)) -> None:
        """Take timm's own stages, by `forward_intermediates`, or any layers of a network that torchvision can trace.

        Tokens and channels that come last become a grid of channels (`xaesthetic.models.tokens`).

        Parameters
        ----------
        net
            The backbone.
        layers
            Their names; all stages that timm knows, or `default_stages`, where there are none.
        size
            Of an input.

        Raises
        ------
        ModelError
            If there is no such layer, it has no grid, or the network cannot be traced.
        """
        super().__init__()
        self.stages = _stages(net)
        known = list(self.stages)
        self.layers = tuple(layers) or tuple(known or default_stages(net, size))
        self.by_timm = bool(known) and set(self.layers) <= set(known)
        self.net = net if self.by_timm else _traced(net, self.layers)
        self.layouts = self._find_layouts(size, declared_prefixes(net))

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """The layers' outputs, each a grid of channels."""
        size = x.shape[2], x.shape[3]
        return tuple(layout.to_grid(layer, size) for layout, layer in zip(self.layouts, self._taken(x), strict=True))

    def _find_layouts(self, size: tuple[int, int], prefixes: tuple[int, ...]) -> tuple[Layout, ...]:
        if self.by_timm:
            return (Layout(),) * len(self.layers)  # timm makes grids of tokens itself
        with torch.no_grad():
            outputs = self._taken(torch.zeros(_PROBES, 3, *size))
        layouts = [
            find_layout(output, _PROBES, size, prefixes) if isinstance(output, Tensor) else None for output in outputs
        ]
        for layer, output, layout in zip(self.layers, outputs, layouts, strict=True):
            if layout is None:
                what = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
                raise ModelError(f"layer {layer!r} gives {what}, in which no grid is found; name another layer.")
        return tuple(layout for layout in layouts if layout is not None)

    def _taken(self, x: Tensor) -> tuple[Any, ...]:
        """The layers' outputs as the network keeps them."""
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


def default_stages(net: torch.nn.Module, size: tuple[int, int]) -> list[str]:
    """Return the layers whose output is the last one on its grid, from the finest grid to the coarsest; else all blocks.

    Tokens count as a grid (`xaesthetic.models.tokens`). Layers on the input's own grid are passed over, and what lies
    inside of blocks. In a transformer of one grid all blocks are taken: the largest group of neighbours of one class.

    Raises
    ------
    ModelError
        If neither is there.
    """
    seen = _seen(net, size)
    last: dict[tuple[int, int], str] = {}
    for name, grid in seen.items():
        if name.count(".") <= _DEEPEST and grid != size:
            last.pop(grid, None)
            last[grid] = name
    if len(last) >= _GRIDS:
        return [last[grid] for grid in sorted(last, reverse=True)]
    blocks: dict[tuple[str, type], list[str]] = {}
    for name in seen:
        kind = type(net.get_submodule(name))
        if any(True for _ in net.get_submodule(name).children()):
            blocks.setdefault((name.rpartition(".")[0], kind), []).append(name)
    largest = max(blocks.values(), key=len, default=[])
    if len(largest) < _GRIDS:
        raise ModelError(
            "its stages cannot be told apart by their grids; choose a network of timm's (timm:NAME), or name layers."
        )
    return largest


def _seen(net: torch.nn.Module, size: tuple[int, int]) -> dict[str, tuple[int, int]]:
    """The grids of all modules' outputs, by name, in the order in which they end."""
    seen: dict[str, tuple[int, int]] = {}
    prefixes = declared_prefixes(net)

    def keep(name: str, output: Any) -> None:
        layout = find_layout(output, _PROBES, size, prefixes) if isinstance(output, Tensor) else None
        if layout is not None:
            seen[name] = layout.size(output, size)

    hooks = [
        module.register_forward_hook(lambda _module, _inputs, output, name=name: keep(name, output))
        for name, module in net.named_modules()
        if name
    ]
    try:
        with torch.no_grad():
            net.eval()(torch.zeros(_PROBES, 3, *size))
    except Exception as error:  # a network may be anybody's
        raise ModelError(f"it fails on a batch of {(_PROBES, 3, *size)} ({one_line(error)[:160]}).") from error
    finally:
        for hook in hooks:
            hook.remove()
    return seen


def grids(module: Intermediates, inputs: InputSpec) -> dict[str, tuple[int, ...]]:
    """Return each layer's channels and grid, (k, rows, columns), and make sure that channels are channels.

    Raises
    ------
    ModelError
        If a layer has other channels for a larger input: then they are no channels.
    """
    with torch.no_grad():
        result = _shapes(module, inputs.size)
        try:
            larger = _shapes(module, (inputs.size[0] * 2, inputs.size[1] * 2))
        except Exception:  # it takes its own size only
            return result
    for layer, shape in result.items():
        if larger[layer][0] != shape[0]:
            raise ModelError(
                f"layer {layer!r} gives {shape}, whose channels cannot be told from its grid; choose timm's network of the "
                "kind."
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
