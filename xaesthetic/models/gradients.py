"""Gradients of outputs at layers: all outputs in one backward pass where memory allows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.plugins import one_line, warn

GRADIENTS = ("none", "sums", "full")
"""What a pass can bring, from the least to the most: no gradient; each output's gradient at each layer summed over its
grid; the gradient itself."""
MEMORY = 1 << 28
"""Bytes of gradients that are computed at once; more outputs than fit come in several backward passes."""
_NO_RULE = ("vmap", "batching rule", "functorch", "Batching")


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """Outputs with their graph, down to the layers where gradients are wanted."""

    raw: Float[Tensor, "b a"]
    leaves: tuple[Tensor, ...]
    """The layers' outputs in the graph."""
    to_grids: Callable[[tuple[Tensor, ...]], tuple[Tensor, ...]] = tuple
    """Lays tensors of the leaves' shapes, with more axes in front, out as (…, b, k, i, j)."""

    def sums(self, memory: int = MEMORY) -> tuple[Float[Tensor, "b a _k"], ...]:
        """Return each output's gradient at each layer summed over its grid; the gradients never lie in memory together."""
        groups = [
            tuple(spatial_sum(layer) for layer in self.to_grids(group))
            for group in output_gradients(self.raw, self.leaves, memory)
        ]
        return tuple(torch.cat(item).transpose(0, 1) for item in zip(*groups, strict=True))

    def groups(self, memory: int = MEMORY) -> Iterator[tuple[Float[Tensor, "b _ _k _i _j"], ...]]:
        """Yield the gradients themselves, some outputs at a time."""
        for group in output_gradients(self.raw, self.leaves, memory):
            yield tuple(layer.transpose(0, 1) for layer in self.to_grids(group))


def output_gradients(
    values: Float[Tensor, "b a"], leaves: tuple[Tensor, ...], memory: int = MEMORY
) -> Iterator[tuple[Tensor, ...]]:
    """Yield the gradients of all outputs at each leaf, group by group: tensors of (outputs of the group, b, …).

    Parameters
    ----------
    values
        Outputs with their graph; a row depends on its own rows of the leaves alone, or the gradient of the batch's sum is
        meant.
    leaves
        Where the gradients are wanted; those that no output depends on get zeros.
    memory
        Bytes of a group's gradients; a group has one output at least.
    """
    with torch.enable_grad():
        total = values.sum(0)
    size = max(1, memory // sum(leaf.numel() * leaf.element_size() for leaf in leaves))
    units = torch.eye(len(total), dtype=total.dtype, device=total.device)
    for start in range(0, len(total), size):
        group = units[start : start + size]
        yield _backward(total, leaves, group, last=start + size >= len(total))


def _backward(total: Tensor, leaves: tuple[Tensor, ...], units: Tensor, last: bool) -> tuple[Tensor, ...]:
    several = len(units) > 1
    result: tuple[Tensor | None, ...] = (None,) * len(leaves)
    if total.requires_grad and several:
        result = _batched(total, leaves, units)
    elif total.requires_grad:
        result = torch.autograd.grad(total, leaves, units[0], retain_graph=not last, allow_unused=True)
    shapes = [(len(units), *leaf.shape) for leaf in leaves]
    return tuple(
        leaf.new_zeros(()).expand(shape) if gradient is None else gradient if several else gradient[None]
        for leaf, shape, gradient in zip(leaves, shapes, result, strict=True)
    )


def _batched(total: Tensor, leaves: tuple[Tensor, ...], units: Tensor) -> tuple[Tensor | None, ...]:
    """One backward pass for several outputs; one each where an operation of the network cannot be done for several."""
    options = {"retain_graph": True, "allow_unused": True}
    try:
        return torch.autograd.grad(total, leaves, units, is_grads_batched=True, **options)
    except RuntimeError as error:
        if not any(word in str(error) for word in _NO_RULE):
            raise
        warn(f"the gradients of {len(units)} outputs take a backward pass each ({one_line(error)[:80]}).")
    rows = [torch.autograd.grad(total, leaves, unit, **options) for unit in units]
    return tuple(None if column[0] is None else torch.stack(column) for column in zip(*rows, strict=True))


def spatial_sum(gradient: Float[Tensor, "a b k i j"]) -> Float[Tensor, "a b k"]:
    """Sum over the grid; a gradient that is one number broadcast over it, as pooling's is, is multiplied instead."""
    if gradient.stride(-1) == 0 and gradient.stride(-2) == 0:
        return gradient[..., 0, 0] * (gradient.shape[-1] * gradient.shape[-2])
    return gradient.sum((-2, -1))
