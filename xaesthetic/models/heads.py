"""Heads: what makes raw outputs of activations. A head is a value; moving or narrowing it gives another one."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.gradients import Traced
from xaesthetic.models.pooling import Activations, global_average
from xaesthetic.models.refits import Refits

LinearRow = tuple[Float[Tensor, " k"], Float[Tensor, ""]]
"""One output's weights of all layers' channels after global averaging, and its bias."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadOutputs:
    """What a head makes of activations: plain tensors."""

    raw: Float[Tensor, "b a"]
    gradient_sums: tuple[Float[Tensor, "b a _k"], ...] | None = None
    """For each layer; None where they were not wanted."""
    gradients: tuple[Float[Tensor, "b a _k _i _j"], ...] | None = None
    """For each layer; None where they were not wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class LinearHead:
    """Global average pooling over all target layers, then one linear layer."""

    weights: Float[Tensor, "a k"]
    """k runs over all layers' channels, side by side."""
    bias: Float[Tensor, " a"]
    """The mean of a `cam` plus the bias is the raw output."""
    refits: Refits | None = None
    """The same head fitted to halves of its photographs; None where it has none."""

    @property
    def outputs(self) -> int:
        """How many outputs it has."""
        return len(self.bias)

    def __call__(self, activations: Activations) -> Float[Tensor, "b a"]:
        """Return the raw outputs, differentiable."""
        return torch.nn.functional.linear(global_average(activations), self.weights, self.bias)

    def linear_row(self, row: int) -> LinearRow:
        """Return one output's weights and bias."""
        return self.weights[row], self.bias[row]

    def select(self, rows: Sequence[int]) -> "LinearHead":
        """Return the head with these outputs only, in this order."""
        refits = None if self.refits is None else self.refits.select(rows)
        return LinearHead(self.weights[list(rows)], self.bias[list(rows)], refits)

    def with_weights(self, weights: Float[Tensor, "a k"]) -> "LinearHead":
        """Return the head with other weights and the same bias; they have no refits."""
        return LinearHead(weights, self.bias)

    def to(self, device: str) -> "LinearHead":
        """Return the head on a device."""
        refits = None if self.refits is None else self.refits.mapped(lambda tensor: tensor.to(device))
        return LinearHead(self.weights.to(device), self.bias.to(device), refits)

    def evaluate(self, activations: Activations, gradients: str = "none") -> HeadOutputs:
        """Return the raw outputs and the gradients wanted, which need no backward pass: a weight is the sum of one."""
        raw = self(activations).detach()
        if gradients == "none":
            return HeadOutputs(raw)
        split = torch.split(self.weights.detach(), [layer.shape[1] for layer in activations], dim=1)
        sums = tuple(weights.expand(len(raw), -1, -1) for weights in split)
        if gradients == "sums":
            return HeadOutputs(raw, sums)
        full = tuple(
            (total / (layer.shape[2] * layer.shape[3]))[..., None, None].expand(-1, -1, -1, *layer.shape[2:])
            for total, layer in zip(sums, activations, strict=True)
        )
        return HeadOutputs(raw, sums, full)


@dataclass(frozen=True, slots=True, eq=False)
class FunctionHead:
    """Any differentiable function of activations.

    A head of which only some outputs are linear says so by `linear`, and `cam` is there for those.
    """

    function: Callable[[Activations], Float[Tensor, "b _"]]
    """A `torch.nn.Module`, or whatever else has `to(device)`, moves with the model; a plain function stays as it is."""
    linear: Mapping[int, LinearRow] = field(default_factory=dict)
    """The linear layer's weights and bias, by output, for those outputs that are global averages and a linear layer."""
    with_sums: Callable[[Activations], tuple[Float[Tensor, "b _"], Sequence[Float[Tensor, "b _ _k"]]]] | None = None
    """The outputs, and each one's gradient at each layer summed over the grid, where that costs less than the gradient."""
    choose: "Callable[[Sequence[int]], FunctionHead] | None" = None
    """Gives the head with some of its outputs, in that order, where it can compute less for fewer."""
    copies: bool = True
    """Whether the function gets copies of the activations: a layer in it may write into them (an in-place ReLU). A head
    that writes into nothing saves the copy."""
    rows: tuple[int, ...] | None = None
    """Which of the function's outputs are this head's; None for all."""

    def __call__(self, activations: Activations) -> Float[Tensor, "b a"]:
        """Return the raw outputs, differentiable; the activations stay as they are."""
        return self._rows(self.function(tuple(layer.clone() for layer in activations) if self.copies else activations))

    def linear_row(self, row: int) -> LinearRow | None:
        """Return one output's weights and bias; None where it is not linear."""
        return self.linear.get(row)

    def select(self, rows: Sequence[int]) -> "FunctionHead":
        """Return the head with these outputs only, in this order."""
        if self.choose is not None:
            return self.choose(rows)
        linear = {place: self.linear[row] for place, row in enumerate(rows) if row in self.linear}
        chosen = tuple(rows) if self.rows is None else tuple(self.rows[row] for row in rows)
        return replace(self, linear=linear, rows=chosen)

    def to(self, device: str) -> "FunctionHead":
        """Return the head on a device: the same function, or what its own `to` gives."""
        move = getattr(self.function, "to", None)
        function = self.function if move is None else move(device)
        linear = {row: (weights.to(device), bias.to(device)) for row, (weights, bias) in self.linear.items()}
        return replace(self, function=function, linear=linear)

    def evaluate(self, activations: Activations, gradients: str = "none") -> HeadOutputs:
        """Return the raw outputs and the gradients wanted; both come from one run of the function."""
        if gradients == "none":
            return HeadOutputs(self(activations).detach())
        if gradients == "sums" and self.with_sums is not None:
            raw, sums = self.with_sums(activations)
            return HeadOutputs(self._rows(raw).detach(), tuple(self._rows(item).detach() for item in sums))
        return with_gradients(self.trace(activations), gradients)

    def trace(self, activations: Activations) -> Traced:
        """Return the raw outputs with their graph down to the activations."""
        leaves = tuple(layer.detach().requires_grad_() for layer in activations)
        with torch.enable_grad():
            return Traced(self(leaves), leaves)

    def _rows(self, values: Tensor) -> Tensor:
        """Outputs are the second axis."""
        return values if self.rows is None else values[:, list(self.rows)]


class NetworkHead(ABC):
    """The outputs of a network that is hooked and not cut: they need the inputs, not activations alone."""

    @abstractmethod
    def evaluate(self, x: Float[Tensor, "b 3 h w"], gradients: str = "none") -> tuple[Activations, HeadOutputs]:
        """Return the layers' activations, the raw outputs and the gradients wanted, from one run of the network."""

    @abstractmethod
    def trace(self, x: Float[Tensor, "b 3 h w"]) -> tuple[Activations, Traced] | None:
        """Return the layers' activations and the raw outputs with their graph; None where gradients need no graph."""

    @abstractmethod
    def outputs(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b a"]:
        """Return the raw outputs, differentiable at the inputs."""

    @abstractmethod
    def outputs_at(self, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a"]:
        """Return the raw outputs with these activations in the place of the layers' own, differentiable at them."""

    @abstractmethod
    def linear_row(self, row: int) -> LinearRow | None:
        """Return one output's weights and bias; None where it is not proved to be linear."""

    @property
    def in_series(self) -> bool:
        """Whether one of the layers depends on another, and the outputs are not linear in all of them."""
        return False

    def at(self, number: int) -> "NetworkHead":
        """Return the head with one of its layers for its only one."""
        raise ModelError(f"the layer of number {number} cannot be taken alone: it is none that is hooked.")

    @abstractmethod
    def select(self, rows: Sequence[int]) -> "NetworkHead":
        """Return the head with these outputs only, in this order."""

    def to(self, device: str) -> "NetworkHead":  # noqa: ARG002
        """Return the same head: the network itself moves."""
        return self


Head = LinearHead | FunctionHead | NetworkHead


def linear_weights(head: Head, names: Sequence[str], method: str) -> Float[Tensor, "a k"]:
    """Return the linear weights of all of a head's outputs.

    Parameters
    ----------
    head
        Of either kind.
    names
        Its outputs' names, in order.
    method
        Who asks, for the error.

    Raises
    ------
    ModelError
        If an output is not global average pooling and one linear layer; names all such.
    """
    rows = [head.linear_row(row) for row in range(len(names))]
    lacking = [name for name, row in zip(names, rows, strict=True) if row is None]
    if lacking:
        listed = " and ".join(filter(None, [", ".join(lacking[:-1]), lacking[-1]]))
        verb = "lacks" if len(lacking) == 1 else "lack"
        raise ModelError(
            f"{method} needs global average pooling and one linear layer, which {listed} {verb}; use --method grad_cam."
        )
    return torch.stack([row[0] for row in rows if row is not None])


def with_gradients(traced: Traced, gradients: str) -> HeadOutputs:
    """Return the outputs of a trace, with the gradients wanted: `sums` or `full`."""
    if gradients == "sums":
        return HeadOutputs(traced.raw.detach(), traced.sums())
    layers = tuple(torch.cat(item, dim=1) for item in zip(*traced.groups(), strict=True))
    return HeadOutputs(traced.raw.detach(), tuple(layer.sum((-2, -1)) for layer in layers), layers)
