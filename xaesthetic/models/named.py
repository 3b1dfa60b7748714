"""Models by name that are no plug-ins: a model folder, `timm:NAME`, `torchvision:NAME`, `pyiqa:NAME`."""

from dataclasses import replace
from pathlib import Path

import torch

from xaesthetic.core.choices import ModelChoice, validate_choice
from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import printable, sha256
from xaesthetic.core.plugins import warn
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.architectures import RANDOM, Network, build_network
from xaesthetic.models.checkpoints import Match, load_checkpoint, read_checkpoint, state_sum
from xaesthetic.models.contract import probe
from xaesthetic.models.entry import build_by_function, load_network
from xaesthetic.models.folder import FILES, Inputs, ModelFolder, read_folder
from xaesthetic.models.iqa import iqa_model
from xaesthetic.models.model import AttributeModel, gap_linear
from xaesthetic.models.multigap import Intermediates, take_head
from xaesthetic.models.returned import ReturnedHead
from xaesthetic.models.weights import trained_claim
from xaesthetic.models.wrap import wrap

_ASSUMED = InputSpec((224, 224), (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), 1.0)
_KNOWN = ("timm", "torchvision")


def build_named(choice: ModelChoice, trust: bool = False) -> AttributeModel:
    """Build a model that is chosen by a library's name, or by its folder.

    Parameters
    ----------
    choice
        No plug-in.
    trust
        Whether a model folder's own Python file, or `torch.export` file, may run.

    Raises
    ------
    XaestheticError
        If there is no such model, or its folder or weights are not what they should be.
    """
    validate_choice(choice)
    name = choice.name.partition(":")[2]
    if choice.family == "pyiqa":
        return iqa_model(name, choice.random)
    if choice.family:
        return library_model(build_network(choice.family, name, pretrained=not choice.random), choice.random, choice.key)
    return folder_model(Path(choice.name), choice.random, trust)


def library_model(network: Network, random: bool, name: str) -> AttributeModel:
    """Wrap a library's network as it is; what its outputs stand for is said.

    Parameters
    ----------
    network
        Built.
    random
        Whether its weights are random.
    name
        What errors call it.
    """
    trained = RANDOM if random else network.trained
    source = Source(network.citation, network.licence, trained, {"weights": state_sum(network.net)})
    model = wrap(network.net, outputs=network.outputs or None, inputs=network.inputs, source=source, name=name)
    count = len(model.attributes)
    said = "its outputs stand for nothing" if random else f"its {count:,} outputs are classes of pictures, not ratings"
    return replace(model, notes=(*network.notes, said, *model.notes))


def folder_model(root: Path, random: bool = False, trust: bool = False) -> AttributeModel:
    """Build the model that a folder's `model.toml` describes.

    Parameters
    ----------
    root
        The folder.
    random
        Whether its weights are left out.
    trust
        Whether its own Python file, or `torch.export` file, may run.

    Raises
    ------
    XaestheticError
        If a file of it is not what it should be; names the file and the place.
    """
    folder = read_folder(root)
    if folder.spec.architecture.endswith(FILES):
        return _returned(folder, trust)
    outputs = len(folder.outputs) or None
    if folder.spec.head:
        outputs = headless(folder.spec.architecture)
    network = folder_network(folder, trust, outputs)
    if folder.spec.head:
        return _multigap(folder, network, random)
    notes = _load(folder, network, random)
    model = _wrapped(folder, network.net, network.inputs, folder_source(folder, network, random))
    return _described(model, folder, (*network.notes, *notes))


def _described(model: AttributeModel, folder: ModelFolder, notes: tuple[str, ...]) -> AttributeModel:
    links = folder.links or (folder.spec.link,) * len(model.attributes)
    links = () if set(links) == {"identity"} else links
    return replace(model, links=links, described=folder.outputs, notes=(*notes, *model.notes))


def headless(architecture: str) -> int | None:
    """Return how many outputs a backbone is built with: none where its library can leave them out."""
    return 0 if architecture.partition(":")[0] == "timm" else None


def folder_network(folder: ModelFolder, trust: bool, outputs: int | None) -> Network:
    """Build a folder's network, with inputs as it states them; no weights are loaded.

    Parameters
    ----------
    folder
        Its architecture is no file.
    trust
        Whether its own Python file may run.
    outputs
        How many a library's network is to have; as many as it was made for where None.

    Raises
    ------
    ModelError
        If it cannot be built, or a part of its inputs is stated and the rest not known.
    """
    family, _, name = folder.spec.architecture.partition(":")
    if family not in _KNOWN:
        net, said = build_by_function(folder, trust)
        net.requires_grad_(False).eval()
        network = Network(net, notes=(said,))
    else:
        try:
            network = build_network(family, name, outputs)
        except ModelError as error:
            raise ModelError(f"{folder.where}, $.architecture: {error}") from error
    return replace(network, inputs=_inputs(folder.spec.inputs, network, folder))


def _inputs(stated: Inputs, network: Network, folder: ModelFolder) -> InputSpec | None:
    """What the folder states, over what the library declares; None where neither says anything."""
    values: dict[str, object] = {
        name: value for name in stated.__struct_fields__ if (value := getattr(stated, name)) is not None
    }
    if not values:
        return network.inputs
    if network.inputs is None:
        lacking = [name for name in ("size", "mean", "std", "scale") if name not in values]
        if lacking:
            raise ModelError(
                f"{folder.where}, $.inputs: does not state {', '.join(lacking)}, which {folder.spec.architecture} does not "
                "declare; state them."
            )
    if isinstance(stated.size, int):
        values["size"] = (stated.size, stated.size)
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return replace(network.inputs or _ASSUMED, **plain)  # type: ignore[arg-type]


def _load(folder: ModelFolder, network: Network, random: bool) -> tuple[str, ...]:
    """Put the folder's weights into its network; say how they fit."""
    if random or not folder.spec.weights:
        return () if folder.code or network.inputs is None else ("no weights are loaded: they are random",)
    file = folder.file(folder.spec.weights)
    tensors, converted = read_checkpoint(file)
    result = load_checkpoint(network.net, tensors, printable(file), folder.spec.partial)
    return _fit(result, folder, converted)


def _fit(result: Match, folder: ModelFolder, converted: str) -> tuple[str, ...]:
    name = folder.spec.weights
    said = [f"{name}: {len(result.tensors)} tensors loaded"]
    if result.prefix:
        verb = "taken off" if result.prefix.startswith("-") else "put before"
        said[0] += f", {result.prefix[1:]!r} {verb} their names"
    if result.differences:
        said.append(f"{name}: {result.differences}")
    if result.missing or result.shapes:
        warn(f"{folder.where}: a part of the network is random (partial = true): {result.differences}")
    return (*said, *([f"{name}: {converted}"] if converted else []))


def folder_source(folder: ModelFolder, network: Network, random: bool) -> Source:
    """Return where a folder's model comes from, as it says itself and its weights show."""
    stated = folder.spec.source
    files = {} if random or not folder.spec.weights else {folder.spec.weights: sha256(folder.file(folder.spec.weights))}
    if files:
        trained = trained_claim(files, {}, "", stated.trained)
    elif network.inputs is not None and not folder.code:
        trained = RANDOM
    else:
        trained = f"weights as {folder.spec.architecture} makes them" + f"; it claims: “{stated.trained}”" * bool(
            stated.trained
        )
    citation = stated.citation or network.citation
    return Source(citation, stated.licence or network.licence, trained, files or {"weights": state_sum(network.net)})


def _multigap(folder: ModelFolder, network: Network, random: bool) -> AttributeModel:
    if random or not folder.spec.weights or not folder.outputs:
        raise ModelError(
            f"{folder.where}: head = 'multigap' needs weights and outputs; 'xaesthetic train' writes such folders."
        )
    if network.inputs is None:
        raise ModelError(
            f"{folder.where}, $.inputs: are not stated, nor does {folder.spec.architecture} declare them; state them."
        )
    file = folder.file(folder.spec.weights)
    tensors, converted = read_checkpoint(file)
    weights, bias, rest = take_head(tensors, printable(file))
    if len(bias) != len(folder.outputs):
        raise ModelError(
            f"{folder.where}, $.outputs: are {len(folder.outputs)}, but the head in {file.name} has {len(bias)}."
        )
    result = load_checkpoint(network.net, rest, printable(file), folder.spec.partial)
    backbone = _intermediates(folder, network.net, network.inputs)
    names = [item.name for item in folder.outputs]
    model = gap_linear(names, network.inputs, backbone, weights, bias, folder_source(folder, network, random), backbone)
    model = replace(model, layers=backbone.layers)
    return _described(model, folder, (*network.notes, *_fit(result, folder, converted)))


def _intermediates(folder: ModelFolder, net: torch.nn.Module, inputs: InputSpec) -> Intermediates:
    try:
        return Intermediates(net, folder.layers, inputs.size)
    except ModelError as error:
        raise ModelError(f"{folder.where}, $.layers: {error}") from error


def _returned(folder: ModelFolder, trust: bool) -> AttributeModel:
    """A TorchScript or `torch.export` file: what it returns is all that is known."""
    spec = folder.spec
    if spec.weights or spec.head or folder.layers:
        raise ModelError(f"{folder.where}: {spec.architecture} holds a whole network; leave weights, head and layers out.")
    if not folder.outputs:
        raise ModelError(f"{folder.where}, $.outputs: are not named, and {spec.architecture} does not say them; name them.")
    net, said = load_network(folder, trust)
    inputs = _inputs(spec.inputs, Network(net), folder)
    if inputs is None:
        raise ModelError(
            f"{folder.where}, $.inputs: are not stated, and {spec.architecture} does not declare them; state them."
        )
    files = {spec.architecture: sha256(folder.file(spec.architecture))}
    trained = trained_claim(files, {}, "", spec.source.trained)
    source = Source(spec.source.citation or "not stated", spec.source.licence or "not stated", trained, files)
    model = _wrapped(folder, net, inputs, source)
    _validate_graph(model)
    return _described(model, folder, (said,))


def _wrapped(folder: ModelFolder, net: torch.nn.Module, inputs: InputSpec | None, source: Source) -> AttributeModel:
    spec = folder.spec
    return wrap(
        net,
        layers=list(folder.layers) or None,
        outputs=[item.name for item in folder.outputs] or None,
        inputs=inputs,
        source=source,
        call=spec.call,
        output=spec.output,
        grid=(spec.grid[0], spec.grid[1]) if spec.grid else None,
        name=printable(folder.root),
    )


def _validate_graph(model: AttributeModel) -> None:
    """Make sure that outputs are computed from the activations that come beside them; else all gradients would be zero."""
    if not isinstance(model.head, ReturnedHead) or not model.head.returns:
        return
    with torch.inference_mode(False), torch.no_grad():
        traced = model.head.trace(probe(model)[:1])[1]
    if None in torch.autograd.grad(traced.raw.sum(), traced.leaves, allow_unused=True):
        raise ModelError(
            f"{model.name}: its outputs are not computed from the activations that it returns (a copy, say); return the "
            "tensors that its head reads."
        )
