"""A network that is used and left as it was: one user at a time, in evaluation mode, nothing of it learning."""

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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
    """One lock for each module, for as long as it lives: networks may share some."""

    guard: threading.Lock = field(default_factory=threading.Lock)
    locks: "weakref.WeakKeyDictionary[torch.nn.Module, threading.RLock]" = field(default_factory=weakref.WeakKeyDictionary)

    @contextmanager
    def held(self, network: torch.nn.Module) -> Iterator[None]:
        """Have those of all modules of a network, always in one order, so that no two wait for each other."""
        with self.guard:
            modules = sorted(network.modules(), key=id)
            locks = [self.locks.setdefault(module, threading.RLock()) for module in modules]
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            yield


_LOCKS = _Locks()


@contextmanager
def undisturbed(network: torch.nn.Module) -> Iterator[None]:
    """Set a network to evaluation and freeze its parameters; afterwards modes, flags and buffers are as they were.

    A second thread waits for the first, also with another network that shares modules with it. Evaluation is set on each
    module by itself: a `train` of somebody's own may do more. Modules that were compiled in place run uncompiled: what is
    compiled does not see hooks, and has one backward pass only.

    Parameters
    ----------
    network
        Any; it may be in use by other threads, which see it in evaluation mode.
    """
    with _LOCKS.held(network), ExitStack() as stack:
        for module in network.modules():
            stack.callback(_set, module, "training", module.training)
            _set(module, "training", False)
            compiled = getattr(module, "_compiled_call_impl", None)
            if compiled is not None:
                stack.callback(_set, module, "_compiled_call_impl", compiled)
                module._compiled_call_impl = None
            for name, _ in module.named_buffers(recurse=False):
                stack.callback(_Buffer.of(module, name).restore)
        for tensor in network.parameters():
            if tensor.is_leaf:
                stack.callback(_require, tensor, tensor.requires_grad)
                _require(tensor, False)
        yield


def _set(module: torch.nn.Module, name: str, value: object) -> None:
    if getattr(module, name) is not value:
        setattr(module, name, value)


def _require(tensor: Tensor, wanted: bool) -> None:
    if tensor.requires_grad != wanted:
        tensor.requires_grad_(wanted)


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
        if self.values is None:
            return
        if self.tensor._version != self.version:
            with torch.no_grad():
                self.tensor.copy_(self.values)
        elif not torch.equal(self.tensor, self.values):  # batch norms write without a version, and so is it taken back
            self.tensor.data.copy_(self.values)
