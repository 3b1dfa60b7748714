"""Weights out of an HDF5 file that Keras 1 or 2 has written; neither Keras nor TensorFlow is needed."""

import math
from collections.abc import Mapping
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import need
from xaesthetic.core.files import printable

if TYPE_CHECKING:
    import h5py

    _Arrays = dict[str, h5py.Dataset]

_POINTER = b"version https://git-lfs"
NAMES = 10_000
"""Names in an attribute, of at most `LETTERS`; the published file has 190 layers."""
LETTERS = 1000
CHUNK = 1 << 28
"""Bytes of a chunk of an array once it is unpacked; an array is read only if it has the size that the network needs."""
_FILTERS = frozenset((1, 2, 3, 32_000))  # deflate, shuffle, fletcher32, lzf: others may run code of anybody's


def read_keras(
    path: Path, shapes: Mapping[str, tuple[int, ...]], fetch: str = "malu", by_layer: bool = False
) -> dict[str, np.ndarray]:
    """Read the arrays that are wanted, by Keras's names of them.

    Nothing is read that lies in another file, or is larger than the network needs.

    Parameters
    ----------
    path
        A whole model (layers below ``/model_weights``, as ModelCheckpoint writes it) or weights only (at the root).
    shapes
        The shape of every array wanted, by name, for example ``conv1_W: (7, 7, 3, 64)``: height, width, in, out.
    fetch
        The download that brings such a file, for the error.
    by_layer
        Whether names begin with their layer's, as ``conv1/kernel``: Keras 2 calls the arrays of all layers alike.

    Returns
    -------
    Arrays of those shapes and of the file's precision, in which they are real numbers.

    Raises
    ------
    DataError
        If the file is no HDF5, is a Git LFS pointer, lacks an array, has one of another shape, or has more.
    """
    hdf5 = need("h5py", extra="convert", purpose="reading a checkpoint of Keras")
    where = printable(path)
    if _start(path) == _POINTER:
        raise DataError(f"{where}: is a Git LFS pointer, not the weights; run 'xaesthetic data fetch {fetch}'.")
    try:
        with hdf5.File(path, "r") as file:
            return _read(where, _arrays(where, file, hdf5, by_layer), shapes)
    except DataError:
        raise
    except Exception as error:  # h5py lets nearly anything through from a damaged file
        reason = str(error).partition("\n")[0][:200]
        raise DataError(f"{where}: cannot be read as HDF5 ({reason}); it is missing, truncated or another file.") from error


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(_POINTER))
    except OSError as error:
        raise DataError(f"{printable(path)}: cannot be read ({error.strerror or error}).") from error


def _arrays(where: str, file: "h5py.File", hdf5: Any, by_layer: bool) -> "_Arrays":
    root = _member(where, file, "model_weights", hdf5) if "model_weights" in file else file
    layers = _names(where, root, "layer_names")
    if layers is None:
        raise DataError(f"{where}: has no layer_names; it is no weight file of Keras.")
    result: _Arrays = {}
    for layer in layers:
        group = _member(where, root, layer, hdf5)
        for name in _names(where, group, "weight_names") or ():
            short = f"{layer}/" * by_layer + name.rpartition("/")[2].partition(":")[0]
            if short in result:
                raise DataError(f"{where}: has two arrays called {short[:60]!r}.")
            result[short] = _member(where, group, name, hdf5)
    return result


def _member(where: str, group: Any, name: str, hdf5: Any) -> Any:
    """What lies below a group, reached by hard links only: others may lead to other files, or in circles."""
    for part in filter(None, name.split("/")):
        link = group.get(part, getlink=True)
        if link is None:
            raise KeyError(f"it has no {name[:60]}")
        if not isinstance(link, hdf5.HardLink):
            raise DataError(f"{where}: {name[:60]!r} is a link to elsewhere; it is not to be trusted.")
        group = group[part]
    return group


def _names(where: str, group: Any, name: str) -> list[str] | None:
    """The texts of an attribute, or of its chunks (NAME0, NAME1, …), into which Keras divides a long one."""
    if name in group.attrs:
        return _texts(where, group, name)
    chunks = list(takewhile(lambda chunk: chunk in group.attrs, (f"{name}{number}" for number in range(NAMES))))
    return [text for chunk in chunks for text in _texts(where, group, chunk)] if chunks else None


def _texts(where: str, group: Any, name: str) -> list[str]:
    kept = group.attrs.get_id(name)
    if kept.shape is None or 0 in kept.shape:
        return []  # of a layer without weights, whose list Keras writes as one of numbers
    if math.prod(kept.shape) > NAMES or kept.dtype.itemsize > LETTERS or kept.dtype.kind not in "SO":
        raise DataError(f"{where}: {name} is no list of at most {NAMES:,} names; it is no weight file of Keras.")
    values = [_text(value) for value in np.atleast_1d(np.asarray(group.attrs[name], object))]
    if any(len(value) > LETTERS for value in values):
        raise DataError(f"{where}: {name} holds a name of more than {LETTERS:,} letters.")
    return values


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _read(where: str, arrays: "Mapping[str, h5py.Dataset]", shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    for what, names in (("lacks", shapes.keys() - arrays.keys()), ("also has", arrays.keys() - shapes.keys())):
        if names:
            shown = ", ".join(name[:60] for name in sorted(names)[:4])
            raise DataError(f"{where}: {what} {shown}{' and more' * (len(names) > 4)}; it is another network's.")
    for name, shape in shapes.items():
        _validate(f"{where}: {name}", arrays[name], shape)
    return {name: np.asarray(arrays[name][()], arrays[name].dtype.newbyteorder("=")) for name in shapes}


def _validate(what: str, array: Any, shape: tuple[int, ...]) -> None:
    """Make sure, before anything of it is read, that an array is what is wanted."""
    if getattr(array, "shape", None) is None:
        raise DataError(f"{what} is no array.")
    if array.shape != shape:
        hint = "; its kernels are in Theano's order" if array.shape == (shape[::-1][:2] + shape[:2]) else ""
        raise DataError(f"{what} is {array.shape}, but {shape} was wanted{hint}.")
    if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8:
        raise DataError(f"{what} is of type {str(array.dtype)[:60]}; real numbers were wanted.")
    settings = array.id.get_create_plist()
    if array.is_virtual or array.external:
        raise DataError(f"{what} lies in another file; it is not to be trusted.")
    filters = {settings.get_filter(number)[0] for number in range(settings.get_nfilters())}
    if not filters <= _FILTERS:
        raise DataError(f"{what} is packed by a filter that is not known here ({sorted(filters - _FILTERS)}).")
    if math.prod(array.chunks or (1,)) * array.dtype.itemsize > CHUNK:
        raise DataError(f"{what} is packed in chunks of more than {CHUNK:,} bytes; it is not to be trusted.")
