"""Inputs to try a network on: noise, and the photographs that scikit-image and scikit-learn ship."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from xaesthetic.core.types import InputSpec, Pixels
from xaesthetic.data import images
from xaesthetic.data.datasets.sample import sample
from xaesthetic.models.hooked import HookedNetwork

_STEP = 32  # strides divide it in most networks


def noise(inputs: InputSpec, count: int, on: torch.device) -> Tensor:
    """Return inputs of noise, the same every time."""
    pixels = np.random.default_rng(0).integers(0, 256, (count, *inputs.size, 3), dtype=np.uint8)
    return _batch(list(pixels), inputs, on)


def proof_batches(network: HookedNetwork, inputs: InputSpec) -> Sequence[Tensor]:
    """Return what a proof is tried on: noise, eight photographs and one, in two sizes where the network takes two.

    Parameters
    ----------
    network
        Which tells by failing that it takes one size only.
    inputs
        Its declared inputs.
    """
    on = next((tensor.device for tensor in network.module.parameters()), torch.device("cpu"))
    small = _smaller(network, inputs, on)
    photographs = [images.decode(record.path) for record in sample() if record.edit is None]
    eight = [*photographs, *(picture[:, ::-1] for picture in photographs[: 8 - len(photographs)])]
    return noise(small, 2, on), _batch(eight, small, on), _batch(photographs[:1], inputs, on)


def _smaller(network: HookedNetwork, inputs: InputSpec, on: torch.device) -> InputSpec:
    height, width = (max(2 * _STEP, side // 2 // _STEP * _STEP) for side in inputs.size)
    if isinstance(inputs.mean, np.ndarray) or (height, width) == inputs.size:
        return inputs
    small = replace(inputs, size=(height, width))
    try:
        with torch.no_grad():
            network.run(noise(small, 1, on))
    except Exception:  # it takes its declared size alone
        return inputs
    return small


def _batch(pixels: Sequence[Pixels], inputs: InputSpec, on: torch.device) -> Tensor:
    return torch.from_numpy(np.stack([images.to_input(np.ascontiguousarray(item), inputs) for item in pixels])).to(on)
