"""The Caffe model of Kong et al. 2016 (github aimerykong/deepImageAestheticsAnalysis)."""

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
from xaesthetic.models.tensors import to_float32
from xaesthetic.models.weights import trained_claim, write_tensors
from xaesthetic_baselines._caffe_files import read_caffemodel
from xaesthetic_baselines._caffe_net import Net, computed, validate_outputs
from xaesthetic_baselines._kong import CITATION, LICENCE, SIZE, SPREAD, TRAINED, Layer, input_shapes, layers
from xaesthetic_baselines._kong_files import PUBLISHED, middle_of_mean
from xaesthetic_baselines._prototxt import read_prototxt


@converter(downloads=("kong",))
def kong(
    prototxt: Path, caffemodel: Path, mean: Path, out: Path | None = None, track: Track = silent
) -> tuple[Path, dict[str, Any]]:
    """The Caffe model of Kong et al. 2016, as weights for kong_alexnet_torch: PROTOTXT CAFFEMODEL MEAN.

    Parameters
    ----------
    prototxt
        initModel.prototxt; every layer of it must be the one that is expected.
    caffemodel
        initModel.caffemodel, of Caffe's present or older format.
    mean
        mean_AADB_regression_warp256.binaryproto; its middle 227 x 227 pixels are subtracted, as in the authors' demo.
    out
        Gets kong_alexnet_torch.safetensors and .json; None for the folder in the cache where the model looks.
    track
        Not used: it takes a second.

    Returns
    -------
    The folder and the manifest.

    Raises
    ------
    DataError
        If a file is damaged, or describes another network: the first layer that differs is named.
    """
    del track
    plan = layers()
    _validate(computed(read_prototxt(prototxt), prototxt), plan, prototxt)
    tensors, converted = to_float32(_tensors(read_caffemodel(caffemodel), plan, caffemodel), str(caffemodel))
    tensors["mean"] = torch.from_numpy(middle_of_mean(mean, SIZE))
    manifest = {
        "attributes": [item.name for item in ATTRIBUTES],
        "trained": trained_claim({caffemodel.name: sha256(caffemodel)}, PUBLISHED, TRAINED),
        "citation": CITATION,
        "licence": LICENCE,
        "input": {file.name: sha256(file) for file in (prototxt, caffemodel, mean)},
        **({"precision": converted} if converted else {}),
    }
    folder = out or cached("kong_alexnet_torch")
    return folder, write_tensors(folder, "kong_alexnet_torch", tensors, manifest)


def _validate(net: Net, plan: Mapping[str, Layer], path: Path) -> None:
    for name, layer in plan.items():
        if name not in net.layers:
            raise DataError(f"{path}: has no layer {name!r}; it is another network.")
        result = net.layers[name]
        if result.problem:
            raise DataError(f"{path}: {result.problem}.")
        if result.words != layer.words:
            raise DataError(f"{path}: layer {name!r} is '{result.words}', but '{layer.words}' was wanted.")
    validate_outputs(net, [item.blob for item in ATTRIBUTES], path)


def _tensors(arrays: Mapping[str, list[np.ndarray]], plan: Mapping[str, Layer], path: Path) -> dict[str, Tensor]:
    inputs = input_shapes(plan)
    tensors = {}
    for name, layer in plan.items():
        if len(arrays.get(name, [])) != 2:
            raise DataError(
                f"{path}: layer {name!r} has {len(arrays.get(name, []))} arrays; weights and a bias were wanted."
            )
        shape = (layer.outputs, inputs[name] // layer.groups, *[layer.kernel] * 2)[: 4 if layer.kernel else 2]
        for array, end, wanted in zip(arrays[name], ("weight", "bias"), (shape, (layer.outputs,)), strict=True):
            if tuple(size for size in array.shape if size > 1) != tuple(size for size in wanted if size > 1):
                raise DataError(f"{path}: layer {name!r} has a {end} of {array.shape}, but {wanted} was wanted.")
            tensors[f"layers.{name}.{end}"] = torch.from_numpy(array.reshape(wanted).copy())
    for end in ("weight", "bias"):
        tensors[f"layers.fc8.{end}"] = torch.cat([tensors.pop(f"layers.{name}.{end}") for name in SPREAD])
    return tensors
