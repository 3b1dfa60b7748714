"""Networks that nothing can be hooked into: they give their outputs, and activations only where they return them themselves.

TorchScript and `torch.export` files are such networks, and metrics of other libraries. Without activations such a model
rates, and is explained by methods that look at its inputs alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.models.gradients import output_gradients, spatial_sum
from xaesthetic.models.heads import HeadOutputs, LinearRow, NetworkHead
from xaesthetic.models.pooling import Activations


@dataclass(frozen=True, slots=True, eq=False)
class ReturnedHead(NetworkHead):
    """The outputs, and perhaps activations, that a function of a batch returns."""

    function: Callable[[Any], Any]
    """A tensor of outputs; or a tuple with activations before them; or a dictionary of `outputs` and `activations`."""
    name: str
    """What errors call it."""
    rows: tuple[int, ...] | None = None
    """Which of the function's outputs are this head's; None for all."""

    def evaluate(self, x: Float[Tensor, "b 3 h w"], gradients: str = "none") -> tuple[Activations, HeadOutputs]:
        """Return the activations, the raw outputs and the gradients wanted, from one run of the network."""
        if gradients == "none":
            activations, raw = self._run(x)
            return tuple(layer.detach() for layer in activations), HeadOutputs(raw.detach())
        with torch.enable_grad():  # of inputs that need a gradient, so that there is a graph above frozen weights
            activations, raw = self._run(x.detach().requires_grad_())
        plain = tuple(layer.detach() for layer in activations)
        if not activations:
            return (), HeadOutputs(raw.detach(), (), () if gradients == "full" else None)
        groups = list(output_gradients(raw, activations))
        if gradients == "sums":
            groups = [tuple(map(spatial_sum, group)) for group in groups]
        layers = tuple(torch.cat(item).transpose(0, 1) for item in zip(*groups, strict=True))
        if gradients == "sums":
            return plain, HeadOutputs(raw.detach(), layers)
        return plain, HeadOutputs(raw.detach(), tuple(layer.sum((-2, -1)) for layer in layers), layers)

    def outputs(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b a"]:
        """Return the raw outputs, differentiable at the inputs as far as the network is."""
        return self._run(x)[1]

    def outputs_at(self, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a"]:
        """Refuse: nothing can be put in the place of what such a network computes inside.

        Raises
        ------
        ModelError
            Always.
        """
        del x, activations
        raise ModelError(
            f"{self.name}: nothing can be put in the place of its activations; use a method that needs one pass, or edits "
            "the photograph (occlusion)."
        )

    def linear_row(self, row: int) -> LinearRow | None:
        """Return None: nothing is known of what lies above the activations."""
        del row
        return None

    def select(self, rows: Sequence[int]) -> "ReturnedHead":
        """Return the head with these outputs only, in this order."""
        return replace(self, rows=tuple(rows) if self.rows is None else tuple(self.rows[row] for row in rows))

    def to(self, device: str) -> "ReturnedHead":
        """Return the head on a device; its network moves with the model."""
        del device
        return self

    def _run(self, x: Tensor) -> tuple[Activations, Float[Tensor, "b a"]]:
        activations, raw = _taken_apart(self.function(x), self.name)
        return activations, raw if self.rows is None else raw[:, list(self.rows)]


def _taken_apart(result: Any, name: str) -> tuple[Activations, Tensor]:
    layers: Any = ()
    outputs = result
    if isinstance(result, Mapping):
        outputs, layers = result.get("outputs"), result.get("activations", ())
    elif isinstance(result, (tuple, list)) and result:
        *layers, outputs = result
    layers = (layers,) if isinstance(layers, Tensor) else tuple(layers)
    if not isinstance(outputs, Tensor) or not all(isinstance(layer, Tensor) for layer in layers):
        raise ModelError(
            f"{name}: returns {type(result).__name__}, but a tensor of outputs was wanted, or a tuple (activations, …, "
            "outputs)."
        )
    return layers, outputs[:, None] if outputs.ndim == 1 else outputs


def validate_graph(head: ReturnedHead, x: Float[Tensor, "b 3 h w"]) -> int:
    """Make sure that outputs are computed from the activations that come beside them; else all gradients would be zero.

    Returns
    -------
    How many layers' activations it returns.

    Raises
    ------
    ModelError
        If an output does not depend on them.
    """
    with torch.inference_mode(False), torch.enable_grad():
        activations, raw = head._run(x.detach().requires_grad_())
        if not activations:
            return 0
        lost = not raw.requires_grad or not all(layer.requires_grad for layer in activations)
        gradients = () if lost else torch.autograd.grad(raw.sum(), activations, allow_unused=True)
    if lost or None in gradients:
        raise ModelError(
            f"{head.name}: its outputs are not computed from the activations that it returns (a copy, or detached); return "
            "the tensors that its head reads."
        )
    return len(activations)
