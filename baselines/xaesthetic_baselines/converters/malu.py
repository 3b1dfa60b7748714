"""The checkpoint of Malu, Bapi & Indurkhya 2017 (github gautamMalu/Aesthetic_attributes_maps, MIT)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.core.errors import DataError
from xaesthetic.core.facts import converter
from xaesthetic.core.files import sha256
from xaesthetic.core.progress import Track, silent
from xaesthetic.data.fetch.registry import cached
from xaesthetic.data.photograph import load_photograph
from xaesthetic.data.records import find_records
from xaesthetic.models.forward import to_batch
from xaesthetic.models.pooling import global_average
from xaesthetic.models.tensors import to_float32
from xaesthetic.models.weights import Weights, trained_claim, write_weights
from xaesthetic.run.stage import batches
from xaesthetic_baselines._joblib_arrays import read_arrays
from xaesthetic_baselines._keras_hdf5 import read_keras
from xaesthetic_baselines._malu import HEADS_ALONE, LINKS, NORMS, PUBLISHED, TRAINED_AT
from xaesthetic_baselines._resnet50_v1 import CHANNELS, INPUTS, ResNet50V1, layers

_BN = (("gamma", "weight"), ("beta", "bias"), ("running_mean", "running_mean"), ("running_std", "running_var"))
"""Keras's names and torch's; what Keras 1 calls running_std is the variance."""


@converter(downloads=("malu",))
def malu(
    file: Path,
    out: Path | None = None,
    norm: str = "none",
    data: str | None = None,
    root: Path | None = None,
    heads: bool = False,
    track: Track = silent,
) -> tuple[Path, dict[str, Any]]:
    """The published network (Keras 1 HDF5), or with --heads its published output weights alone (weights.pkl).

    Parameters
    ----------
    file
        What was published.
    out
        Gets malu_resnet50.safetensors and malu_resnet50.json; None for the folder in the cache where the model looks.
    norm
        How features are scaled before the output layer: ``none``, as in the paper; ``batch``, by their norm over the
        batch, as in the code; ``running``, by a root mean square over photographs, folded into the weights.
    data, root
        The photographs for ``running``.
    heads
        Whether the file holds output weights only; they are put on torchvision's ImageNet backbone, and marked so.

    Returns
    -------
    The folder and the manifest.

    Raises
    ------
    DataError
        If the file is damaged or another network's, or the choices do not go together.
    """
    if norm not in NORMS:
        raise DataError(f"no norm {norm!r}; there are {', '.join(NORMS)}.")
    if (norm == "running") != (data is not None):
        raise DataError("--norm running needs photographs to measure features on, given by --data; the others need none.")
    if heads and norm == "running":
        raise DataError("--norm running measures the published backbone, which output weights alone do not have.")
    kept = _heads_only(file) if heads else _whole(file)
    weights = kept.weights
    if norm == "running":
        rms, count = _root_mean_square(_network(kept), str(data), root, track)
        weights = torch.where(rms > 0, weights / (rms * TRAINED_AT**0.5), 0.0)
    digest = sha256(file)
    claim = "published output weights" if heads else "trained on people's ratings (AADB)"
    trained = trained_claim({file.name: digest}, PUBLISHED, claim) + f", {HEADS_ALONE}" * heads
    manifest = dict(kept.manifest) | {
        "trained": trained,
        "attributes": [item.name for item in ATTRIBUTES],
        "links": list(LINKS),
        "norm": norm,
        "input": {"file": file.name, "sha256": digest},
        "citation": "Malu, Bapi & Indurkhya, MAICS 2017; github gautamMalu/Aesthetic_attributes_maps",
        "licence": "MIT; trained on AADB, whose photographs are for research use",
    }
    if norm == "running":
        manifest["measured_on"] = f"{data}: {count} photographs"
    folder = out or cached("malu_resnet50")
    return folder, write_weights(folder, "malu_resnet50", Weights(weights, kept.bias, kept.backbone, manifest))


def _whole(file: Path) -> Weights:
    network = ResNet50V1()
    arrays, converted = _tensors(read_keras(file, _shapes(network)), file)
    state: dict[str, Tensor] = {}
    names = {id(module): name for name, module in network.named_modules()}
    for convolution, normalisation, pair in layers(network):
        here = names[id(pair)]
        kernel = arrays[f"{convolution}_W"].permute(3, 2, 0, 1)  # height, width, in, out to out, in, height, width
        state[f"{here}.0.weight"] = kernel.contiguous()
        state[f"{here}.0.bias"] = arrays[f"{convolution}_b"]
        for theirs, ours in _BN:
            state[f"{here}.1.{ours}"] = arrays[f"{normalisation}_{theirs}"]
        state[f"{here}.1.num_batches_tracked"] = torch.tensor(0)
    weights = torch.stack([arrays[f"{item.csv}_W"][:, 0] for item in ATTRIBUTES])
    bias = torch.cat([arrays[f"{item.csv}_b"] for item in ATTRIBUTES])
    return Weights(weights, bias, state, {"backbone": "resnet50_v1", **converted})


def _tensors(arrays: Mapping[str, np.ndarray], file: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The arrays in float32, and for the manifest what they were before."""
    tensors, converted = to_float32({name: torch.from_numpy(array) for name, array in arrays.items()}, str(file))
    return tensors, {"precision": converted} if converted else {}


def _shapes(network: ResNet50V1) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for convolution, normalisation, pair in layers(network):
        outputs, inputs, height, width = pair[0].weight.shape  # type: ignore[misc]  # a convolution's
        shapes[f"{convolution}_W"] = (height, width, inputs, outputs)
        shapes[f"{convolution}_b"] = (outputs,)
        shapes |= {f"{normalisation}_{theirs}": (outputs,) for theirs, _ in _BN}
    for item in ATTRIBUTES:
        shapes |= {f"{item.csv}_W": (sum(CHANNELS), 1), f"{item.csv}_b": (1,)}
    return shapes


def _heads_only(file: Path) -> Weights:
    arrays = read_arrays(file)
    wrong = {item.csv for item in ATTRIBUTES} ^ arrays.keys()
    if wrong:
        raise DataError(f"{file}: lacks or has besides the twelve outputs: {', '.join(sorted(wrong))}.")
    for name, array in arrays.items():
        if array.shape != (sum(CHANNELS), 1):
            raise DataError(f"{file}: {name} is {array.shape}, but {(sum(CHANNELS), 1)} was wanted.")
    tensors, converted = _tensors(arrays, file)
    weights = torch.stack([tensors[item.csv][:, 0] for item in ATTRIBUTES])
    return Weights(weights, torch.zeros(len(ATTRIBUTES)), {}, {"backbone": "imagenet", **converted})


def _network(kept: Weights) -> ResNet50V1:
    network = ResNet50V1()
    network.load_state_dict(dict(kept.backbone))
    return network


def _root_mean_square(network: ResNet50V1, data: str, root: Path | None, track: Track) -> tuple[Tensor, int]:
    """Every feature's root mean square over photographs, and how many could be read."""
    squares, count = torch.zeros(sum(CHANNELS), dtype=torch.float64), 0
    groups = batches(find_records(data, root), 8)
    for group in track(groups, "measuring features", len(groups)):
        pixels = []
        for record in group:
            try:
                pixels.append(load_photograph(record))
            except DataError:
                continue
        if pixels:
            with torch.inference_mode():
                averages = global_average(network(to_batch(pixels, INPUTS)))
            squares += (averages.double() ** 2).sum(0)
            count += len(pixels)
    if not count:
        raise DataError(f"{data}: no photograph can be read to measure features on.")
    return (squares / count).sqrt().float(), count
