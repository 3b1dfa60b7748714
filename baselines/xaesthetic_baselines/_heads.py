"""Linear heads that `xaesthetic train` has written: NAME.npz with the weights, NAME.json saying what they are."""

from pathlib import Path

import torch

from xaesthetic.errors import ModelError
from xaesthetic.files import read_json, read_npz, sha256, verify
from xaesthetic.model import AttributeModel, gap_linear
from xaesthetic.types import Source
from xaesthetic_baselines._lite0 import CITATION, INPUTS, WEIGHTS_SHA256, Lite0, weights_file

EMBEDDED = Path(__file__).with_name("weights")


def with_head(name: str, backbone: Lite0, layers: slice, weights: Path | None) -> AttributeModel:
    """The backbone's maps of some layers, averaged, under the linear layer kept as `name`.

    Parameters
    ----------
    name
        The model's name and its files'.
    backbone
        All sixteen blocks.
    layers
        Which blocks' maps are taken.
    weights
        The folder that holds the two files; None for the embedded ones.

    Raises
    ------
    ModelError
        If a file is missing or damaged, or does not fit the backbone.
    """
    folder = weights or EMBEDDED
    manifest, file = folder / f"{name}.json", folder / f"{name}.npz"
    if not manifest.is_file():
        raise ModelError(f"{manifest}: there is none; train one with 'xaesthetic train {name} --data … --out {folder}'.")
    described = read_json(manifest)
    verify(file, described.get("sha256", ""))
    arrays = read_npz(file)
    missing = {"attributes", "weights", "bias"} - arrays.keys()
    if missing:
        raise ModelError(f"{file}: holds no {', '.join(sorted(missing))}; train it again.")
    wanted = len(arrays["attributes"]), sum(backbone.channels[layers])
    if arrays["weights"].shape != wanted or arrays["bias"].shape != wanted[:1]:
        raise ModelError(f"{file}: {arrays['weights'].shape} weights, but {name} has {wanted} (attributes, channels).")
    return gap_linear(
        [str(attribute) for attribute in arrays["attributes"]],
        INPUTS,
        lambda x: backbone(x)[layers],
        torch.from_numpy(arrays["weights"]),
        torch.from_numpy(arrays["bias"]),
        Source(
            CITATION,
            "weights Apache-2.0, heads MIT",
            described["trained"],
            {weights_file().name: WEIGHTS_SHA256, file.name: sha256(file)},
        ),
        backbone,
    )
