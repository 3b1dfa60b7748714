"""NIMA's MobileNet as idealo published it (github idealo/image-quality-assessment, Apache-2.0)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from xaesthetic.core.facts import converter
from xaesthetic.core.files import sha256
from xaesthetic.core.progress import Track, silent
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.tensors import to_float32
from xaesthetic.models.weights import Weights, trained_claim, write_weights
from xaesthetic_baselines._keras_hdf5 import read_keras
from xaesthetic_baselines._nima import CHANNELS, CITATION, LICENCE, NAMES, PUBLISHED, SCORES, TRAINED, MobileNet

_NORM = (("gamma", "weight"), ("beta", "bias"), ("moving_mean", "running_mean"), ("moving_variance", "running_var"))
"""Keras's names and torch's."""


@converter(downloads=("nima",))
def nima(file: Path, out: Path | None = None, track: Track = silent) -> tuple[Path, dict[str, Any]]:
    """NIMA's MobileNet, trained by idealo on AVA (Keras 2 HDF5), as weights for nima: FILE.

    Parameters
    ----------
    file
        weights_mobilenet_aesthetic_0.07.hdf5, or another of the same network.
    out
        Gets nima.safetensors and nima.json; None for the folder in the cache where the model looks.
    track
        Not used: it takes a second.

    Returns
    -------
    The folder and the manifest.

    Raises
    ------
    DataError
        If the file is damaged or another network's.
    """
    del track
    network = MobileNet()
    arrays = {name: torch.from_numpy(array) for name, array in _read(file, network).items()}
    tensors, converted = to_float32(arrays, str(file))
    digest = sha256(file)
    manifest = {
        "attributes": list(NAMES[-SCORES:]),
        "trained": trained_claim({file.name: digest}, PUBLISHED, TRAINED),
        "citation": CITATION,
        "licence": LICENCE,
        "input": {"file": file.name, "sha256": digest},
        **({"precision": converted} if converted else {}),
    }
    head = tensors["dense_1/kernel"].T.contiguous(), tensors["dense_1/bias"]
    folder = out or cached("nima")
    return folder, write_weights(folder, "nima", Weights(*head, _state(network, tensors), manifest))


def _read(file: Path, network: MobileNet) -> Mapping[str, np.ndarray]:
    shapes: dict[str, tuple[int, ...]] = {"dense_1/kernel": (CHANNELS, SCORES), "dense_1/bias": (SCORES,)}
    for name, convolution, _ in network.layers():
        outputs, inputs, height, width = convolution.weight.shape
        deep = convolution.groups > 1  # Keras keeps a depthwise kernel as height, width, channels, 1
        shapes[_kernel(name)] = (height, width, *((outputs, inputs) if deep else (inputs, outputs)))
        shapes |= {f"{name}_bn/{theirs}": (outputs,) for theirs, _ in _NORM}
    return read_keras(file, shapes, fetch="nima", by_layer=True)


def _kernel(name: str) -> str:
    return f"{name}/{'depthwise_kernel' if '_dw_' in name else 'kernel'}"


def _state(network: MobileNet, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors by torch's names, their axes in torch's order."""
    state: dict[str, Tensor] = {}
    for name, convolution, _ in network.layers():
        order = (2, 3, 0, 1) if convolution.groups > 1 else (3, 2, 0, 1)
        state[f"parts.{name}.convolution.weight"] = tensors[_kernel(name)].permute(*order).contiguous()
        for theirs, ours in _NORM:
            state[f"parts.{name}.norm.{ours}"] = tensors[f"{name}_bn/{theirs}"]
        state[f"parts.{name}.norm.num_batches_tracked"] = torch.tensor(0)
    return state
