"""What a network or a layer returns: a tensor, or a tuple, mapping, dataclass or output of a library that holds one."""

from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from typing import Any

from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.plugins import one_line

Choice = str | int | Callable[[Any], Any] | None
"""Which part of what a network returns are its outputs: a key or field, a place, or a function."""


def parts(returned: Any) -> Iterator[tuple[str | int, Any]]:
    """Give what is in a value, by key, field or place."""
    if isinstance(returned, Mapping):
        yield from returned.items()
    elif is_dataclass(returned) and not isinstance(returned, type):
        yield from ((item.name, getattr(returned, item.name)) for item in fields(returned))
    elif isinstance(returned, tuple | list):
        yield from enumerate(returned)


def first_tensor(output: Any) -> Tensor | None:
    """Return a layer's output, or the first tensor in it."""
    if isinstance(output, Tensor):
        return output
    return next((part for _, part in parts(output) if isinstance(part, Tensor)), None)


def with_tensor(output: Any, tensor: Tensor) -> Any:
    """Return a layer's output with another first tensor in it, of the same kind."""
    if isinstance(output, Tensor):
        return tensor
    key = next(key for key, part in parts(output) if isinstance(part, Tensor))
    if isinstance(output, Mapping):
        other: Any = copy(output)  # an output of Hugging Face stays one
        other[key] = tensor
        return other
    if is_dataclass(output) and not isinstance(output, type):
        return replace(output, **{str(key): tensor})
    values = [tensor if place == key else part for place, part in enumerate(output)]
    return type(output)(*values) if hasattr(output, "_fields") else type(output)(values)


def reader(choice: Choice) -> Callable[[Any], Float[Tensor, "b a"]]:
    """Return a function that finds the raw outputs, (b, a), in what a network returns.

    Parameters
    ----------
    choice
        Which part they are; None where the network returns one tensor, or only one with an axis for outputs.

    Raises
    ------
    ModelError
        When it is used: if there is no such part, or it is no tensor of outputs.
    """

    def read(returned: Any) -> Float[Tensor, "b a"]:
        tensor = _chosen(returned, choice)
        if not isinstance(tensor, Tensor):
            raise ModelError(
                f"its output is {_what(tensor)}, but a tensor (batch, outputs) was wanted; name it with output=…"
            )
        if tensor.ndim == 1:
            tensor = tensor[:, None]
        if tensor.ndim > 2 and all(side == 1 for side in tensor.shape[2:]):
            tensor = tensor.flatten(1)
        if tensor.ndim != 2 or not tensor.is_floating_point():
            raise ModelError(
                f"its output is {_what(tensor)}, but floats of (batch, outputs) were wanted; choose them with "
                "output=…, a key or a function."
            )
        return tensor

    return read


def _chosen(returned: Any, choice: Choice) -> Any:
    if choice is None:
        return _only(returned)
    if callable(choice):
        try:
            return choice(returned)
        except Exception as error:  # it may be anybody's
            raise ModelError(f"output=… fails on what the network returns ({one_line(error)}).") from error
    inside = dict(parts(returned))
    if isinstance(choice, str) and hasattr(returned, choice) and choice not in inside:
        return getattr(returned, choice)
    places = list(inside.values())
    if isinstance(choice, int) and choice not in inside and -len(places) <= choice < len(places):
        return places[choice]
    if choice not in inside:
        has = f"; it has {', '.join(map(str, inside))}" if inside else ""
        raise ModelError(f"the network returns {_what(returned)}, which has no output {choice!r}{has}.")
    return inside[choice]


def _only(returned: Any) -> Any:
    if isinstance(returned, Tensor):
        return returned
    tensors = {key: part for key, part in parts(returned) if isinstance(part, Tensor)}
    if len(tensors) == 1:
        return next(iter(tensors.values()))
    if not tensors:
        raise ModelError(f"the network returns {_what(returned)}, in which no tensor is found; choose it with output=…")
    example = next(iter(tensors))
    raise ModelError(
        f"the network returns {len(tensors)} tensors ({', '.join(map(str, tensors))}); say which are the outputs, as "
        f"output={example!r}."
    )


def _what(value: object) -> str:
    return f"a {value.dtype} tensor of {tuple(value.shape)}" if isinstance(value, Tensor) else f"a {type(value).__name__}"
