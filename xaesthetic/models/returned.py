"""Networks that cannot be hooked, of TorchScript or `torch.export`: what they return is all that is known of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.plugins import one_line
from xaesthetic.models.gradients import Traced
from xaesthetic.models.heads import HeadOutputs, LinearRow, NetworkHead, with_gradients
from xaesthetic.models.outputs import parts
from xaesthetic.models.pooling import Activations
from xaesthetic.models.undisturbed import Forward, call, undisturbed


def is_closed(network: torch.nn.Module) -> bool:
    """Whether nothing in a network can be hooked."""
    if not isinstance(network, torch.fx.GraphModule):
        return isinstance(network, torch.jit.ScriptModule)
    parts = [str(node.target) for node in network.graph.nodes if node.op == "call_module"]
    return all(part.startswith("_guards") for part in parts)  # of an export


@dataclass(frozen=True, slots=True, eq=False)
class ReturnedHead(NetworkHead):
    """The outputs of a network that returns activations beside them, or outputs alone."""

    network: torch.nn.Module
    read: Callable[[Any], Float[Tensor, "b a"]]
    forward: Forward
    returns: bool
    """Whether it returns activations."""
    rows: tuple[int, ...] | None = None
    in_series: bool = False
    """Whether one of the activations depends on another."""

    @classmethod
    def of(
        cls,
        network: torch.nn.Module,
        read: Callable[[Any], Float[Tensor, "b a"]],
        forward: Forward,
        x: Tensor,
        layers: object,
    ) -> tuple["ReturnedHead", int]:
        """Return the head and its number of outputs; grids that a probe brings are activations, unless `layers` is ()."""
        head = cls(network, read, forward, False)
        try:
            with torch.no_grad():
                returned = head._call(x)
                grids = _grids(returned)
                outputs = _outputs(read, returned, grids)
                _try_one(head, x)
            series = len(grids) > 1 and layers is None and head._dependent(x)
        except ModelError:
            raise
        except Exception as error:  # it may be anybody's
            raise ModelError(f"fails on a batch of {tuple(x.shape)} ({one_line(error)}).") from error
        return replace(head, returns=bool(grids) and layers is None, in_series=series), outputs.shape[1]

    def features(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """Return the activations that it returns."""
        return tuple(layer.float() for layer in _grids(self._call(x))) if self.returns else ()

    def evaluate(self, x: Float[Tensor, "b 3 h w"], gradients: str = "none") -> tuple[Activations, HeadOutputs]:
        """Return the activations, the raw outputs and the gradients wanted, from one run of the network."""
        if gradients != "none":
            activations, traced = self.trace(x)
            return activations, with_gradients(traced, gradients)
        with torch.no_grad():
            returned = self._call(x)
        layers = tuple(layer.float() for layer in _grids(returned)) if self.returns else ()
        return layers, HeadOutputs(self._raw(returned).detach())

    def trace(self, x: Float[Tensor, "b 3 h w"]) -> tuple[Activations, Traced]:
        """Return the activations and the raw outputs with their graph."""
        if not self.returns:
            raise ModelError("its layers are not hooked; use a method of the inputs, as --method occlusion.")
        with torch.enable_grad():
            returned = self._call(x.detach().requires_grad_().clone())
            leaves, raw = _grids(returned), self._raw(returned)
        if not self.returns or not raw.requires_grad or not all(leaf.requires_grad for leaf in leaves):
            raise ModelError("no gradient reaches the activations that the network returns; use --method occlusion.")
        return tuple(leaf.detach().float() for leaf in leaves), Traced(raw, leaves)

    def outputs(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b a"]:
        """Return the raw outputs, differentiable at the inputs."""
        return self._raw(self._call(x))

    def outputs_at(self, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a"]:  # noqa: ARG002
        """Refuse: what comes after the activations cannot be run alone."""
        raise ModelError(
            "a TorchScript or exported network cannot be run from its activations on; use a method of gradients or of the "
            "inputs, as --method grad_cam or --method occlusion."
        )

    def linear_row(self, row: int) -> LinearRow | None:  # noqa: ARG002
        """Return None: nothing can be proved."""
        return None

    def select(self, rows: Sequence[int]) -> "ReturnedHead":
        """Return the head with these outputs only, in this order."""
        return replace(self, rows=tuple(rows) if self.rows is None else tuple(self.rows[row] for row in rows))

    def _dependent(self, x: Tensor) -> bool:
        with torch.inference_mode(False), torch.enable_grad():
            grids = _grids(self._call(x.detach().clone().requires_grad_()))
            return any(
                torch.autograd.grad(late.sum(), early, retain_graph=True, allow_unused=True)[0] is not None
                for late in grids
                for early in grids
                if late is not early and late.requires_grad and early.requires_grad
            )

    def _call(self, x: Tensor) -> Any:
        with undisturbed(self.network):
            return call(self.network, self.forward, x)

    def _raw(self, returned: Any) -> Float[Tensor, "b a"]:
        values = _outputs(self.read, returned, _grids(returned)).float()
        return values if self.rows is None else values[:, list(self.rows)]


def _try_one(head: ReturnedHead, x: Tensor) -> None:
    """Run it on a batch of another size."""
    try:
        head._call(x[:1])
    except Exception as error:  # it may be anybody's
        raise ModelError(
            f"takes a batch of {len(x)}, but none of one ({one_line(error)}); export it for batches of any size, as "
            "dynamic_shapes={'x': {0: torch.export.Dim('batch')}}."
        ) from error


def _grids(returned: Any) -> tuple[Tensor, ...]:
    return tuple(
        part for _, part in parts(returned) if isinstance(part, Tensor) and part.ndim == 4 and min(part.shape[2:]) > 1
    )


def _outputs(read: Callable[[Any], Tensor], returned: Any, grids: tuple[Tensor, ...]) -> Tensor:
    """The outputs; where activations come with one other tensor, that is it."""
    others = [part for _, part in parts(returned) if isinstance(part, Tensor) and not any(part is grid for grid in grids)]
    return read(others[0]) if grids and len(others) == 1 else read(returned)
