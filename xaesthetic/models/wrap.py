"""Anyone's torch network as a model: `wrap(net)` hooks it in place, and leaves it as it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.plugins import one_line
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.contract import validate_model
from xaesthetic.models.declared_inputs import find_inputs
from xaesthetic.models.find_layers import Candidate, last_layer, named, trace_layers
from xaesthetic.models.hooked import HookedNetwork, Layer
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.network_head import HookedHead
from xaesthetic.models.outputs import Choice, reader
from xaesthetic.models.probes import noise, proof_batches
from xaesthetic.models.proof import Proof
from xaesthetic.models.returned import ReturnedHead, is_closed
from xaesthetic.models.undisturbed import Forward
from xaesthetic.models.wrap_arguments import (
    Layers,
    chosen_links,
    fit_names,
    layer_name,
    network_inside,
    network_name,
    output_names,
    several,
    validate_choices,
    validate_parts,
    validate_weights,
)

UNKNOWN = Source("not stated", "not stated", "not stated on what", {})
"""The source of a network of which nothing was said."""


def wrap(
    net: torch.nn.Module | torch.export.ExportedProgram,
    layers: Layers = None,
    outputs: str | Sequence[str] | None = None,
    inputs: InputSpec | None = None,
    link: str | Sequence[str] | None = None,
    source: Source | None = None,
    *,
    call: int | None = None,
    output: Choice = None,
    forward: Forward = None,
    grid: tuple[int, int] | None = None,
    name: str | None = None,
) -> AttributeModel:
    """Make a model of a torch network; one pass of it gives ratings and maps.

    The network is hooked while it runs and left as it was: mode, flags and buffers too. It is not copied: train it on, and
    the model is the trained one.

    Parameters
    ----------
    net
        Any network of a batch (b, 3, h, w). Of a compiled one or a `DataParallel` the network inside is explained.
    layers
        Where maps are taken: a name as in `named_modules`, a module, or several; left out, the last layer with a grid that
        the outputs read; ``()`` for none, with methods of the inputs only. Maps of layers that the outputs read directly
        add up; layers in series have total derivatives, and `Explanation.layer_maps` has each one's map.
    outputs
        The outputs' names; left out, ``output_0`` and so on.
    inputs
        How photographs become inputs; left out, as the network declares it (timm, torchvision), or else 224 x 224 and
        ImageNet's mean and standard deviation, which `notes` says.
    link
        From raw output to rating (`xaesthetic.models.model.LINKS`): one for all outputs or one each.
    source
        Where the network comes from; unknown is said as unknown.
    call
        Which of a layer's calls in a pass is meant, from 0, where it is called more than once; -1 is the last.
    output
        Which part of what the network returns are the outputs: a key, a place, or a function.
    forward
        How the network is called, as ``lambda net, x: net(x, aux)``.
    grid
        (rows, columns) of tokens, where their number does not tell.
    name
        What figures and errors call it; left out, its class's name.

    Returns
    -------
    A model. `layers` says where maps are taken, `notes` what was assumed; its `head.linear_row` gives weights for the
    outputs that are proved to be global averages and a linear layer: there `cam` adds up to the output.

    Raises
    ------
    ModelError
        If the network cannot be called, a layer cannot be hooked, or names and outputs do not fit; says what to do.

    Examples
    --------
    >>> import torch, xaesthetic as xa
    >>> conv = torch.nn.Conv2d(3, 4, 3, stride=8)
    >>> net = torch.nn.Sequential(conv, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(4, 1))
    >>> model = xa.wrap(net, layers="0", outputs=["beauty"])
    >>> model.layers, model.weights.shape
    (('0',), torch.Size([1, 4]))
    """
    network, notes = network_inside(net)
    called = network_name(name) or type(network).__name__
    try:
        spec, assumed = (inputs, "") if inputs is not None else find_inputs(network)
        validate_choices(layers, inputs, forward, grid)
        validate_parts(call, output)
        validate_weights(network)
        built = _Building(network, forward, reader(output), spec)
        result = built.build(layers, call, grid, output_names(outputs))
        links = chosen_links(link, len(result.names))
    except ModelError as error:
        said = str(error)
        raise ModelError(said if said.startswith(f"{called}:") else f"{called}: {said}") from error
    except Exception as error:  # a network may be anybody's
        raise ModelError(
            f"{called}: cannot be traced ({one_line(error)}); name a layer with layers=…, or () for methods of the inputs."
        ) from error
    model = AttributeModel(
        result.names,
        spec,
        result.features,
        result.head,
        UNKNOWN if source is None else source,
        module=network,
        links=links,
        name=called,
        layers=result.layers,
        notes=tuple(filter(None, (*notes, assumed, *result.notes))),
    )
    return validate_model(model, called, str(model.device))


@dataclass(frozen=True, slots=True, eq=False)
class _Built:
    names: tuple[str, ...]
    head: HookedHead | ReturnedHead
    features: Callable[[Float[Tensor, "b 3 h w"]], tuple[Tensor, ...]]
    layers: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Building:
    """What a model is made of."""

    network: torch.nn.Module
    forward: Forward
    read: Callable[[Any], Float[Tensor, "b a"]]
    inputs: InputSpec

    def build(self, layers: Layers, call: int | None, grid: tuple[int, int] | None, names: tuple[str, ...]) -> _Built:
        if is_closed(self.network) or (layers is not None and not several(layers)):
            return self._closed(layers, names)
        plain = HookedNetwork(self.network, (), self.read, self.forward)
        x = noise(self.inputs, 2, self._device())
        candidates = trace_layers(self.network, x, lambda: _run(plain, x), grid)
        chosen, wanted = self._chosen(layers, candidates, call)
        _validate_chosen(chosen, call)
        hooked = replace(plain, layers=tuple(_layer(item, call) for item in chosen))
        with torch.no_grad():
            raw = hooked.run(x).raw
        proof = Proof(hooked, lambda: proof_batches(hooked, self.inputs), raw.shape[1])
        head = HookedHead(hooked, proof, dependent=len(chosen) > 1 and hooked.dependent(x))
        notes = [
            f"nothing reads the patches of {first!r} after it; maps are taken at {item.name!r} in it"
            for first, item in zip(wanted, chosen, strict=False)
            if first != item.name
        ]
        if layers is None:
            notes.append(f"maps are taken at {chosen[0].name!r}, the last layer with a grid")
        if head.in_series:
            listed = " and ".join(repr(item.name) for item in chosen)
            notes.append(f"{listed} lie in series: each layer's map is its own, and their sum promises nothing")
        if any(module.training for module in self.network.modules()):
            notes.append("the network is in training mode; it is evaluated in evaluation mode")
        return _Built(
            fit_names(names, raw.shape[1]), head, _features(hooked), tuple(item.name for item in chosen), tuple(notes)
        )

    def _closed(self, layers: Layers, names: tuple[str, ...]) -> _Built:
        if several(layers):
            raise ModelError(
                "layers of a TorchScript or exported network cannot be hooked; have it return (activations, outputs) and "
                "leave layers out, or pass layers=() for methods of the inputs."
            )
        head, count = ReturnedHead.of(self.network, self.read, self.forward, noise(self.inputs, 2, self._device()), layers)
        note = (
            "maps are taken at the activations that it returns" if head.returns else "only methods of the inputs explain it"
        )
        series = "they lie in series: their maps' sum, which methods give, promises nothing" if head.in_series else ""
        return _Built(fit_names(names, count), head, head.features, (), tuple(filter(None, (note, series))))

    def _chosen(
        self, layers: Layers, candidates: dict[str, Candidate], call: int | None
    ) -> tuple[list[Candidate], list[str]]:
        if layers is None:
            return [last_layer(candidates)], []
        wanted = [layer_name(self.network, layer) for layer in several(layers)]
        return named(candidates, self.network, wanted, call), wanted

    def _device(self) -> torch.device:
        return next((tensor.device for tensor in self.network.parameters()), torch.device("cpu"))


def _run(network: HookedNetwork, x: Tensor) -> Tensor:
    """The outputs with the graph from the inputs on; a copy of them, which may be written into."""
    try:
        return network.outputs(x.requires_grad_().clone())
    except ModelError:
        raise
    except Exception as error:  # it may be anybody's
        raise ModelError(
            f"fails on a batch of {tuple(x.shape)} ({one_line(error)}); say what it takes with inputs=InputSpec(size=…), "
            "or how it is called with forward=…"
        ) from error


def _validate_chosen(chosen: Sequence[Candidate], call: int | None) -> None:
    """Make sure that no layer comes twice, and that the call that is meant can be one."""
    names = [item.name for item in chosen]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ModelError(f"maps would be taken at the layer {twice!r} twice; name it once.")
    if call not in (None, 0, -1) and all(item.calls == 1 for item in chosen):
        raise ModelError(f"the layer {names[0]!r} is called once in a pass; leave call={call} out.")


def _layer(item: Candidate, call: int | None) -> Layer:
    if item.layout is None:
        raise ModelError(f"the layer {item.name!r} has no grid.")
    if call is None or item.calls == 1:
        return Layer(item.name, item.layout)
    number = call if call >= 0 else item.calls + call
    if not 0 <= number < item.calls:
        raise ModelError(f"the layer {item.name!r} is called {item.calls} times in a pass; call={call} is not one of them.")
    return Layer(item.name, item.layout, number)


def _features(network: HookedNetwork) -> Callable[[Tensor], tuple[Tensor, ...]]:
    return lambda x: network.grids(network.run(x).layers, x)
