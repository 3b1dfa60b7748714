"""A network that a new multi-GAP head can be put on: a library's by its name, or a model folder's with its weights."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import torch

from xaesthetic.core.choices import ModelChoice, validate_choice
from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import atomic_write, printable
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.architectures import Network, build_network
from xaesthetic.models.checkpoints import match, read_checkpoint
from xaesthetic.models.folder import FILES, Inputs, ModelFolder, read_folder
from xaesthetic.models.multigap import Intermediates, grids, take_head
from xaesthetic.models.named import folder_network, folder_source, headless


@dataclass(frozen=True, slots=True, eq=False)
class Backbone:
    """A network, its stages, and how a `model.toml` names it."""

    net: torch.nn.Module
    stages: Intermediates
    channels: int
    """Of all stages together."""
    inputs: InputSpec
    stated: Inputs
    """What of the inputs its folder states."""
    architecture: str
    source: Source
    code: Path | None = None
    """The Python file that builds it, which goes with it."""

    def copy_code(self, out: Path) -> None:
        """Put the Python file that builds the network into another folder."""
        if self.code is not None:
            with atomic_write(out / self.code.name) as temporary:
                shutil.copyfile(self.code, temporary)


def build_backbone(choice: ModelChoice, trust: bool = False) -> Backbone:
    """Build the network of a choice, with its stages.

    Parameters
    ----------
    choice
        ``timm:NAME``, ``torchvision:NAME`` or a model folder; ``=random`` for one that has learnt nothing.
    trust
        Whether a model folder's own Python file may run.

    Raises
    ------
    XaestheticError
        If it is no such choice, cannot be built, or its stages have no grids.
    """
    if choice.weights or (choice.family not in ("timm", "torchvision") and choice.folder is None):
        raise ModelError(f"{choice}: is no backbone for a new head; choose timm:NAME, torchvision:NAME or a model folder.")
    validate_choice(choice)
    try:
        return _of_folder(read_folder(choice.folder), choice.random, trust) if choice.folder else _of_library(choice)
    except ModelError as error:
        raise ModelError(str(error) if str(error).startswith(choice.name) else f"{choice}: {error}") from error


def _of_library(choice: ModelChoice) -> Backbone:
    network = build_network(
        choice.family, choice.name.partition(":")[2], headless(choice.name), pretrained=not choice.random
    )
    inputs = _declared(network)
    stages = Intermediates(network.net, (), inputs.size)
    source = Source(network.citation, network.licence, f"backbone {network.trained or 'of random weights'}", {})
    return Backbone(network.net, stages, _channels(stages, inputs), inputs, Inputs(), choice.name, source)


def _declared(network: Network) -> InputSpec:
    if network.inputs is None:
        raise ModelError("its inputs are not declared; state them in a model.toml, [inputs].")
    return network.inputs


def _of_folder(folder: ModelFolder, random: bool, trust: bool) -> Backbone:
    spec = folder.spec
    if spec.architecture.endswith(FILES):
        raise ModelError(f"{folder.where}: nothing in {spec.architecture} can be hooked, so that no stages can be read.")
    network = folder_network(folder, trust, headless(spec.architecture))
    inputs = _declared(network)
    layers = folder.layers if len(folder.layers) > 1 else ()
    try:
        stages = Intermediates(network.net, layers, inputs.size)
    except ModelError:
        if layers or not folder.layers:
            raise
        stages = Intermediates(network.net, folder.layers, inputs.size)
    _load(folder, network.net, stages, random)
    source = folder_source(folder, network, random)
    source = Source(source.citation, source.licence, f"backbone: {source.trained}", source.files)
    code = folder.file(folder.code) if folder.code else None
    return Backbone(network.net, stages, _channels(stages, inputs), inputs, spec.inputs, spec.architecture, source, code)


def _load(folder: ModelFolder, net: torch.nn.Module, stages: Intermediates, random: bool) -> None:
    """Put the folder's weights into the stages; a head that they have is left out."""
    if random or not folder.spec.weights:
        return
    file = folder.file(folder.spec.weights)
    where = printable(file)
    tensors, _ = read_checkpoint(file)
    if folder.spec.head:
        tensors = take_head(tensors, where)[2]
    result = match(tensors, net, where)
    wanted = set(stages.net.state_dict())
    lacking = [name for name in result.missing if name in wanted]
    lacking += [text for text in result.shapes if text.partition(" ")[0] in wanted]
    if lacking and not folder.spec.partial:
        raise ModelError(
            f"{where}: does not fit the network, of which a part would stay random ({lacking[0]}, {len(lacking)} in all); "
            "mend it, or say partial = true in model.toml."
        )
    with torch.no_grad():
        net.load_state_dict(dict(result.tensors), strict=False)


def _channels(stages: Intermediates, inputs: InputSpec) -> int:
    return sum(shape[0] for shape in grids(stages, inputs).values())
