"""What a model is: `features` then `head`, with the weights of the linear layer where the head is one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core import plugins
from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import InputSpec, Source

LINKS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda raw: raw,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
"""What may lie between a raw output, which maps explain, and the rating; all of them rise, so ranks are the same."""

Activations = tuple[Float[Tensor, "b _k _i _j"], ...]
"""The target layers' activations, one tensor a layer, each with channels and a grid of its own."""


@dataclass(frozen=True, slots=True)
class AttributeModel:
    """A network that rates attributes of a photograph, cut in two where the maps are taken.

    `head(features(x))` is the raw output: what maps explain. Both are functions of tensors, so a network in another
    process or framework fits as well as a torch module.
    """

    attributes: tuple[str, ...]
    """The names of the outputs, in order."""
    inputs: InputSpec
    """How photographs become inputs."""
    features: Callable[[Float[Tensor, "b 3 h w"]], Activations]
    """The target layers' activations; differentiable when gradients are on."""
    head: Callable[[Activations], Float[Tensor, "b a"]]
    """The raw outputs, differentiable."""
    weights: Float[Tensor, "a k"] | None
    """The linear layer, where `head` is global average pooling and then linear; k runs over all layers' channels."""
    bias: Float[Tensor, " a"] | None
    """Its bias: the mean of a `cam` plus the bias is the raw output."""
    source: Source
    """Where it comes from."""
    module: torch.nn.Module | None = None
    """What moves when the model is placed on a device; None where nothing does."""
    links: tuple[str, ...] = ()
    """Each attribute's link (a name in `LINKS`) from raw output to rating; empty where all are the identity."""
    gradient_sums: "Callable[[Activations], Sequence[Float[Tensor, 'b a _k']]] | None" = None
    """Each output's gradient at each layer summed over the grid, where that is to be had for less than the gradient."""
    only: "Callable[[Sequence[str]], AttributeModel] | None" = None
    """Gives the same model with some of its attributes, in that order, where it can compute less for fewer."""

    def ratings(self, raw: Float[Tensor, "b a"]) -> Float[Tensor, "b a"]:
        """The ratings that raw outputs stand for."""
        if not self.links:
            return raw
        return torch.stack([LINKS[link](raw[:, column]) for column, link in enumerate(self.links)], dim=1)


def global_average(activations: Activations) -> Float[Tensor, "b k"]:
    """Every channel's mean over its grid, all layers side by side.

    Written as a sum and a division: the gradient of a sum is a broadcast view, so that `grad_cam` on such a head never
    builds the gradient maps.
    """
    return torch.cat([layer.sum((2, 3)) / (layer.shape[2] * layer.shape[3]) for layer in activations], dim=1)


def output_gradients(
    outputs: Callable[[tuple[Tensor, ...]], Float[Tensor, "b a"]], leaves: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    """The gradient of every output of every row at each leaf, (a, b, …), in one backward pass.

    Parameters
    ----------
    outputs
        A function whose rows depend on their own rows of the leaves alone.
    leaves
        Require gradients.
    """
    with torch.enable_grad():
        values = outputs(leaves).sum(0)
    each = torch.eye(values.shape[0], dtype=values.dtype, device=values.device)
    return torch.autograd.grad(values, leaves, each, is_grads_batched=True, materialize_grads=True)


def gap_linear(
    attributes: Sequence[str],
    inputs: InputSpec,
    features: Callable[[Float[Tensor, "b 3 h w"]], Activations],
    weights: Float[Tensor, "a k"],
    bias: Float[Tensor, " a"],
    source: Source,
    module: torch.nn.Module | None = None,
    links: tuple[str, ...] = (),
) -> AttributeModel:
    """A model whose head is global average pooling over all target layers and one linear layer."""

    def head(activations: Activations) -> Float[Tensor, "b a"]:
        return torch.nn.functional.linear(global_average(activations), weights, bias)

    return AttributeModel(tuple(attributes), inputs, features, head, weights, bias, source, module, links)


def select(model: AttributeModel, attributes: Sequence[str], name: str = "the model") -> AttributeModel:
    """The same model with only these outputs, in this order.

    Parameters
    ----------
    model
        Any model.
    attributes
        Some of its attributes.
    name
        What to call it in an error.

    Raises
    ------
    ModelError
        If it lacks one of them.
    """
    rows = [_row(model, attribute, name) for attribute in attributes]
    if rows == list(range(len(model.attributes))):
        return model
    if model.only is not None:
        return model.only(attributes)
    links = tuple(model.links[row] for row in rows) if model.links else ()
    if model.weights is not None and model.bias is not None:
        return _linear(model, attributes, model.weights[rows], model.bias[rows], links)

    def head(activations: Activations) -> Float[Tensor, "b a"]:
        return model.head(activations)[:, rows]

    return replace(model, attributes=tuple(attributes), head=head, links=links, gradient_sums=None)


def relinked(model: AttributeModel, weights: Float[Tensor, "a k"]) -> AttributeModel:
    """A model whose head is one linear layer, with other weights in it.

    Raises
    ------
    ModelError
        If its head is none.
    """
    if model.bias is None:
        raise ModelError("the model's head is no linear layer whose weights could be replaced.")
    return _linear(model, model.attributes, weights, model.bias, model.links)


def _linear(
    model: AttributeModel, attributes: Sequence[str], weights: Tensor, bias: Tensor, links: tuple[str, ...]
) -> AttributeModel:
    return gap_linear(attributes, model.inputs, model.features, weights, bias, model.source, model.module, links)


def _row(model: AttributeModel, attribute: str, name: str) -> int:
    if attribute not in model.attributes:
        raise ModelError(f"{name} has no attribute {attribute!r}; it has {', '.join(model.attributes)}.")
    return model.attributes.index(attribute)


def place(model: AttributeModel, device: str) -> AttributeModel:
    """The same model on a device (``cpu``, ``cuda``, ``mps``)."""
    if model.module is not None:
        model.module.to(device)
    if model.weights is None or model.bias is None:
        return model
    return _linear(model, model.attributes, model.weights.to(device), model.bias.to(device), model.links)


def device(wanted: str) -> str:
    """Turn ``auto`` into the best device that is there.

    Raises
    ------
    ModelError
        If the one asked for is not.
    """
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if there[name])
    if not there.get(wanted, False):
        raise ModelError(f"no device {wanted!r} here; there is {', '.join(name for name in there if there[name])}.")
    return wanted


def load_model(choice: str | ModelChoice, attributes: Sequence[str] = ("all",), on: str = "auto") -> AttributeModel:
    """Load a model by its name.

    Parameters
    ----------
    choice
        A name that ``xaesthetic list models`` shows; ``name=folder`` for weights of one's own, ``name=random`` for random
        ones.
    attributes
        The outputs wanted; ``all`` for all that it has.
    on
        The device: ``auto``, ``cpu``, ``cuda`` or ``mps``.

    Raises
    ------
    PluginError
        If there is no such model.
    ModelError
        If its weights are missing or damaged, it takes none of one's own, has no random ones, or lacks an attribute.
    """
    chosen = ModelChoice.parse(choice) if isinstance(choice, str) else choice
    model = place(_build(chosen), device(on))
    return model if "all" in attributes else select(model, attributes, chosen.name)


def _build(choice: ModelChoice) -> AttributeModel:
    name, build = choice.name, plugins.load("models", choice.name)
    takes = signature(build).parameters
    if choice.source and not {"weights", "random"} & takes.keys():
        raise ModelError(f"{name} takes no weights of one's own; choose it as --model {name}.")
    if choice.random and "random" not in takes:
        raise ModelError(f"{name}: takes a folder of weights and has no random ones; name a folder, or leave --weights out.")
    if choice.weights and "weights" not in takes:
        raise ModelError(f"{name}: takes no folder of weights; choose it as --model {name} or --model {name}=random.")
    options: dict[str, Any] = {"random": True} if choice.random else {"weights": choice.weights} if choice.weights else {}
    model: AttributeModel = build(**options)
    return model
