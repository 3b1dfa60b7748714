"""The three files that Kong et al. published: where they lie, and how to get them."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from jaxtyping import Float32

from xaesthetic.core.errors import DataError, MissingWeightsError, ModelError
from xaesthetic.data.fetch.registry import cached, find_download
from xaesthetic_baselines._caffe_files import read_binaryproto

MEAN = "mean_AADB_regression_warp256.binaryproto"
PUBLISHED: Mapping[str, str] = MappingProxyType({})
"""The sha256 of the caffemodels that the authors published. They state none, and none could be fetched and looked at where
this was written; until one is entered here, every caffemodel is one that nobody vouches for."""
_ENDS = ("Model.prototxt", "Model.caffemodel", MEAN)
_WHOLE = 256


def kong_files(folder: Path | None = None) -> tuple[Path, Path, Path]:
    """The prototxt, the caffemodel and the mean image, in a folder or the folders below it.

    Raises
    ------
    MissingWeightsError
        If one is not there.
    ModelError
        If there are several.
    """
    place = folder or cached("kong")
    prototxt, caffemodel, mean = (_only(place, end) for end in _ENDS)
    return prototxt, caffemodel, mean


def _only(place: Path, end: str) -> Path:
    result = sorted(file for file in place.rglob(f"*{end}") if file.is_file())
    exact = [file for file in result if file.name in (f"init{end}", end)] or result
    if len(exact) > 1:
        raise ModelError(f"{place}: {exact[0]} and {exact[1]}; only one file may end in {end}: choose a folder of one.")
    if not exact:
        raise MissingWeightsError(f"{place}: no {end if end == MEAN else f'init{end}'}; {_instructions(place)}")
    return exact[0].resolve()


def _instructions(place: Path) -> str:
    download = find_download("kong")
    mean, model = (file.url for file in download.files)
    return (
        f"run 'xaesthetic data fetch kong', or put initModel.prototxt and initModel.caffemodel of {model} and {mean} into "
        f"{place} by hand (licence: {download.licence})."
    )


def middle_of_mean(path: Path, size: int) -> Float32[np.ndarray, "3 h w"]:
    """The mean image's middle, blue first, as the authors' demo subtracts it.

    Raises
    ------
    DataError
        If the file is no mean image of 256 x 256 finite pixels.
    """
    mean = read_binaryproto(path)
    if mean.shape not in ((1, 3, _WHOLE, _WHOLE), (3, _WHOLE, _WHOLE)):
        raise DataError(f"{path}: the mean image is {mean.shape}, but {(1, 3, _WHOLE, _WHOLE)} was wanted.")
    if not np.isfinite(mean).all():
        raise DataError(f"{path}: the mean image holds nan or infinite numbers; it is damaged.")
    start = (_WHOLE - size) // 2
    return np.ascontiguousarray(mean.reshape(3, _WHOLE, _WHOLE)[:, start : start + size, start : start + size])
