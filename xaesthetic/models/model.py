"""What a model is, and how it makes a pass of a batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core import attributes as vocabulary
from xaesthetic.core import plugins
from xaesthetic.core.attributes import Attribute
from xaesthetic.core.errors import ModelError, XaestheticError
from xaesthetic.core.installed import place_of
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.devices import device as device
from xaesthetic.models.gradients import GRADIENTS, MEMORY, Traced
from xaesthetic.models.heads import Head, LinearHead, NetworkHead
from xaesthetic.models.passing import Pass as Pass
from xaesthetic.models.pooling import Activations
from xaesthetic.models.slope import Slope

LINKS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda raw: raw,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}
"""What may lie between a raw output, which maps explain, and the rating; all of them rise, so ranks are the same."""


Runner = Callable[["AttributeModel", Float[Tensor, "b 3 h w"], str], Pass]
"""A model's own way to a pass of the outputs that the model names, in its order, with the gradients wanted."""


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
    """The target layers' activations, differentiable."""
    head: Head
    """The raw outputs of activations, differentiable."""
    source: Source
    """Where it comes from."""
    module: torch.nn.Module | None = None
    """What moves when the model is placed on a device; None where nothing does."""
    links: tuple[str, ...] = ()
    """Each attribute's link (a name in `LINKS`) from raw output to rating; empty where all are the identity."""
    runner: Runner | None = None
    """How a pass is made where not by `features` and then `head`."""
    name: str = "the model"
    """What errors call it; `load_model` sets the plug-in's name."""
    layers: tuple[str, ...] = ()
    """The target layers' names in the network, where they are known."""
    notes: tuple[str, ...] = ()
    """What was assumed or found out about it, a sentence each."""
    described: tuple[Attribute, ...] = ()
    """What it declares of its attributes (title, range, direction), of any of them; the vocabulary has AADB's."""
    identity: str = ""
    """What tells it from others of its name, where it holds no tensors here that would (`xaesthetic.models.identity`)."""
    slopes: Mapping[str, Slope] = field(default_factory=dict)
    """How attributes go with the overall score, where that is known (`xaesthetic.models.beyond`)."""
    penalty: float | None = None
    """That of the ridge that its head was fitted by, where it was fitted so to ratings, on channels of equal spread."""
    rectified: bool = False
    """Whether it is known that no activation is ever negative."""

    @property
    def is_cut(self) -> bool:
        """Whether a pass is `features` and then `head`, and not the network's own affair."""
        return self.runner is None and not isinstance(self.head, NetworkHead)

    @property
    def device(self) -> torch.device:
        """Where the model is, as far as it has weights to tell by."""
        parts = (self.module, getattr(self.head, "function", None))  # a head's network moves with the model
        networks = (part for part in parts if isinstance(part, torch.nn.Module))
        tensors = (tensor for network in networks for tensor in (*network.parameters(), *network.buffers()))
        rows = (self.head.linear_row(row) or () for row in range(len(self.attributes)))
        return next((tensor.device for tensor in (*tensors, *chain(*rows))), torch.device("cpu"))

    @property
    def weights(self) -> Float[Tensor, "a k"] | None:
        """The linear layer under global averages, where all outputs have one; k runs over all layers' channels."""
        rows = [self.head.linear_row(row) for row in range(len(self.attributes))]
        return None if None in rows else torch.stack([row[0] for row in rows if row is not None])

    @property
    def bias(self) -> Float[Tensor, " a"] | None:
        """Its bias: the mean of a `cam` plus the bias is the raw output."""
        rows = [self.head.linear_row(row) for row in range(len(self.attributes))]
        return None if None in rows else torch.stack([row[1] for row in rows if row is not None])

    @property
    def descriptions(self) -> tuple[Attribute, ...]:
        """What is known of its attributes, in the order of its outputs."""
        declared = {item.name: item for item in self.described}
        return tuple(declared.get(name) or vocabulary.describe(name) for name in self.attributes)

    def __sub__(self, other: "AttributeModel") -> "AttributeModel":
        """Return what these outputs have beyond another model's only one: `light - overall` (`models.beyond.less`)."""
        from xaesthetic.models.beyond import less

        return less(self, other)

    def ratings(self, raw: Float[Tensor, "b a"]) -> Float[Tensor, "b a"]:
        """Return the ratings that raw outputs stand for."""
        if not self.links:
            return raw
        return torch.stack([LINKS[link](raw[:, column]) for column, link in enumerate(self.links)], dim=1)

    def outputs(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b a"]:
        """Return the raw outputs, differentiable at the inputs where torch's gradients are enabled."""
        if isinstance(self.head, NetworkHead):
            return self.head.outputs(x)
        return self.head(self.features(x))

    def outputs_at(self, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a"]:
        """Return the raw outputs of inputs whose target layers are made to have these activations, differentiable at them.

        A head that is a function of activations alone is all that runs; a hooked network runs whole.
        """
        if isinstance(self.head, NetworkHead):
            return self.head.outputs_at(x, activations)
        return self.head(activations)

    def run(self, x: Float[Tensor, "b 3 h w"], gradients: str = "none") -> Pass:
        """Run the network once.

        Parameters
        ----------
        x
            A batch as `inputs` says.
        gradients
            `none`, `sums` (over each layer's grid) or `full` (with the sums too); torch's own mode does not matter.

        Raises
        ------
        ModelError
            If there is no such kind of gradient, or the network fails.
        """
        if gradients not in GRADIENTS:
            raise ModelError(f"no gradients {gradients!r}; there are {', '.join(GRADIENTS)}.")
        with self._guarded(x) as inputs:
            return self._pass(inputs, gradients)

    def passes(self, x: Float[Tensor, "b 3 h w"], gradients: str = "none", memory: int = MEMORY) -> Iterator[Pass]:
        """Run the network once for as many outputs as gradients of `memory` bytes allow; together all of them, in order.

        Parameters
        ----------
        x
            A batch as `inputs` says.
        gradients
            As in `run`; only `full` ones ever come in more than one pass, all from one run of the network.
        memory
            Bytes of gradients of one group of outputs.
        """
        traced = self._trace(x) if gradients == "full" else None
        if traced is None:
            yield self.run(x, gradients)
            return
        activations, graph = traced
        start = 0
        for group in graph.groups(memory):
            rows = range(start, start + group[0].shape[1])
            start = rows.stop
            part = select_rows(self, rows)
            sums = tuple(layer.sum((-2, -1)) for layer in group)
            yield Pass(part, x, activations, graph.raw.detach()[:, list(rows)], sums, group)

    def _trace(self, x: Float[Tensor, "b 3 h w"]) -> tuple[Activations, Traced] | None:
        """Return activations and outputs with their graph; None where gradients need none, or are the runner's affair."""
        if self.runner is not None or isinstance(self.head, LinearHead):
            return None
        with self._guarded(x) as inputs:
            if isinstance(self.head, NetworkHead):
                return self.head.trace(inputs)
            activations = tuple(layer.detach() for layer in self.features(inputs))
            return activations, self.head.trace(activations)

    @contextmanager
    def _guarded(self, x: Tensor) -> Iterator[Tensor]:
        """Give inputs that can be worked with; what goes wrong with them is said in one line."""
        with torch.inference_mode(False), torch.no_grad():
            try:
                # a caller's inference tensor could not become a leaf later
                yield x.clone() if x.is_inference() else x.detach()
            except XaestheticError:
                raise
            except Exception as error:  # it may be anybody's
                raise ModelError(
                    f"{self.name}: fails on a batch of {tuple(x.shape)} ({plugins.one_line(error)})."
                ) from error

    def _pass(self, x: Float[Tensor, "b 3 h w"], gradients: str) -> Pass:
        if self.runner is not None:
            return self.runner(self, x, gradients)
        if isinstance(self.head, NetworkHead):
            activations, result = self.head.evaluate(x, gradients)
        else:
            activations = tuple(layer.detach() for layer in self.features(x))
            result = self.head.evaluate(activations, gradients)
        return Pass(self, x, activations, result.raw, result.gradient_sums, result.gradients)


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
    """Return a model whose head is global average pooling over all target layers and one linear layer."""
    return AttributeModel(tuple(attributes), inputs, features, LinearHead(weights, bias), source, module, links)


def select(model: AttributeModel, attributes: Sequence[str], name: str = "the model") -> AttributeModel:
    """Return the same model with only these outputs, in this order.

    Parameters
    ----------
    model
        Any model.
    attributes
        Some of its attributes, by name or another name that the vocabulary has for them; ``all`` for all.
    name
        What to call it in an error.

    Raises
    ------
    ModelError
        If it lacks one of them; says which installed models have it.
    DataError
        If one is no attribute that the vocabulary or the model has.
    """
    if "all" in attributes:
        return model
    outputs = model.descriptions
    return select_rows(model, list(dict.fromkeys(place_of(attribute, outputs, name) for attribute in attributes)))


def select_rows(model: AttributeModel, rows: Sequence[int]) -> AttributeModel:
    """Return the same model with the outputs of these numbers only, in this order."""
    if list(rows) == list(range(len(model.attributes))):
        return model
    links = tuple(model.links[row] for row in rows) if model.links else ()
    names = tuple(model.attributes[row] for row in rows)
    described = tuple(item for item in model.described if item.name in names)
    return replace(model, attributes=names, head=model.head.select(rows), links=links, described=described)


def relinked(model: AttributeModel, weights: Float[Tensor, "a k"]) -> AttributeModel:
    """Return a model whose head is one linear layer, with other weights in it.

    Raises
    ------
    ModelError
        If its head is none.
    """
    if not isinstance(model.head, LinearHead):
        raise ModelError("the model's head is no linear layer whose weights could be replaced.")
    return replace(model, head=model.head.with_weights(weights))


def place(model: AttributeModel, device: str) -> AttributeModel:
    """Return the same model on a device (``cpu``, ``cuda``, ``mps``): its module moves, and its own head."""
    if model.module is not None:
        model.module.to(device)
    return replace(model, head=model.head.to(device))
