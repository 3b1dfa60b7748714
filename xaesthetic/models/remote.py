"""Models behind a server: a pass is one request, which brings activations, outputs and the gradients wanted.

The network's parts alone are there too: `features` and `head` ask the server, `head` with activations that are sent there,
and both have its backward pass behind them. What is known of the last batch is kept, so that the head of activations that
have just come costs no request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.model import AttributeModel, Pass
from xaesthetic.models.pooling import Activations
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
    """Return a model that a server computes; every method runs on it, those that need the input's gradient too.

    Raises
    ------
    ServerError
        When it is used, if the server is gone, refuses, or answers nonsense.
    """
    session = _Session(client, blobs.photographs, blobs.activations, dict(zip(attributes, blobs.outputs, strict=True)))
    head = _head(session, blobs.outputs)
    return AttributeModel(tuple(attributes), inputs, session.features, head, source, runner=session.run)


def _head(session: "_Session", outputs: Sequence[str]) -> FunctionHead:
    """The head with these outputs; no other's gradients are ever computed."""

    def raw(activations: Activations) -> Float[Tensor, "b a"]:
        values: Tensor = _Head.apply(activations[0], session, outputs)
        return values

    def with_sums(activations: Activations) -> tuple[Float[Tensor, "b a"], tuple[Float[Tensor, "b a k"]]]:
        return raw(activations), (session.gradients("gradsum", activations[0], outputs),)

    def choose(rows: Sequence[int]) -> FunctionHead:
        return _head(session, [outputs[row] for row in rows])

    return FunctionHead(raw, with_sums=with_sums, choose=choose, copies=False)


@dataclass(slots=True)
class _Batch:
    """What the server has said of one batch, by its names."""

    activations: Float[Tensor, "b k i j"]
    tensors: Mapping[str, Tensor]
    """Outputs and gradients."""


@dataclass(slots=True)
class _Session:
    client: Client
    photographs: str
    layer: str
    outputs: Mapping[str, str]
    """The server's name of every attribute's output."""
    last: _Batch | None = None

    def run(self, model: AttributeModel, x: Float[Tensor, "b 3 h w"], gradients: str) -> Pass:
        """One request for the outputs that the model names."""
        outputs = [self.outputs[name] for name in model.attributes]
        kind = {"none": None, "sums": "gradsum", "full": "grad"}[gradients]
        names = [] if kind is None else [f"{kind}:{output}:{self.layer}" for output in outputs]
        batch = self.ask({self.photographs: x}, [*outputs, *names])
        activations = batch.activations.to(x.device, copy=True)
        taken = Pass(model, x, (activations,), self.raw(batch, outputs).to(x.device))
        if kind is None:
            return taken
        result = torch.stack([batch.tensors[name] for name in names], dim=1).to(x)
        if kind == "gradsum":
            return replace(taken, gradient_sums=(result,))
        return replace(taken, gradient_sums=(result.sum((-2, -1)),), gradients=(result,))

    def features(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        activations: Tensor = _Features.apply(x, self)
        return (activations,)

    def raw(self, batch: _Batch, outputs: Sequence[str]) -> Float[Tensor, "b a"]:
        return torch.cat([batch.tensors[name] for name in outputs], dim=1)

    def batch(self, activations: Tensor, names: Sequence[str]) -> _Batch:
        """What is known of these activations, with these tensors."""
        ours = activations.detach().cpu()
        last = self.last
        if last is not None and torch.equal(last.activations, ours) and last.tensors.keys() >= set(names):
            return last
        return self.ask({self.layer: ours}, names)

    def gradients(self, kind: str, activations: Tensor, outputs: Sequence[str]) -> Float[Tensor, "b a ..."]:
        """Gradients (`grad`) of outputs at these activations, or their sums (`gradsum`)."""
        names = [f"{kind}:{output}:{self.layer}" for output in outputs]
        result = self.batch(activations, names).tensors
        return torch.stack([result[name] for name in names], dim=1).to(activations)

    def ask(self, inputs: dict[str, Tensor], names: Sequence[str]) -> _Batch:
        sent = {name: item.detach().cpu().numpy() for name, item in inputs.items()}
        result = self.client.infer(sent, [self.layer, *dict.fromkeys(names)])
        tensors = {name: torch.from_numpy(values) for name, values in result.items()}
        self.last = _Batch(tensors.pop(self.layer), tensors)
        return self.last

    def pull(self, x: Tensor, gradient: Tensor) -> Tensor:
        """The input's gradient, of a gradient at the activations."""
        name = f"grad:{self.layer}:{self.photographs}"
        sent = {self.photographs: x.detach().cpu().numpy(), f"diff:{self.layer}": gradient.detach().cpu().numpy()}
        return torch.from_numpy(self.client.infer(sent, [name])[name]).to(x.device)


class _Head(torch.autograd.Function):
    """Outputs of activations, with the server's backward pass behind them."""

    @staticmethod
    def forward(ctx: Any, activations: Tensor, session: _Session, outputs: Sequence[str]) -> Tensor:
        ctx.save_for_backward(activations)
        ctx.session, ctx.outputs = session, outputs
        return session.raw(session.batch(activations, outputs), outputs).to(activations.device)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        """Σ_a g_a ∂y_a / ∂f, of the outputs whose g is not zero."""
        (activations,) = ctx.saved_tensors
        rows = _wanted(gradient)
        known = ctx.session.gradients("grad", activations, [ctx.outputs[row] for row in rows]).flatten(2)
        return torch.bmm(gradient[:, None, rows], known).reshape(gradient.shape[0], *activations.shape[1:]), None, None


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
        batch = session.ask({session.photographs: x}, list(session.outputs.values()))
        return batch.activations.to(x.device, copy=True)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return ctx.session.pull(ctx.saved_tensors[0], gradient), None
