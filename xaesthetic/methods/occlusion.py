"""Occlusion (Zeiler & Fergus, ECCV 2014): what the prediction loses when a window is covered."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.baselines import DEFAULT
from xaesthetic.core.facts import method
from xaesthetic.methods._perturbed import changed_outputs, run_all
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.model import Pass

_CELLS = 10


@method(
    title="occlusion",
    passes="9x9+1",
    layers=False,
    baseline=True,
    against="What covers a window is an edit of its own, and its edges are seen too.",
)
def occlusion(taken: Pass, baseline: str = DEFAULT) -> Float[Tensor, "b a i j"]:
    """How much the prediction falls when a window of a fifth of each side is covered with a baseline.

    The window moves by half its width over a 10 x 10 grid; a cell's value is the mean over the windows that cover it.
    captum's `Occlusion` gives the same map for one attribute at a time; here each covered photograph goes through the
    network once for all attributes, as many at once as a stated memory holds. Signed. The baseline is the mean color
    (input 0) where none is named.
    """
    x, whole = taken.x, taken.raw
    cover = baseline_input(x, taken.model.inputs, baseline)
    places = [(i, j) for i in range(_CELLS - 1) for j in range(_CELLS - 1)]

    def outputs(group: range) -> Tensor:
        return run_all(taken.model, _covered(x, cover, places[group.start : group.stop]))

    size = x.numel() * x.element_size()
    falls = whole - changed_outputs(outputs, len(places), size, f"occlusion of {len(x)} photographs")
    lost = whole.new_zeros((*whole.shape, _CELLS, _CELLS))
    times = whole.new_zeros((_CELLS, _CELLS))
    for (i, j), fall in zip(places, falls, strict=True):
        lost[:, :, i : i + 2, j : j + 2] += fall[:, :, None, None]
        times[i : i + 2, j : j + 2] += 1
    return lost / times


def _covered(x: Tensor, cover: Tensor, places: Sequence[tuple[int, int]]) -> Float[Tensor, "n b 3 h w"]:
    """Return the photographs with the window at each of some places covered."""
    rows, columns = _edges(x.shape[2]), _edges(x.shape[3])
    pictures = torch.stack([x] * len(places))
    for picture, (i, j) in zip(pictures, places, strict=True):
        window = slice(rows[i], rows[i + 2]), slice(columns[j], columns[j + 2])
        picture[..., *window] = cover[..., *window]
    return pictures


def _edges(length: int) -> list[int]:
    return [round(length * cell / _CELLS) for cell in range(_CELLS + 1)]
