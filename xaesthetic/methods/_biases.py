"""What the modules of a network add that is not linear in their inputs: explicit biases and implicit ones."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn
from torch.autograd.functional import jvp
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd

from xaesthetic.core.errors import ModelError
from xaesthetic.core.plugins import one_line

_HOMOGENEOUS = (
    nn.Identity, nn.ReLU, nn.LeakyReLU, nn.PReLU, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d,
    nn.Flatten, nn.Unflatten, nn.Dropout, nn.Dropout2d,
)  # fmt: skip
"""Modules that add nothing: what they give grows with their input."""
_NORMS = (_NormBase, nn.LayerNorm, nn.GroupNorm)


@dataclass(frozen=True, slots=True, eq=False)
class Bias:
    """What one call of a module adds."""

    at: Tensor
    """What the module gave, in the graph."""
    value: Tensor
    """What of it is not linear in the module's input; of the same shape."""
    channels_last: bool
    """Whether channels are the last axis, as of a linear layer on a grid."""

    def part(self, gradient: Float[Tensor, "a b *_z"]) -> Float[Tensor, "a b _i _j"]:
        """Return the bias times outputs' gradients on the module's grid; of one cell where it has none."""
        product = gradient * self.value
        if self.value.ndim == 4 and gradient.shape[1] == self.value.shape[0]:
            return product.sum(-1 if self.channels_last else 2)
        return product.flatten(2).sum(2)[..., None, None]


@contextmanager
def record_biases(network: nn.Module) -> Iterator[list[Bias]]:
    """Record what the modules add in the passes of this thread; the hooks are gone afterwards, whatever happens.

    Parameters
    ----------
    network
        Its modules without children, and its norms, are looked at.
    """
    biases: list[Bias] = []
    points: dict[nn.Module, Tensor] = {}
    thread = threading.get_ident()

    def before(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        if threading.get_ident() == thread and _is_plain(*inputs):
            points[module] = inputs[0].detach().clone()  # the module may write into it

    def after(module: nn.Module, inputs: tuple[Any, ...], output: Any) -> Any:
        del inputs  # they may have been written into
        if threading.get_ident() != thread or module not in points or not _is_plain(output):
            return output
        added = _added(module, points.pop(module), output)
        biases.append(Bias(output, added, isinstance(module, (nn.LayerNorm, nn.Linear))))
        return output.clone()  # what comes after may write into it

    units = _units(network)
    handles = [unit.register_forward_pre_hook(before) for unit in units]
    handles += [unit.register_forward_hook(after) for unit in units]
    try:
        yield biases
    finally:
        for handle in handles:
            handle.remove()


def _units(network: nn.Module) -> list[nn.Module]:
    """Return the modules that may add something: norms, whatever is inside them, and other modules without children."""
    norms = [module for module in network.modules() if isinstance(module, _NORMS)]
    inside = {part for norm in norms for part in norm.modules() if part is not norm}
    leaves = [module for module in network.modules() if not any(True for _ in module.children()) or module in norms]
    return [module for module in leaves if module not in inside and not _is_homogeneous(module)]


def _is_homogeneous(module: nn.Module) -> bool:
    without_bias = isinstance(module, (_ConvNd, nn.Linear)) and module.bias is None
    return without_bias or isinstance(module, _HOMOGENEOUS)


def _is_plain(*values: Any) -> bool:
    return len(values) == 1 and isinstance(values[0], Tensor) and values[0].is_floating_point()


def _added(module: nn.Module, point: Tensor, output: Tensor) -> Tensor:
    """Return z - J u, by the derivative along the input itself."""
    try:
        linear: Tensor = jvp(lambda u: module.forward(u.clone()), point, point)[1]  # type: ignore[no-untyped-call]
    except (RuntimeError, NotImplementedError) as error:
        raise ModelError(
            f"full_grad cannot tell what a {type(module).__name__} of the network adds ({one_line(error)}); use "
            "integrated_gradients."
        ) from error
    return output.detach() - linear.detach()
