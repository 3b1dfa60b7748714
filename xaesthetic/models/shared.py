"""Networks that several models share: what one has computed of a batch, the next one need not compute again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.models.model import AttributeModel
from xaesthetic.models.pooling import Activations


@runtime_checkable
class Layered(Protocol):
    """A network that gives some of its layers; two of one class whose weights are equal compute the same."""

    layers: slice
    """Which of all layers are the features."""

    def all_layers(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """Return the activations of all layers."""


@dataclass(slots=True, eq=False)
class Remembered:
    """A network that knows its first batch again; of that it keeps all layers, as long as nobody writes into them."""

    network: Layered
    x: Tensor | None = None
    kept: Activations = ()
    versions: list[int] = field(default_factory=list)

    def __call__(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """Return all layers' activations; where gradients are wanted anew, as those need a graph of their own."""
        if torch.is_grad_enabled() or torch.is_inference_mode_enabled():
            return self.network.all_layers(x)
        if self._is_known(x):
            return self.kept
        layers = self.network.all_layers(x)
        if self.x is None:
            self.x, self.kept = x.clone(), layers
            self.versions = [layer._version for layer in layers]
        return layers

    def _is_known(self, x: Tensor) -> bool:
        if self.x is None or [layer._version for layer in self.kept] != self.versions:
            return False
        return x.shape == self.x.shape and x.device == self.x.device and torch.equal(x, self.x)


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Some layers of a network that is remembered."""

    network: Remembered
    layers: slice

    def __call__(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """Return their activations."""
        return self.network(x)[self.layers]


def sharing(models: Mapping[str, AttributeModel]) -> dict[str, AttributeModel]:
    """Return models that give what they gave, for one batch: networks that are equal compute it once.

    Parameters
    ----------
    models
        By their keys, on their device.
    """
    remembered: list[tuple[AttributeModel, Remembered]] = []
    shared: dict[str, AttributeModel] = {}
    for key, model in models.items():
        shared[key] = model
        if not isinstance(model.features, Layered) or not model.is_cut:
            continue
        known = next((network for other, network in remembered if _alike(model, other)), None)
        if known is None:
            known = Remembered(model.features)
            remembered.append((model, known))
        shared[key] = replace(model, features=Chosen(known, model.features.layers))
    return shared


def _alike(one: AttributeModel, other: AttributeModel) -> bool:
    """Whether two models may see equal inputs, and have networks that are equal as they are now."""
    if one.inputs.size != other.inputs.size or type(one.features) is not type(other.features):
        return False
    states = [part.state_dict() if isinstance(part, torch.nn.Module) else {} for part in (one.features, other.features)]
    return states[0].keys() == states[1].keys() and bool(states[0]) and all(map(_equal, *(s.values() for s in states)))


def _equal(one: Tensor, other: Tensor) -> bool:
    return one.device == other.device and one.dtype == other.dtype and torch.equal(one, other)
