"""Models behind a server: `features` and `head` ask it for activations, outputs and gradients.

A batch that is explained costs one request and one forward pass: with the activations come the outputs and the gradients
that the last batch needed (summed ones, at first), and are kept until the next batch. Activations that are not those of
the last batch are sent back to the server, which computes the rest of the network from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.model import Activations, AttributeModel
from xaesthetic.models.serving.client import Client


@dataclass(frozen=True, slots=True)
class Blobs:
    """The network's parts, by the server's names."""

    photographs: str
    """The input."""
    activations: str
    """The target layer; gradients are taken after its rectifier."""
    outputs: tuple[str, ...]
    """Attribute by attribute."""


def remote_model(
    client: Client, blobs: Blobs, attributes: Sequence[str], inputs: InputSpec, source: Source
) -> AttributeModel:
    """A model that a server computes; every method runs on it, those that need the input's gradient too.

    Raises
    ------
    ServerError
        When it is used, if the server is gone, refuses, or answers nonsense.
    """
    session = _Session(client, blobs, {f"gradsum:{each}:{blobs.activations}" for each in blobs.outputs})

    def only(chosen: Sequence[str]) -> AttributeModel:
        outputs = tuple(blobs.outputs[list(attributes).index(each)] for each in chosen)
        return remote_model(client, replace(blobs, outputs=outputs), chosen, inputs, source)

    return AttributeModel(
        tuple(attributes),
        inputs,
        session.features,
        session.head,
        weights=None,
        bias=None,
        source=source,
        gradient_sums=session.gradient_sums,
        only=only,
    )


@dataclass(slots=True)
class _Batch:
    """What the server has told of one batch."""

    activations: Float[Tensor, "b k i j"]
    outputs: Float[Tensor, "b a"]
    gradients: dict[str, Tensor]
    """By the server's names."""


@dataclass(slots=True)
class _Session:
    client: Client
    blobs: Blobs
    wanted: set[str]
    """The gradients that the last batch needed: the next one brings them along."""
    last: _Batch | None = None

    def features(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        if torch.is_grad_enabled() and x.requires_grad:
            activations: Tensor = _Features.apply(x, self)
            return (activations,)
        ahead: list[str] = []
        if not torch.is_inference_mode_enabled():
            ahead, self.wanted = sorted(self.wanted), set()
        return (self.ask({self.blobs.photographs: x}, ahead).activations.to(x.device, copy=True),)

    def head(self, activations: Activations) -> Float[Tensor, "b a"]:
        outputs: Tensor = _Head.apply(activations[0], self)
        return outputs

    def gradient_sums(self, activations: Activations) -> tuple[Float[Tensor, "b a k"]]:
        sums = self.gradients(activations[0], [f"gradsum:{each}" for each in self.blobs.outputs])
        return (torch.stack(sums, dim=1),)

    def batch(self, activations: Tensor, gradients: Sequence[str] = ()) -> _Batch:
        """What is known of these activations, with these gradients."""
        ours = activations.detach().cpu()
        last = self.last
        if last is not None and torch.equal(last.activations, ours) and last.gradients.keys() >= set(gradients):
            return last
        return self.ask({self.blobs.activations: ours}, gradients)

    def gradients(self, activations: Tensor, names: Sequence[str]) -> list[Tensor]:
        """`grad:OUTPUT` or `gradsum:OUTPUT` each, at these activations."""
        whole = [f"{name}:{self.blobs.activations}" for name in names]
        self.wanted.update(whole)
        known = self.batch(activations, whole).gradients
        return [known[name].to(activations) for name in whole]

    def ask(self, inputs: dict[str, Tensor], gradients: Sequence[str]) -> _Batch:
        blobs = self.blobs
        sent = {name: each.detach().cpu().numpy() for name, each in inputs.items()}
        found = self.client.infer(sent, [blobs.activations, *dict.fromkeys(blobs.outputs), *gradients])
        outputs = np.concatenate([found[name] for name in blobs.outputs], axis=1)
        taken = {name: torch.from_numpy(found[name]) for name in gradients}
        self.last = _Batch(torch.from_numpy(found[blobs.activations]), torch.from_numpy(outputs), taken)
        return self.last

    def pull(self, x: Tensor, gradient: Tensor) -> Tensor:
        """The input's gradient, of a gradient at the activations."""
        layer = self.blobs.activations
        name = f"grad:{layer}:{self.blobs.photographs}"
        sent = {self.blobs.photographs: x.detach().cpu().numpy(), f"diff:{layer}": gradient.detach().cpu().numpy()}
        return torch.from_numpy(self.client.infer(sent, [name])[name]).to(x.device)


class _Head(torch.autograd.Function):
    """Outputs of activations, with the server's backward pass behind them."""

    @staticmethod
    def forward(ctx: Any, activations: Tensor, session: _Session) -> Tensor:
        ctx.save_for_backward(activations)
        ctx.session = session
        return session.batch(activations).outputs.to(activations.device, copy=True)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """Σ_a g_a ∂y_a / ∂f, of the outputs whose g is not zero."""
        (activations,) = ctx.saved_tensors
        rows = _wanted(gradient)
        known = ctx.session.gradients(activations, [f"grad:{ctx.session.blobs.outputs[row]}" for row in rows])
        each = torch.stack([layer.flatten(1) for layer in known], dim=1)
        return torch.bmm(gradient[:, None, rows], each).reshape(gradient.shape[0], *activations.shape[1:]), None


def _wanted(gradient: Tensor) -> list[int]:
    """The outputs whose gradients matter; all where many gradients come at once, which cannot be looked into."""
    rows = list(range(gradient.shape[1]))
    try:
        return [row for row in rows if bool(gradient[:, row].any())] or rows[:1]
    except RuntimeError:  # of torch.autograd.grad(is_grads_batched=True)
        return rows


class _Features(torch.autograd.Function):
    """Activations of inputs, with the server's backward pass behind them."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, session: _Session) -> Tensor:
        ctx.save_for_backward(x)
        ctx.session = session
        return session.ask({session.blobs.photographs: x}, ()).activations.to(x.device, copy=True)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return ctx.session.pull(ctx.saved_tensors[0], gradient), None
