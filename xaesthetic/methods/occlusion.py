"""Occlusion (Zeiler & Fergus, ECCV 2014): what the prediction loses when a window is covered."""

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.models.model import Activations, AttributeModel

_CELLS = 10


def occlusion(model: AttributeModel, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a i j"]:
    """How much the prediction falls when a window of a fifth of each side is covered with the mean colour (input 0).

    The window moves by half its width over a 10 x 10 grid; a cell's value is the mean over the windows that cover it.
    captum's `Occlusion` gives the same map for one attribute at a time; here each covered photograph goes through the
    network once for all attributes. Signed.
    """
    del activations
    rows, columns = _edges(x.shape[2]), _edges(x.shape[3])
    with torch.no_grad():
        whole = model.head(model.features(x))
        lost = whole.new_zeros((*whole.shape, _CELLS, _CELLS))
        times = whole.new_zeros((_CELLS, _CELLS))
        for i in range(_CELLS - 1):
            for j in range(_CELLS - 1):
                covered = x.clone()
                covered[:, :, rows[i] : rows[i + 2], columns[j] : columns[j + 2]] = 0
                fall = whole - model.head(model.features(covered))
                lost[:, :, i : i + 2, j : j + 2] += fall[:, :, None, None]
                times[i : i + 2, j : j + 2] += 1
    return lost / times


def _edges(length: int) -> list[int]:
    return [round(length * cell / _CELLS) for cell in range(_CELLS + 1)]
