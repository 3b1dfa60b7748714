"""Gradients with the slope of every nonlinearity replaced: what DeepLIFT and LRP have in common.

Ancona et al. (ICLR 2018) write both as gradients in which f'(z) stands for something else: (f(z) - f(z')) / (z - z') in
DeepLIFT, z' being the baseline's, and f(z) / z in LRP. So nothing is hooked: while the outputs are computed, every call of
an elementwise function is replaced by a straight line through its value with the slope wanted. In-place functions,
functions that are no modules, and modules used twice are all seen; what there is no rule for is refused by name.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.overrides import TorchFunctionMode

from xaesthetic.core.errors import ModelError
from xaesthetic.models.model import AttributeModel

Function = Callable[[Tensor], Tensor]

_CURVED = frozenset((
    "relu", "relu_", "relu6", "hardtanh", "hardtanh_", "leaky_relu", "leaky_relu_", "elu", "elu_", "selu", "selu_",
    "celu", "celu_", "gelu", "silu", "mish", "sigmoid", "sigmoid_", "logsigmoid", "hardsigmoid", "hardswish",
    "softplus", "softsign", "tanh", "tanh_", "clamp", "clamp_", "clamp_min", "clamp_min_", "clip",
))  # fmt: skip
"""Elementwise functions, by torch's names."""
_STRAIGHT = frozenset((
    "conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "linear", "batch_norm",
    "add", "add_", "__add__", "__radd__", "__iadd__", "sub", "sub_", "__sub__", "__isub__", "neg", "__neg__", "sum",
    "mean", "avg_pool1d", "avg_pool2d", "avg_pool3d", "adaptive_avg_pool1d", "adaptive_avg_pool2d",
    "adaptive_avg_pool3d", "interpolate", "pad", "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout",
    "feature_dropout", "view", "reshape", "flatten", "unflatten", "permute", "transpose", "swapaxes", "movedim",
    "moveaxis", "contiguous", "clone", "cat", "concat", "stack", "chunk", "split", "split_with_sizes", "unbind",
    "narrow", "select", "index_select", "__getitem__", "squeeze", "unsqueeze", "expand", "expand_as", "repeat",
    "roll", "flip", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "to", "float", "double", "type", "type_as",
    "__get__", "requires_grad_", "as_strided",
))  # fmt: skip
"""Linear functions, as evaluation has them: their gradient is right as it is."""
_PRODUCTS = frozenset((
    "mul", "mul_", "__mul__", "__rmul__", "__imul__", "matmul", "__matmul__", "__rmatmul__", "mm", "bmm", "addmm",
    "einsum",
))  # fmt: skip
"""Linear where one factor alone depends on the inputs."""
_QUOTIENTS = frozenset(["div", "div_", "__truediv__", "__itruediv__", "true_divide", "divide"])
"""Linear where the divisor does not depend on the inputs."""
_POOLS = frozenset(["max_pool2d", "max_pool2d_with_indices"])


class Rule(ABC):
    """What stands for the derivatives."""

    @abstractmethod
    def slope(self, z: Tensor, value: Tensor, function: Function) -> Tensor:
        """Return the slope of an elementwise function at z, where it has this value."""

    @abstractmethod
    def pool(self, z: Tensor, places: Tensor, value: Tensor) -> Tensor:
        """Return the greatest of every window, taken from these places of the flat grid, with the gradient wanted."""


class Slopes(TorchFunctionMode):
    """While it is entered, nonlinearities have the slopes of a rule; of this thread's calls only."""

    def __init__(self, rule: Rule, method: str) -> None:
        super().__init__()
        self._rule, self._method = rule, method

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Carry a call of torch out."""
        del types
        options, name = dict(kwargs or {}), getattr(func, "__name__", str(func)).partition(".")[0]  # of an exported program
        inputs = [item for item in _tensors((*args, *options.values())) if item.requires_grad]
        if not inputs or not torch.is_grad_enabled():
            return func(*args, **options)
        if name in _CURVED:
            return self._elementwise(func, args, options)
        if name in _POOLS:
            return self._pool(args, options)
        result = func(*args, **options)
        depends = any(item.requires_grad for item in _tensors((result,)))
        if depends and not (name in _STRAIGHT or (name in _PRODUCTS and len(inputs) < 2) or _divides(name, args, options)):
            raise ModelError(
                f"{self._method} has no rule for {name!r}, which the network uses; use --method integrated_gradients."
            )
        return result

    def _elementwise(self, func: Callable[..., Tensor], args: Sequence[Any], options: dict[str, Any]) -> Tensor:
        z: Tensor
        z, rest = (args[0], args[1:]) if args else (options.pop("input"), ())

        def function(point: Tensor) -> Tensor:
            return func(point, *rest, **options)

        before = z.detach().clone()
        work = before.clone()
        value: Tensor = function(work)
        slope = self._rule.slope(before, value, lambda point: function(point.clone()))
        if value.data_ptr() != work.data_ptr():
            return value + (z - before) * slope
        z.sub_(before).mul_(slope).add_(value)  # in place, as the network has it
        return z

    def _pool(self, args: Sequence[Any], options: dict[str, Any]) -> Tensor | tuple[Tensor, Tensor]:
        z, rest = (args[0], args[1:]) if args else (options.pop("input"), ())
        both = options.pop("return_indices", False)
        value, places = torch.nn.functional.max_pool2d(z.detach(), *rest, **options, return_indices=True)
        result = self._rule.pool(z, places, value)
        return (result, places) if both else result


def outputs_with(rule: Rule, method: str, model: AttributeModel, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b a"]:
    """Return a model's raw outputs with their graph, in which nonlinearities have the slopes of a rule.

    Parameters
    ----------
    rule
        What stands for the derivatives.
    method
        Who asks, for the errors.
    model, x
        What is run; the network may write into the batch.

    Raises
    ------
    ModelError
        If the network uses a function without a rule, or one that cannot be seen.
    """
    if any(isinstance(module, torch.jit.ScriptModule) for module in (model.module.modules() if model.module else ())):
        raise ModelError(f"{method} sees nothing of a TorchScript network's functions; use --method integrated_gradients.")
    with Slopes(rule, method):
        values = model.outputs(x)
    if hidden := _hidden(values):
        raise ModelError(f"{method} has no rule for {hidden!r}, which the network uses; use --method integrated_gradients.")
    return values


def _hidden(values: Tensor) -> str:
    """Return the name of a function in the graph that no rule has seen, or with a derivative of its own; else nothing."""
    curved = {name.replace("_", "") for name in _CURVED}
    waiting, seen = [values.grad_fn], set()
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        name = type(node).__name__.rstrip("0123456789").removesuffix("Backward")
        if isinstance(node, torch.autograd.function.BackwardCFunction) or name.lower() in curved or "MaxPool" in name:
            return name
        seen.add(node)
        waiting += [before for before, _ in node.next_functions]
    return ""


def gather(z: Tensor, places: Tensor) -> Tensor:
    """Return the values of a grid (b, k, i, j) at places of it, laid flat."""
    return z.flatten(2).gather(2, places.flatten(2)).reshape(places.shape)


def _tensors(values: Sequence[Any]) -> list[Tensor]:
    flat = []
    for value in values:
        if isinstance(value, Tensor):
            flat.append(value)
        elif isinstance(value, (list, tuple)):
            flat += _tensors(value)
    return flat


def _divides(name: str, args: Sequence[Any], options: dict[str, Any]) -> bool:
    divisor = args[1] if len(args) > 1 else options.get("other")
    return name in _QUOTIENTS and not (isinstance(divisor, Tensor) and divisor.requires_grad)
