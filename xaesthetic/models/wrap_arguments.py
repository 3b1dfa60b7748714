"""What `wrap` is called with, held to what it can be: one sentence for whatever else it is."""

from collections.abc import Sequence
from typing import Any

import torch

from xaesthetic.core.errors import ModelError
from xaesthetic.core.types import InputSpec
from xaesthetic.models.model import LINKS, AttributeModel

Layers = str | torch.nn.Module | Sequence[str | torch.nn.Module] | None


def network_inside(net: Any) -> tuple[torch.nn.Module, list[str]]:
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


def validate_choices(layers: Any, inputs: Any, forward: Any, grid: Any) -> None:
    """Make sure that what is chosen is of the kinds that can be."""
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
    listed = isinstance(layers, Sequence) and all(isinstance(layer, kinds) for layer in layers)
    if not (layers is None or isinstance(layers, kinds) or listed):
        raise ModelError(f"layers are {layers!r}, but names or modules of the network were wanted, as 'layer4'.")


def validate_parts(call: Any, output: Any) -> None:
    """Make sure that a layer's call is a number, and the outputs a key, a place or a function."""
    if call is not None and (not isinstance(call, int) or isinstance(call, bool)):
        raise ModelError(
            f"call is {call!r}, but a whole number was wanted, as call=0 for the first or call=-1 for the last."
        )
    if isinstance(output, bool) or not (output is None or isinstance(output, (str, int)) or callable(output)):
        raise ModelError(
            f"output is {output!r}, but a key, a place or a function was wanted; one function joins several, as "
            "output=lambda returned: torch.cat([returned['a'], returned['b']], 1)."
        )


def network_name(name: Any) -> str:
    """Return what a network is to be called; empty where nothing was said."""
    if name is None:
        return ""
    if not isinstance(name, str) or not name.strip() or not name.isprintable():
        raise ModelError(f"name is {name!r}, but a text of one line was wanted, as name='my_net'.")
    return name


def chosen_links(link: Any, count: int) -> tuple[str, ...]:
    """Return every output's link; none where they were left out."""
    if link is None:
        return ()
    listed = isinstance(link, Sequence) and all(isinstance(item, str) for item in link)
    if not listed:
        raise ModelError(
            f"link is {link!r}, but a name ({', '.join(LINKS)}) was wanted, one for all outputs or a list of each."
        )
    return (link,) * count if isinstance(link, str) else tuple(link)


def validate_weights(network: torch.nn.Module) -> None:
    """Make sure that a network has its weights."""
    for key, parameter in network.named_parameters():
        if isinstance(parameter, torch.nn.UninitializedParameter):
            raise ModelError(f"its weights {key} have no size yet; run it once on a batch before.")
        if parameter.is_meta:
            raise ModelError(f"its weights {key} lie on the device meta, without values; load them first.")


def several(layers: Layers) -> Sequence[str | torch.nn.Module]:
    """Return the layers that are named, one or several."""
    if layers is None:
        return ()
    return [layers] if isinstance(layers, (str, torch.nn.Module)) else list(layers)


def layer_name(network: torch.nn.Module, layer: str | torch.nn.Module) -> str:
    """Return a layer's name in a network."""
    if isinstance(layer, str):
        return _first_name(network, layer)
    names: list[str] = [name for name, module in network.named_modules() if module is layer and name]
    if not names:
        raise ModelError(
            f"the layer {type(layer).__name__} is no part of the network; pass one of its modules or their name."
        )
    return names[0]


def _first_name(network: torch.nn.Module, name: str) -> str:
    """Return a layer's name as `named_modules` has it: without a wrapper's before it, and the first where it has two."""
    first, _, rest = name.partition(".")
    while rest and first in ("module", "_orig_mod") and first not in dict(network.named_children()):
        name = rest
        first, _, rest = name.partition(".")
    module = dict(network.named_modules(remove_duplicate=False)).get(name)
    return next((known for known, other in network.named_modules() if other is module and known), name)


def output_names(outputs: Any) -> tuple[str, ...]:
    """Return the names that outputs are to have; none where they were left out."""
    if outputs is None:
        return ()
    if isinstance(outputs, str):
        return (outputs,)
    if not isinstance(outputs, Sequence) or not outputs or not all(isinstance(name, str) for name in outputs):
        raise ModelError(f"outputs are {outputs!r}, but names were wanted, as ['beauty'].")
    return tuple(outputs)


def fit_names(names: tuple[str, ...], count: int) -> tuple[str, ...]:
    """Return names for as many outputs as there are; `output_0` and so on where none were chosen."""
    if not names:
        return tuple(f"output_{number}" for number in range(count))
    if len(names) != count:
        raise ModelError(
            f"the network has {count} outputs, but {len(names)} names ({', '.join(names[:5])}) came; name every output, or "
            "choose some with output=…"
        )
    return names
