"""What tells one model from another of the same name: a sha256 of its state, its source and its outputs."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass
from inspect import getclosurevars, isfunction, ismethod
from typing import Any

import numpy as np
import torch
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.model import AttributeModel


def identify(model: AttributeModel) -> str:
    """Return a sha256 that is equal for equal models: of every tensor, of the source, the outputs and the inputs.

    Parameters
    ----------
    model
        As it was handed over, with all its outputs.

    Raises
    ------
    ModelError
        If it holds no tensors here and says by no `identity` which it is.

    Examples
    --------
    >>> import xaesthetic as xa
    >>> len(identify(xa.load_model("lite0_ft")))
    64
    """
    digest = hashlib.sha256(json.dumps(_declared(model), sort_keys=True, default=_plain).encode())
    count = 0
    for name, tensor in _tensors(model):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(_bytes(model, name, tensor))
        count += 1
    if not count and not model.identity:
        raise ModelError(
            f"{model.name}: holds no tensors here that would tell it from another model; say which it is, as "
            "dataclasses.replace(model, identity='version 3')."
        )
    return digest.hexdigest()


def _declared(model: AttributeModel) -> dict[str, Any]:
    inputs = {field.name: getattr(model.inputs, field.name) for field in fields(model.inputs)}
    return {
        "identity": model.identity,
        "source": {key: value for key, value in asdict(model.source).items() if key not in ("seen", "fitted_edits")},
        "outputs": model.attributes,
        "links": model.links,
        "layers": model.layers,
        "inputs": inputs,
    }


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else str(value)


def _bytes(model: AttributeModel, name: str, tensor: Tensor) -> bytes:
    try:
        return tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes()
    except (RuntimeError, TypeError, NotImplementedError) as error:  # on no device, or of a layout without bytes
        raise ModelError(
            f"{model.name}: its weights {name} cannot be read ({type(error).__name__}); load them, or give an identity."
        ) from error


def _tensors(model: AttributeModel) -> Iterator[tuple[str, Tensor]]:
    """Give every tensor that the model is known to hold, once, with a name that is the same in every process."""
    seen: set[int] = set()
    for role, part in _parts(model):
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Tensor):
            yield role, part
            continue
        state = {name: value for name, value in part.state_dict().items() if isinstance(value, Tensor)}
        for name, tensor in sorted((state | dict(part.named_buffers())).items()):
            yield f"{role}.{name}", tensor


def _parts(model: AttributeModel) -> Iterator[tuple[str, Tensor | torch.nn.Module]]:
    """Give networks and tensors: the module, the head's, and what the model's functions hold."""
    values = {"module": model.module, "features": model.features, "runner": model.runner, "head": model.head}
    if is_dataclass(model.head):
        values |= {f"head.{field.name}": getattr(model.head, field.name) for field in fields(model.head)}
    else:
        values |= {f"head.{name}": value for name, value in sorted(getattr(model.head, "__dict__", {}).items())}
    for role, value in values.items():
        yield from _held(role, value)


def _held(role: str, value: Any) -> Iterator[tuple[str, Tensor | torch.nn.Module]]:
    if ismethod(value):
        yield from _held(f"{role}.self", value.__self__)
    elif isfunction(value):
        for name, item in sorted(getclosurevars(value).nonlocals.items()):
            if not isfunction(item):
                yield from _held(f"{role}.{name}", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _held(f"{role}.{key}", item)
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            yield from _held(f"{role}.{number}", item)
    elif isinstance(value, (Tensor, torch.nn.Module)):
        yield role, value
