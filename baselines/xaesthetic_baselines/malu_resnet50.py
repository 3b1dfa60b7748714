"""The network that the paper's authors published."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import torch
from msgspec import Meta, Struct

from xaesthetic.core.attributes import ATTRIBUTES, NAMES
from xaesthetic.core.documents import convert
from xaesthetic.core.errors import MissingWeightsError, ModelError
from xaesthetic.core.facts import model
from xaesthetic.core.types import Source
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.weights import Weights, read_weights, untrained
from xaesthetic_baselines import _resnet50
from xaesthetic_baselines._heads import described, kept_files, with_head
from xaesthetic_baselines._malu import HEADS_ALONE, LINKS, PUBLISHED_HEADS, batch_normed
from xaesthetic_baselines._resnet50_v1 import INPUTS, ResNet50V1

_UNTRAINED = tuple(item.name for item in ATTRIBUTES if not item.in_paper and item.name != "overall")
"""Their loss was given no weight (the paper leaves them out; their published weights have not left initialisation)."""


class _Manifest(Struct, frozen=True):
    """What the converter says besides what every manifest says."""

    links: Annotated[list[str], Meta(min_length=len(LINKS), max_length=len(LINKS))]
    norm: Literal["none", "batch", "running"] = "none"
    backbone: Literal["resnet50_v1", "imagenet"] = "resnet50_v1"


@model(title="Malu et al. ResNet50", downloads=("malu", "resnet50"), attributes=NAMES)
def malu_resnet50(weights: Path | None = None, random: bool = False) -> AttributeModel:
    """The checkpoint of Malu, Bapi & Indurkhya 2017: Keras 1's ResNet50, averages of all 16 blocks, twelve outputs.

    Nine outputs have tanh as link, repetition, symmetry and the score a sigmoid; maps explain the raw outputs.

    Parameters
    ----------
    weights
        A folder that `xaesthetic convert malu` has written; None for the cache.
    random
        Whether all weights are random instead, the same every time.

    Raises
    ------
    MissingWeightsError
        If nothing has been converted yet.
    ModelError
        If a file is damaged, or not of this network.
    """
    if random:
        plain = {"attributes": list(NAMES), "links": LINKS}
        return _model(Weights(*untrained(12, 15104), {}, plain), ResNet50V1(), {}, "random weights, not trained", "none")
    folder = weights or cached("malu_resnet50")
    if not (folder / "malu_resnet50.json").is_file():
        raise MissingWeightsError(
            f"{folder}: no malu_resnet50.json; run 'xaesthetic data fetch malu' and then 'xaesthetic convert malu FILE'."
        )
    kept = read_weights(folder, "malu_resnet50")
    manifest = _read(kept, folder)
    files = kept_files(folder, "malu_resnet50")
    if manifest.backbone == "imagenet":
        trained = described(kept.manifest, files, PUBLISHED_HEADS, "published output weights")
        backbone, theirs = _resnet50.imagenet()
        return _model(kept, backbone, files | theirs, f"{trained}, {HEADS_ALONE}", manifest.norm)
    return _model(kept, _filled(kept, folder), files, described(kept.manifest, files), manifest.norm)


def _read(kept: Weights, folder: Path) -> _Manifest:
    file = folder / "malu_resnet50.json"
    manifest: _Manifest = convert(dict(kept.manifest), str(file), _Manifest)
    if tuple(kept.manifest["attributes"]) != NAMES or tuple(manifest.links) != LINKS:
        raise ModelError(f"{file}: its attributes or links are not this network's; convert it again.")
    return manifest


def _filled(kept: Weights, folder: Path) -> ResNet50V1:
    network = ResNet50V1()
    try:
        network.load_state_dict(dict(kept.backbone))
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip()
        raise ModelError(
            f"{folder / 'malu_resnet50.safetensors'}: is not this network ({reason}); convert it again."
        ) from error
    return network


def _model(kept: Weights, backbone: torch.nn.Module, files: dict[str, str], trained: str, norm: str) -> AttributeModel:
    inputs = INPUTS if isinstance(backbone, ResNet50V1) else _resnet50.INPUTS
    citation = "Malu, Bapi & Indurkhya, MAICS 2017; github gautamMalu/Aesthetic_attributes_maps"
    licence = "MIT; trained on AADB, whose photographs are for research use"
    trained += "; ratings depend on the batch" * (norm == "batch")
    source = Source(citation, licence, trained, files, untrained=_UNTRAINED)
    model = with_head("malu_resnet50", backbone, 15104, inputs, source, kept)
    if norm != "batch":
        return model
    return replace(model, head=batch_normed(kept.weights, kept.bias))
