"""Weights out of an HDF5 file that Keras 1 has written; neither Keras nor TensorFlow is needed."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import need

if TYPE_CHECKING:
    import h5py

    _Arrays = dict[str, h5py.Dataset]

_POINTER = b"version https://git-lfs"


def read_keras(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Read the arrays that are wanted, by Keras's names of them.

    Parameters
    ----------
    path
        A whole model (layers below ``/model_weights``, as ModelCheckpoint writes it) or weights only (at the root).
    shapes
        The shape of every array wanted, by name, for example ``conv1_W: (7, 7, 3, 64)``: height, width, in, out.

    Returns
    -------
    float32 arrays of those shapes.

    Raises
    ------
    DataError
        If the file is no HDF5, is a Git LFS pointer, lacks an array, has one of another shape, or has more.
    """
    hdf5 = need("h5py", extra="convert", purpose="reading a checkpoint of Keras")
    try:
        with path.open("rb") as file:
            start = file.read(len(_POINTER))
        if start == _POINTER:
            raise DataError(f"{path}: is a Git LFS pointer, not the weights; run 'xaesthetic data fetch malu'.")
        with hdf5.File(path, "r") as file:
            return _checked(path, _arrays(path, file), shapes)
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as HDF5 ({error}); it is missing, truncated or another file.") from error


def _arrays(path: Path, file: "h5py.File") -> "_Arrays":
    root = file.get("model_weights", file)
    if "layer_names" not in root.attrs:
        raise DataError(f"{path}: has no layer_names; it is no weight file of Keras 1.")
    result: _Arrays = {}
    for layer in map(_text, root.attrs["layer_names"]):
        group = root[layer]
        for name in map(_text, group.attrs.get("weight_names", ())):
            entry = group[name]
            if hasattr(entry, "shape"):  # a data set, not a group
                result[name.rpartition("/")[2].partition(":")[0]] = entry
    return result


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _checked(
    path: Path, datasets: "Mapping[str, h5py.Dataset]", shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, np.ndarray]:
    for what, names in (("lacks", shapes.keys() - datasets.keys()), ("also has", datasets.keys() - shapes.keys())):
        if names:
            shown = ", ".join(sorted(names)[:4])
            raise DataError(f"{path}: {what} {shown}{' and more' * (len(names) > 4)}; it is another network's.")
    for name, shape in shapes.items():
        if datasets[name].shape != shape:
            hint = "; its kernels are in Theano's order" if datasets[name].shape == (shape[::-1][:2] + shape[:2]) else ""
            raise DataError(f"{path}: {name} is {datasets[name].shape}, but {shape} was wanted{hint}.")
    return {name: np.asarray(datasets[name][()], np.float32) for name in shapes}
