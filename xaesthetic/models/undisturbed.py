"""A network that is used and left as it was: one user at a time, in evaluation mode, nothing of it learning."""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

Forward = Callable[[torch.nn.Module, Tensor], Any] | None
"""How a network is called; with the inputs alone where None."""


def call(network: torch.nn.Module, forward: Forward, x: Tensor) -> Any:
    """Call a network on inputs, in its parameters' precision and where they are."""
    first = next((tensor for tensor in network.parameters() if tensor.is_floating_point()), None)
    inputs = x if first is None else x.to(first.device, first.dtype)
    return network(inputs) if forward is None else forward(network, inputs)


@dataclass(frozen=True, slots=True)
class _Locks:
    """One lock for each network, for as long as the network lives."""

    guard: threading.Lock = field(default_factory=threading.Lock)
    locks: "weakref.WeakKeyDictionary[torch.nn.Module, threading.RLock]" = field(default_factory=weakref.WeakKeyDictionary)

    def of(self, network: torch.nn.Module) -> "threading.RLock":
        with self.guard:
            return self.locks.setdefault(network, threading.RLock())


_LOCKS = _Locks()


@contextmanager
def undisturbed(network: torch.nn.Module) -> Iterator[None]:
    """Set a network to evaluation and freeze its parameters; afterwards modes, flags and buffers are as they were.

    A second thread waits for the first. Evaluation is set on each module by itself: a `train` of somebody's own may do more.

    Parameters
    ----------
    network
        Any; it may be in use by other threads, which see it in evaluation mode.
    """
    with _LOCKS.of(network):
        training = [module for module in network.modules() if module.training]
        flags = [tensor for tensor in network.parameters() if tensor.requires_grad and tensor.is_leaf]
        buffers = [
            _Buffer.of(module, name) for module in network.modules() for name, _ in module.named_buffers(recurse=False)
        ]
        try:
            for module in training:
                module.training = False
            for tensor in flags:
                tensor.requires_grad_(False)
            yield
        finally:
            for module in training:
                module.training = True
            for tensor in flags:
                tensor.requires_grad_(True)
            for buffer in buffers:
                buffer.restore()


@dataclass(frozen=True, slots=True)
class _Buffer:
    """A buffer and what was in it."""

    module: torch.nn.Module
    name: str
    tensor: Tensor
    values: Tensor | None
    version: int

    @classmethod
    def of(cls, module: torch.nn.Module, name: str) -> "_Buffer":
        tensor: Tensor = getattr(module, name)
        if tensor.is_inference() or tensor.is_meta:
            return cls(module, name, tensor, None, 0)
        return cls(module, name, tensor, tensor.detach().clone(), tensor._version)

    def restore(self) -> None:
        if not isinstance(self.module, torch.jit.ScriptModule) and getattr(self.module, self.name, None) is not self.tensor:
            self.module._buffers[self.name] = self.tensor
        if self.values is not None and self.tensor._version != self.version:
            with torch.no_grad():
                self.tensor.copy_(self.values)
