"""Linear heads over global averages, from weights that `xaesthetic train` has written."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch

from xaesthetic.core.files import sha256
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.fitted_edits import fitted_edits
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import AttributeModel, gap_linear
from xaesthetic.models.weights import (
    Weights,
    penalty_of,
    seen_by,
    slopes_of,
    specificity_null,
    trained_claim,
    validate_shape,
)

EMBEDDED = Path(__file__).with_name("weights")
_NONE: Mapping[str, str] = MappingProxyType({})


def with_head(
    name: str, backbone: torch.nn.Module, channels: int, inputs: InputSpec, source: Source, head: Weights
) -> AttributeModel:
    """The backbone's maps, averaged, under a linear layer.

    Parameters
    ----------
    name
        The model's name.
    backbone
        Gives the maps of the target layers, all non-negative.
    channels
        Of all those layers together.
    inputs
        What it takes.
    source
        Where both come from.
    head
        The linear layer; its manifest names the attributes and links, and what is declared of attributes.

    Raises
    ------
    ModelError
        If the head does not fit the backbone.
    """
    validate_shape(head, name, channels)
    model = gap_linear(
        [str(attribute) for attribute in head.manifest["attributes"]],
        inputs,
        backbone,
        head.weights,
        head.bias,
        replace(
            source,
            seen=seen_by(head.manifest),
            specificity_null=specificity_null(head.manifest),
            fitted_edits=fitted_edits(head.manifest),
        ),
        backbone,
        tuple(head.manifest.get("links", ())),
    )
    linear = LinearHead(head.weights, head.bias, head.refits)
    slopes, penalty = slopes_of(head.manifest), penalty_of(head.manifest)
    return replace(model, head=linear, described=head.described, slopes=slopes, penalty=penalty, rectified=True)


def kept_files(folder: Path, name: str) -> dict[str, str]:
    """The sha256 of a trained head's file, by its name."""
    file = folder / f"{name}.safetensors"
    return {file.name: sha256(file)}


def described(
    manifest: Mapping[str, Any], files: Mapping[str, str], known: Mapping[str, str] = _NONE, claim: str = ""
) -> str:
    """How weights from a folder were trained, as far as anybody knows, and of which precision they were.

    Parameters
    ----------
    manifest
        Of the folder; what it says is its maker's claim, and quoted as such.
    files
        The sha256 of the files that were trained, by name.
    known
        The sha256 of the files that `claim` is true of.
    claim
        What is known of those.
    """
    quoted = "" if manifest["trained"].startswith("weights not known") else manifest["trained"]
    trained = trained_claim(files, known, claim, quoted)
    return f"{trained}; {manifest['converted']}" if "converted" in manifest else trained
