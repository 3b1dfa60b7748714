"""The head of a hooked network: outputs, activations and gradients from one run of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.gradients import Traced
from xaesthetic.models.heads import HeadOutputs, LinearHead, LinearRow, NetworkHead, with_gradients
from xaesthetic.models.hooked import HookedNetwork, Taken, only
from xaesthetic.models.pooling import Activations
from xaesthetic.models.proof import Proof


@dataclass(frozen=True, slots=True, eq=False)
class HookedHead(NetworkHead):
    """Some outputs of a hooked network.

    Where all of them are proved to be global averages and a linear layer, gradients are read off its weights and no
    backward pass is made.
    """

    network: HookedNetwork
    proof: Proof
    rows: tuple[int, ...] | None = None
    """Which of the network's outputs; None for all."""
    dependent: bool = False
    """Whether one of the layers depends on another."""

    @property
    def in_series(self) -> bool:
        """Whether one of the layers depends on another, and gradients at them are total derivatives."""
        return self.dependent and self._linear_head() is None

    def at(self, number: int) -> "HookedHead":
        """Return the head with one of its layers for its only one; what it is proved to be is proved anew."""
        network = only(self.network, [self.network.layers[number]])
        proof = replace(self.proof, network=network, weights=0, proved={})
        return replace(self, network=network, proof=proof, dependent=False)

    def evaluate(self, x: Float[Tensor, "b 3 h w"], gradients: str = "none") -> tuple[Activations, HeadOutputs]:
        """Return the layers' activations, the raw outputs and the gradients wanted, from one run of the network."""
        traced = None if gradients == "none" else self.trace(x)
        if traced is not None:
            return traced[0], with_gradients(traced[1], gradients)
        with torch.no_grad():
            taken = self.network.run(x)
        activations = self._activations(taken, x)
        raw = self._rows(taken.raw).detach().float()
        holds = self.proof.confirm(activations, taken.raw)
        if gradients == "none":
            return activations, HeadOutputs(raw)
        linear = self._linear_head()
        if not holds or linear is None:  # the weights have changed in between
            return self.evaluate(x, gradients)
        return activations, replace(linear.evaluate(activations, gradients), raw=raw)

    def trace(self, x: Float[Tensor, "b 3 h w"]) -> tuple[Activations, Traced] | None:
        """Return the layers' activations and the raw outputs with their graph; None where all outputs are linear."""
        if self._linear_head() is not None:
            return None
        with torch.enable_grad():
            taken = self.network.run(x, "first")
            raw = self._rows(taken.raw).float()
        if not raw.requires_grad:
            names = ", ".join(repr(layer.name) for layer in self.network.layers)
            raise ModelError(
                f"no gradient reaches {names}: what comes after runs without torch's gradients (torch.no_grad, "
                "detach, numpy) or does not read it; name another layer, or use --method occlusion."
            )
        return self._activations(taken, x), Traced(
            raw, taken.layers, lambda layers: tuple(layer.float() for layer in self.network.grids(layers, x))
        )

    def outputs(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b a"]:
        """Return the raw outputs, differentiable at the inputs."""
        return self._rows(self.network.outputs(x)).float()

    def outputs_at(self, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a"]:
        """Return the raw outputs with these activations in the place of the layers' own, differentiable at them."""
        return self._rows(self.network.run(x, replacements=activations).raw).float()

    def linear_row(self, row: int) -> LinearRow | None:
        """Return one output's weights and bias; None where it is not proved to be linear."""
        return self.proof.rows().get(row if self.rows is None else self.rows[row])

    def select(self, rows: Sequence[int]) -> "HookedHead":
        """Return the head with these outputs only, in this order."""
        return replace(self, rows=tuple(rows) if self.rows is None else tuple(self.rows[row] for row in rows))

    def _linear_head(self) -> LinearHead | None:
        linear = self.proof.rows()
        rows = range(self.proof.outputs) if self.rows is None else self.rows
        if not all(row in linear for row in rows):
            return None
        return LinearHead(torch.stack([linear[row][0] for row in rows]), torch.stack([linear[row][1] for row in rows]))

    def _rows(self, values: Tensor) -> Tensor:
        return values if self.rows is None else values[:, list(self.rows)]

    def _activations(self, taken: Taken, x: Tensor) -> Activations:
        return self._floats(tuple(layer.detach() for layer in taken.layers), x)

    def _floats(self, layers: tuple[Tensor, ...], x: Tensor) -> Activations:
        return tuple(layer.float() for layer in self.network.grids(layers, x))
