"""What every model is held to when it is loaded: it is tried on two small batches of noise, so that nothing fails later.

A pass must give activations and outputs of the declared shapes, finite, the same from call to call, and each linear output
must be what its declared weights make of the activations. A model in training mode is set to evaluation; one that writes
into its input, or hands out a buffer that it fills again, is wrapped so that both stay as they are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from inspect import getclosurevars, isfunction
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from xaesthetic.core.errors import ModelError, XaestheticError
from xaesthetic.core.plugins import one_line, warn
from xaesthetic.data import images
from xaesthetic.models.declared import validate_declared
from xaesthetic.models.heads import FunctionHead, LinearHead, NetworkHead
from xaesthetic.models.model import AttributeModel, place
from xaesthetic.models.pooling import Activations, global_average

_CLOSE, _CLOSE_HALF = 1e-3, 3e-2  # relative; half precision has eight bits
_LARGE = 96  # pixels of the shorter side, from which on a smaller probe saves time
_DROPS = ("drop", "stochastic")  # in the names of layers of other libraries that draw by chance


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """What a pass of the probe has given."""

    activations: Activations
    raw: Float[Tensor, "b a"]


def validate_model(model: object, name: str, on: str = "cpu") -> AttributeModel:
    """Hold a model to the contract.

    Parameters
    ----------
    model
        What a plug-in has given.
    name
        The plug-in's, for the errors.
    on
        The device that it is to be placed on.

    Returns
    -------
    The same model under its name, in evaluation mode, wrapped where it would change what others still need.

    Raises
    ------
    ModelError
        If it breaks the contract; names the plug-in and what is wrong.
    """
    if not isinstance(model, AttributeModel):
        raise ModelError(
            f"{name}: gives {type(model).__name__}, but an AttributeModel was wanted (xaesthetic.models.model)."
        )
    validate_declared(model, name)
    model = replace(model, name=name)
    if not isinstance(model.head, NetworkHead):  # which evaluates and leaves the network as it was
        _set_to_evaluation(model)
    _finite_weights(model)
    try:
        return _tried(place(model, on))
    except XaestheticError:
        raise
    except Exception as error:  # a model may be anybody's
        raise ModelError(
            f"{name}: fails on a batch of noise of the size {model.inputs.size} ({one_line(error)})."
        ) from error


def probe(model: AttributeModel, size: tuple[int, int] | None = None) -> Float[Tensor, "2 3 h w"]:
    """Two inputs of noise as photographs would be, where the model is; the same every time.

    Parameters
    ----------
    model
        With its inputs declared.
    size
        Another (height, width) than the declared one.
    """
    inputs = model.inputs if size is None else replace(model.inputs, size=size)
    pixels = np.random.default_rng(0).integers(0, 256, (2, *inputs.size, 3), dtype=np.uint8)
    return torch.from_numpy(np.stack([images.to_input(item, inputs) for item in pixels])).to(model.device)


def _tried(model: AttributeModel) -> AttributeModel:
    x, small = probe(model), _small_probe(model)
    if small is None:
        return _repeatable(model, x)
    _linear_rows(model, _pass(model, x[:1]))
    return _repeatable(model, small)


def _small_probe(model: AttributeModel) -> Tensor | None:
    """A probe of a ninth of the area, where a network can be tried on that as well: averages have no size."""
    height, width = model.inputs.size
    if not isinstance(model.head, LinearHead) or isinstance(model.inputs.mean, np.ndarray) or min(height, width) < _LARGE:
        return None
    small = probe(model, (height // 3, width // 3))
    try:
        _pass(model, small[:1])
    except Exception:  # it needs its declared size
        return None
    return small


def _repeatable(model: AttributeModel, x: Tensor) -> AttributeModel:
    """Make sure that a rating is the same from call to call; wrap a model that changes what others still need."""
    before = x.clone()
    first = _pass(model, x[:1])
    kept = tuple(layer.clone() for layer in first.activations)
    second, both = _pass(model, x[1:]), _pass(model, x)
    if not torch.equal(x, before) or not all(map(torch.equal, first.activations, kept)):
        return _repeatable(replace(model, features=_apart(model.features)), before)
    if not _alike(torch.cat([first.raw, second.raw]), both.raw):
        if not _alike(first.raw, _pass(model, x[:1]).raw):
            raise ModelError(
                f"{model.name}: rates one photograph differently from call to call; set its network to evaluation "
                "(network.eval()), and let nothing in it be drawn by chance."
            )
        warn(f"{model.name}: ratings depend on what else is in the batch; is a norm in it still in training mode?")
    _linear_rows(model, both)
    return model


def _apart(features: Any) -> Any:
    """Features that neither write into their input nor hand out what they fill again."""
    return lambda x: tuple(layer.clone() for layer in features(x.clone()))


def _pass(model: AttributeModel, x: Tensor) -> _Tried:
    with torch.inference_mode(False), torch.no_grad():
        if not model.is_cut:
            taken = model.run(x)
            result = _Tried(taken.activations, taken.raw)
            _grids(model, result.activations, len(x))
        else:
            layers = model.features(x)
            _grids(model, layers, len(x))
            kept = tuple(layer.clone() for layer in layers) if _writes(model) else ()
            result = _Tried(tuple(layers), _headed(model, x, tuple(layers)))
            if not all(torch.equal(layer, before) for layer, before in zip(layers, kept, strict=False)):
                raise ModelError(f"{model.name}: its head writes into the activations; leave copies=False out of its head.")
    _outputs(model, result.raw, len(x))
    return result


def _writes(model: AttributeModel) -> bool:
    """Whether the head gets the activations themselves, and could write into them."""
    return isinstance(model.head, FunctionHead) and not model.head.copies


def _finite(tensor: Tensor) -> bool:
    """Whether all numbers are; nan and infinity survive a sum, which is faster than a look at every number."""
    return bool(torch.isfinite(tensor.sum())) or bool(torch.isfinite(tensor).all())


def _headed(model: AttributeModel, x: Tensor, layers: Activations) -> Tensor:
    try:
        return model.outputs_at(x, layers)
    except Exception:
        if isinstance(model.head, FunctionHead) and model.head.rows is None:  # what it gives says more than what failed then
            _outputs(model, model.head.function(tuple(layer.clone() for layer in layers)), len(layers[0]))
        raise


def _grids(model: AttributeModel, layers: Any, count: int) -> None:
    wanted = "a tuple of one tensor a layer, each (batch, channels, rows, columns), was wanted"
    if isinstance(model.head, NetworkHead) and not layers:  # methods of the inputs alone
        return
    if not isinstance(layers, (tuple, list)) or not layers:
        more = "; put it in a tuple" if isinstance(layers, Tensor) else ""
        raise ModelError(f"{model.name}: its features give {_what(layers)}, but {wanted}{more}.")
    for number, layer in enumerate(layers, start=1):
        if not isinstance(layer, Tensor) or layer.ndim != 4 or len(layer) != count or not layer.numel():
            tokens = isinstance(layer, Tensor) and layer.ndim == 3
            more = "; lay tokens out on their grid, (b, n, k) as (b, k, rows, columns)" if tokens else ""
            raise ModelError(f"{model.name}: layer {number} of its features is {_what(layer)}, but {wanted}{more}.")
        if not layer.is_floating_point():
            raise ModelError(f"{model.name}: layer {number} of its features is {layer.dtype}, but floats were wanted.")
        if not _finite(layer):
            raise ModelError(f"{model.name}: layer {number} of its features holds nan or infinity for a picture of noise.")


def _outputs(model: AttributeModel, raw: Any, count: int) -> None:
    wanted = count, len(model.attributes)
    if not isinstance(raw, Tensor) or tuple(raw.shape) != wanted or not raw.is_floating_point():
        raise ModelError(
            f"{model.name}: its outputs for {count} photograph(s) are {_what(raw)}, but a tensor of floats of {wanted} "
            f"(photographs, attributes) was wanted, as it names {', '.join(model.attributes)}."
        )
    bad = [name for name, column in zip(model.attributes, raw.T, strict=True) if not torch.isfinite(column).all()]
    if bad:
        raise ModelError(f"{model.name}: its output {bad[0]!r} is nan or infinite for a picture of noise.")


def _what(value: object) -> str:
    return f"a {value.dtype} tensor of {tuple(value.shape)}" if isinstance(value, Tensor) else f"a {type(value).__name__}"


def _alike(one: Tensor, other: Tensor, scale: Tensor | None = None) -> bool:
    close = _CLOSE_HALF if other.dtype in (torch.float16, torch.bfloat16) else _CLOSE
    largest = float((torch.maximum(one.abs(), other.abs()) if scale is None else scale).max())
    return float((one - other).abs().max()) <= close * largest + 1e-9


def _linear_rows(model: AttributeModel, tried: _Tried) -> None:
    """Make sure that each output which is said to be linear is its weights' sum of the averages plus its bias."""
    if isinstance(model.head, NetworkHead):  # it is proved, and held to that in each pass
        return
    averages = global_average(tried.activations)
    for row, name in enumerate(model.attributes):
        linear = model.head.linear_row(row)
        if linear is None:
            continue
        weights, bias = (torch.as_tensor(part).detach() for part in linear)
        if weights.shape != averages.shape[1:] or bias.ndim:
            raise ModelError(
                f"{model.name}: the linear weights of {name!r} are {tuple(weights.shape)} and its bias "
                f"{tuple(bias.shape)}, but {tuple(averages.shape[1:])} and () were wanted: one weight for each channel."
            )
        summed = averages @ weights.to(averages) + bias.to(averages)
        if not _alike(tried.raw[:, row].to(averages), summed, averages.abs() @ weights.to(averages).abs() + bias.abs()):
            raise ModelError(f"{model.name}: its output {name!r} is not what the linear weights that it declares give.")


def _modules(model: AttributeModel) -> Iterator[torch.nn.Module]:
    """The networks that a model is made of, as far as they can be seen: also those that its functions hold."""
    function = model.head.function if isinstance(model.head, FunctionHead) else None
    for part in (model.module, model.features, function):
        seen = [part, getattr(part, "__self__", None)]
        if isfunction(part):
            seen += getclosurevars(part).nonlocals.values()
        for item in seen:
            if isinstance(item, torch.nn.Module):
                yield from item.modules()


def _set_to_evaluation(model: AttributeModel) -> None:
    training = [module for module in _modules(model) if module.training]
    matters = any(
        isinstance(module, (_DropoutNd, _NormBase, torch.nn.RReLU)) or any(word in name for word in _DROPS)
        for module in training
        for name in [type(module).__name__.lower()]
    )
    for module in training:
        module.training = False
    if matters:
        warn(f"{model.name}: was in training mode, in which ratings are not repeatable; it is set to evaluation.")


def _finite_weights(model: AttributeModel) -> None:
    rows = [model.head.linear_row(row) for row in range(len(model.attributes))]
    for name, row in zip(model.attributes, rows, strict=True):
        if row is not None and not all(bool(torch.isfinite(torch.as_tensor(part)).all()) for part in row):
            raise ModelError(
                f"{model.name}: the linear weights of {name!r} hold nan or infinity; train or convert it again."
            )
    if model.module is None:
        return
    for key, tensor in (*model.module.named_parameters(), *model.module.named_buffers()):
        if tensor.is_floating_point() and not _finite(tensor):
            raise ModelError(f"{model.name}: its weights {key} hold nan or infinity; train or convert it again.")
