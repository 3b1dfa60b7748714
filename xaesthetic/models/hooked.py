"""A network whose layers are read, cut or replaced by hooks while it runs; no copy of it, and no trace left."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.outputs import first_tensor, with_tensor
from xaesthetic.models.pooling import Activations
from xaesthetic.models.tokens import Layout
from xaesthetic.models.undisturbed import Forward, call, undisturbed

CUTS = ("none", "first", "all")
"""Where a pass puts a fresh leaf: nowhere; in the place of each layer's output that depends on no other layer, so that
gradients at layers in series are total derivatives; in the place of every layer's output, so that they are direct ones."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One target layer."""

    name: str
    """Its name in the network, as in `named_modules`."""
    layout: Layout
    """How its output lies."""
    call: int | None = None
    """Which of its calls in a pass, from 0; None where there is only one."""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What a pass has brought, with its graph where a cut was made."""

    layers: tuple[Tensor, ...]
    """The layers' outputs as the network keeps them."""
    raw: Float[Tensor, "b a"]


@dataclass(frozen=True, slots=True, eq=False)
class HookedNetwork:
    """A network and the layers that are hooked in it."""

    module: torch.nn.Module
    layers: tuple[Layer, ...]
    read: Callable[[Any], Float[Tensor, "b a"]]
    """The raw outputs in what the network returns."""
    forward: Forward = None

    def run(self, x: Float[Tensor, "b 3 h w"], cut: str = "none", replacements: Activations | None = None) -> Taken:
        """Run the network once, hooked.

        Parameters
        ----------
        x
            A batch.
        cut
            A name in `CUTS`.
        replacements
            Grids (b, k, i, j) that take the place of the layers' outputs; None leaves them.

        Raises
        ------
        ModelError
            If a hook does not fire, or a layer is called more than once and nothing says which call is meant.
        """
        hooks = _Hooks(self.layers, cut, replacements)
        gradients = cut != "none" or torch.is_grad_enabled()
        with undisturbed(self.module), hooks.on(self.module), torch.set_grad_enabled(gradients):
            raw = self.read(call(self.module, self.forward, x))
        return Taken(hooks.result(), raw)

    def outputs(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b a"]:
        """Return the raw outputs without any hook, in torch's own gradient mode."""
        with undisturbed(self.module):
            return self.read(call(self.module, self.forward, x))

    def dependent(self, x: Float[Tensor, "b 3 h w"]) -> bool:
        """Whether the output of one of the layers depends on another's: a leaf is in the place of the others alone."""
        with torch.inference_mode(False):
            return not all(layer.is_leaf for layer in self.run(x, "first").layers)

    def grids(self, layers: Sequence[Tensor], x: Tensor) -> tuple[Tensor, ...]:
        """Return layers' outputs as grids of channels, (b, k, i, j); gradients of them with their axes in front."""
        size = x.shape[2], x.shape[3]
        return tuple(layer.layout.to_grid(tensor, size) for layer, tensor in zip(self.layers, layers, strict=True))


@dataclass(slots=True)
class _Hooks:
    """The hooks of one pass; they act for the thread that made them alone."""

    layers: tuple[Layer, ...]
    cut: str
    replacements: Activations | None
    thread: int = field(default_factory=threading.get_ident)
    calls: list[int] = field(default_factory=list)
    captured: dict[int, Tensor] = field(default_factory=dict)

    @contextmanager
    def on(self, network: torch.nn.Module) -> Iterator[None]:
        """Have them in place for as long as this lasts."""
        self.calls = [0] * len(self.layers)
        with ExitStack() as stack:
            for number, layer in enumerate(self.layers):
                handle = network.get_submodule(layer.name).register_forward_hook(self._hook(number))
                stack.callback(handle.remove)
            yield

    def result(self) -> tuple[Tensor, ...]:
        """Return what was captured.

        Raises
        ------
        ModelError
            If a layer was not called, or more often than is known.
        """
        for number, layer in enumerate(self.layers):
            calls = self.calls[number]
            if not calls:
                raise ModelError(f"the layer {layer.name!r} is not called in a pass; name one that is.")
            if layer.call is None and calls > 1:
                raise ModelError(
                    f"the layer {layer.name!r} is called {calls} times in a pass; say which with call=0 to {calls - 1}."
                )
            if number not in self.captured:
                raise ModelError(
                    f"the layer {layer.name!r} is called {calls} times in a pass; call={layer.call} is not there."
                )
        return tuple(self.captured[number] for number in range(len(self.layers)))

    def _hook(self, number: int) -> Callable[[torch.nn.Module, Any, Any], Any]:
        layer = self.layers[number]

        def act(_module: torch.nn.Module, _inputs: Any, output: Any) -> Any:
            if threading.get_ident() != self.thread:
                return None
            self.calls[number] += 1
            if layer.call not in (None, self.calls[number] - 1):
                return None
            tensor = first_tensor(output)
            if tensor is None:
                raise ModelError(f"the layer {layer.name!r} gives {type(output).__name__}, which holds no tensor.")
            return with_tensor(output, self._passed_on(number, tensor))

        return act

    def _passed_on(self, number: int, tensor: Tensor) -> Tensor:
        """Capture a layer's output and return what goes on in the network: a copy, which may be written into."""
        if self.replacements is not None:
            self.captured[number] = tensor
            return self.layers[number].layout.from_grid(self.replacements[number], tensor)
        if self.cut == "all" or (self.cut == "first" and not tensor.requires_grad):
            tensor = tensor.detach().requires_grad_()
        self.captured[number] = tensor
        with torch.set_grad_enabled(tensor.requires_grad):  # the layer may lie in a part that runs without gradients
            return tensor.clone()


def only(network: HookedNetwork, layers: Sequence[Layer]) -> HookedNetwork:
    """Return the same network with other layers hooked."""
    return replace(network, layers=tuple(layers))


def named_layers(network: torch.nn.Module) -> Mapping[str, torch.nn.Module]:
    """Return the modules of a network that can be hooked, by name; the network itself is none."""
    return {name: module for name, module in network.named_modules() if name}
