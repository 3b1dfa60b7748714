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

UNKNOWN = Source("not stated", "not stated", "not stated on what", {})
"""The source of a network of which nothing was said."""

Layers = str | torch.nn.Module | Sequence[str | torch.nn.Module] | None


def wrap(
    net: torch.nn.Module,
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
        the outputs read; ``()`` for none, with methods of the inputs only.
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
    network, notes = _network(net)
    called = name or type(network).__name__
    spec, assumed = (inputs, "") if inputs is not None else find_inputs(network)
    try:
        _validate_choices(layers, inputs, forward, grid)
        built = _Building(network, forward, reader(output), spec)
        result = built.build(layers, call, grid, _names(outputs))
    except ModelError as error:
        said = str(error)
        raise ModelError(said if said.startswith(f"{called}:") else f"{called}: {said}") from error
    links = () if link is None else (link,) * len(result.names) if isinstance(link, str) else tuple(link)
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
        if is_closed(self.network) or (layers is not None and not _several(layers)):
            return self._closed(layers, names)
        plain = HookedNetwork(self.network, (), self.read, self.forward)
        x = noise(self.inputs, 2, self._device())
        candidates = trace_layers(self.network, x, lambda: _run(plain, x), grid)
        chosen, wanted = self._chosen(layers, candidates, call)
        hooked = replace(plain, layers=tuple(_layer(item, call) for item in chosen))
        with torch.no_grad():
            raw = hooked.run(x).raw
        head = HookedHead(hooked, Proof(hooked, lambda: proof_batches(hooked, self.inputs), raw.shape[1]))
        notes = [
            f"nothing reads the patches of {first!r} after it; maps are taken at {item.name!r} in it"
            for first, item in zip(wanted, chosen, strict=False)
            if first != item.name
        ]
        if layers is None:
            notes.append(f"maps are taken at {chosen[0].name!r}, the last layer with a grid")
        if any(module.training for module in self.network.modules()):
            notes.append("the network is in training mode; it is evaluated in evaluation mode")
        return _Built(_fit(names, raw.shape[1]), head, _features(hooked), tuple(item.name for item in chosen), tuple(notes))

    def _closed(self, layers: Layers, names: tuple[str, ...]) -> _Built:
        if _several(layers):
            raise ModelError(
                "layers of a TorchScript or exported network cannot be hooked; have it return (activations, outputs) and "
                "leave layers out, or pass layers=() for methods of the inputs."
            )
        head, count = ReturnedHead.of(self.network, self.read, self.forward, noise(self.inputs, 2, self._device()), layers)
        note = (
            "maps are taken at the activations that it returns" if head.returns else "only methods of the inputs explain it"
        )
        return _Built(_fit(names, count), head, head.features, (), (note,))

    def _chosen(
        self, layers: Layers, candidates: dict[str, Candidate], call: int | None
    ) -> tuple[list[Candidate], list[str]]:
        if layers is None:
            return [last_layer(candidates)], []
        wanted = [_name_of(self.network, layer) for layer in _several(layers)]
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


def _network(net: Any) -> tuple[torch.nn.Module, list[str]]:
    """The network inside, and what was taken off."""
    if isinstance(net, AttributeModel):
        raise ModelError(f"{net.name} is a model already; pass it as it is.")
    if isinstance(net, str):
        raise ModelError(
            f"{net!r} is a name; xa.load_model({net!r}) loads a model by its name, xa.wrap takes a torch.nn.Module."
        )
    if isinstance(net, torch.export.ExportedProgram):
        return net.module(), ["an exported program: its module is explained"]
    if not isinstance(net, torch.nn.Module):
        made = f"; pass {net.__name__}(…), the network itself" if isinstance(net, type) else ""
        raise ModelError(f"{type(net).__name__} is no network; a torch.nn.Module was wanted{made}.")
    notes = []
    while True:
        if isinstance(net, torch._dynamo.eval_frame.OptimizedModule):
            net = net._orig_mod
            notes.append("a compiled network: the one that was compiled is explained, and runs uncompiled")
        elif isinstance(net, (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)):
            net = net.module
            notes.append("a parallel network: the one inside is explained, on one device")
        else:
            return net, notes


def _validate_choices(layers: Any, inputs: Any, forward: Any, grid: Any) -> None:
    if inputs is not None and not isinstance(inputs, InputSpec):
        raise ModelError(
            f"inputs are {type(inputs).__name__}, but an InputSpec was wanted, as InputSpec(size=(224, 224), …)."
        )
    if forward is not None and not callable(forward):
        raise ModelError(f"forward is {type(forward).__name__}, but a function was wanted, as lambda net, x: net(x, aux).")
    whole = isinstance(grid, Sequence) and len(grid) == 2 and all(isinstance(side, int) and side > 0 for side in grid)
    if grid is not None and not whole:
        raise ModelError(f"grid is {grid!r}, but (rows, columns) were wanted.")
    kinds = (str, torch.nn.Module)
    several = isinstance(layers, Sequence) and all(isinstance(layer, kinds) for layer in layers)
    if not (layers is None or isinstance(layers, kinds) or several):
        raise ModelError(f"layers are {layers!r}, but names or modules of the network were wanted, as 'layer4'.")


def _several(layers: Layers) -> Sequence[str | torch.nn.Module]:
    if layers is None:
        return ()
    return [layers] if isinstance(layers, (str, torch.nn.Module)) else list(layers)


def _name_of(network: torch.nn.Module, layer: str | torch.nn.Module) -> str:
    if isinstance(layer, str):
        name: str = layer
        first, _, rest = name.partition(".")
        inside = first in ("module", "_orig_mod") and first not in dict(network.named_children())
        return rest if inside else name  # a parallel or compiled network's name
    names: list[str] = [name for name, module in network.named_modules() if module is layer and name]
    if not names:
        raise ModelError(
            f"the layer {type(layer).__name__} is no part of the network; pass one of its modules or their name."
        )
    return names[0]


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


def _names(outputs: Any) -> tuple[str, ...]:
    if outputs is None:
        return ()
    if isinstance(outputs, str):
        return (outputs,)
    if not isinstance(outputs, Sequence) or not outputs or not all(isinstance(name, str) for name in outputs):
        raise ModelError(f"outputs are {outputs!r}, but names were wanted, as ['beauty'].")
    return tuple(outputs)


def _fit(names: tuple[str, ...], count: int) -> tuple[str, ...]:
    if not names:
        return tuple(f"output_{number}" for number in range(count))
    if len(names) != count:
        raise ModelError(
            f"the network has {count} outputs, but {len(names)} names ({', '.join(names[:5])}) came; name every output, or "
            "choose some with output=…"
        )
    return names
