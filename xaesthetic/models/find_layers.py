"""Which layers of a network have a grid, and which of those its outputs read: found out by one pass with gradients."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import torch
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.hooked import named_layers
from xaesthetic.models.outputs import first_tensor
from xaesthetic.models.tokens import Layout, find_layout

_NO_LAYER = (  # they change nothing, or pool what came before
    *("Dropout", "Identity", "DropPath", "Softmax", "Pool", "LayerScale", "Flatten"),
    *("PatchDropout", "Unflatten", "Permute"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A module that was called in the pass."""

    name: str
    module: torch.nn.Module
    layout: Layout | None
    """None where its output is no grid."""
    calls: int
    is_read: bool
    """Whether any cell of its grid moves an output."""
    what: str
    """Its output in words."""


def trace_layers(
    network: torch.nn.Module,
    x: Tensor,
    outputs: Callable[[], Tensor],
    grid: tuple[int, int] | None = None,
) -> dict[str, Candidate]:
    """Return the modules that are called in a pass, by name, in the order in which they end.

    Parameters
    ----------
    network
        Any; it is left as it was.
    x
        A batch of two.
    outputs
        Runs the network on it and returns its raw outputs.
    grid
        (rows, columns), where tokens do not tell.
    """
    seen: dict[str, list[Any]] = {}
    last: list[Any] = []
    with ExitStack() as stack, torch.inference_mode(False), torch.enable_grad():
        for name, module in named_layers(network).items():
            if isinstance(module, torch.jit.ScriptModule):
                continue
            stack.callback(module.register_forward_hook(_recorder(name, seen, last)).remove)
        raw = outputs()
    prefixes = declared_prefixes(network)
    size = x.shape[2], x.shape[3]
    tensors = {name: first_tensor(entry[0]) for name, entry in seen.items()}
    layouts = {
        name: None if tensor is None else find_layout(tensor, len(x), size, prefixes, grid)
        for name, tensor in tensors.items()
    }
    grids = {name: tensors[name] for name, layout in layouts.items() if layout}
    read = _read(raw, grids, layouts, size)
    if not read and last:  # the last weights may be zeros still
        read = _read(last[0], grids, layouts, size)
    return {
        name: Candidate(name, network.get_submodule(name), layouts[name], len(entry), name in read, _what(entry[-1]))
        for name, entry in seen.items()
    }


def _recorder(name: str, seen: dict[str, list[Any]], last: list[Any]) -> Callable[[Any, Any, Any], None]:
    def record(module: Any, inputs: Any, output: Any) -> None:
        if isinstance(module, torch.nn.Linear) and isinstance(first_tensor(inputs), Tensor):
            last[:] = [first_tensor(inputs)]
        earlier = seen.pop(name, [])
        seen[name] = [output, *earlier]  # the last to end is the last in order

    return record


def _read(
    raw: Tensor, tensors: dict[str, Tensor | None], layouts: dict[str, Layout | None], size: tuple[int, int]
) -> set[str]:
    """The layers of whose grids a cell moves an output."""
    wanted = {name: tensor for name, tensor in tensors.items() if tensor is not None and tensor.requires_grad}
    if not wanted or not raw.requires_grad:
        return set()
    weights = torch.linspace(1, 2, raw.shape[-1], dtype=raw.dtype, device=raw.device)
    gradients = torch.autograd.grad((raw * weights).sum(), list(wanted.values()), retain_graph=True, allow_unused=True)
    return {
        name
        for name, gradient in zip(wanted, gradients, strict=True)
        if gradient is not None and (layout := layouts[name]) and bool(layout.to_grid(gradient, size).any())
    }


def last_layer(candidates: dict[str, Candidate]) -> Candidate:
    """Return the last layer with a grid that the outputs read.

    Raises
    ------
    ModelError
        If none is.
    """
    tokens = any(item.layout and item.layout.axes != "bkij" for item in candidates.values())
    for item in reversed(candidates.values()):
        if item.layout and item.is_read and item.calls == 1 and _is_layer(item.module, tokens):
            return item
    grids = [item for item in candidates.values() if item.layout and item.calls == 1]
    hidden = [item for item in grids if not tokens and _is_layer(item.module, tokens)]
    if hidden and not any(item.is_read for item in candidates.values()):
        return hidden[-1]  # the network runs it without gradients; the hook may still reach what comes after
    more = f"; those with a grid are {', '.join(item.name for item in grids[-5:])}" if grids else ""
    raise ModelError(f"no layer with a grid is read by the outputs{more}; name one with layers=…, or () for none.")


def named(
    candidates: dict[str, Candidate], network: torch.nn.Module, wanted: Iterable[str], call: object
) -> list[Candidate]:
    """Return the layers that are named; where nothing reads a block's grid, the first normalisation in it that is read.

    Raises
    ------
    ModelError
        If there is none of that name, it is not called, or its output is no grid.
    """
    return [_named(candidates, network, name, call) for name in wanted]


def _named(candidates: dict[str, Candidate], network: torch.nn.Module, name: str, call: object) -> Candidate:
    modules = named_layers(network)
    if name not in modules:
        near = get_close_matches(name, modules, n=3, cutoff=0.4) or list(dict(network.named_children()))[-5:]
        raise ModelError(f"the network has no layer {name!r}; near it are {', '.join(near)}.")
    if isinstance(modules[name], torch.jit.ScriptModule):
        raise ModelError(f"the layer {name!r} is TorchScript, which cannot be hooked; name a layer around or after it.")
    item = candidates.get(name)
    if item is None:
        raise ModelError(f"the layer {name!r} is not called in a pass; name one that is.")
    if item.calls > 1 and call is None:
        raise ModelError(
            f"the layer {name!r} is called {item.calls} times in a pass; say which with call=0 to {item.calls - 1}."
        )
    if item.layout is None:
        raise ModelError(
            f"the layer {name!r} gives {item.what}, in which no grid is found; name its (rows, columns) with grid=…, or "
            "name another layer."
        )
    if item.is_read or item.layout.axes == "bkij":
        return item
    inside = [other for other in candidates.values() if other.name.startswith(f"{name}.") and other.is_read and other.layout]
    norms = [other for other in inside if "norm" in type(other.module).__name__.lower() and other.calls == 1]
    return norms[-1] if norms else item


def _is_layer(module: torch.nn.Module, tokens: bool) -> bool:
    kind = type(module).__name__
    if any(word in kind for word in _NO_LAYER):
        return False
    leaf = not any(True for _ in module.children())
    return not (tokens and leaf) or "norm" in kind.lower()


def declared_prefixes(network: torch.nn.Module) -> tuple[int, ...]:
    """Return how many tokens a network says are no patch, as timm, Hugging Face and torchvision say it."""
    counts = [getattr(module, "num_prefix_tokens", None) for module in network.modules()]
    declared = [count for count in counts if isinstance(count, int)]
    registers = getattr(getattr(network, "config", None), "num_register_tokens", None)
    if isinstance(registers, int):
        declared.append(1 + registers)
    if isinstance(getattr(network, "class_token", None), Tensor):
        declared.append(1)
    return tuple(dict.fromkeys(declared))


def _what(output: object) -> str:
    tensor = first_tensor(output)
    return f"a tensor of {tuple(tensor.shape)}" if tensor is not None else f"a {type(output).__name__}"
