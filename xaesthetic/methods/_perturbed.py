"""Many changed versions of a batch through the network: once for all outputs, as many at once as a stated memory holds."""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.progress import counted
from xaesthetic.models.model import AttributeModel

MEMORY = 1 << 24
"""Bytes of inputs, or of activations, that go through a network at once; one changed version of the batch at least."""


def in_groups(count: int, size: int, what: str) -> Iterator[range]:
    """Give the numbers from 0 to `count` in groups, and say how far it is.

    Parameters
    ----------
    count
        How many changed versions are needed.
    size
        Bytes of one.
    what
        What the progress calls them: the method's name.
    """
    most = max(1, MEMORY // max(1, size))
    for start in counted(range(0, count, most), what, count, step=most):
        yield range(start, min(start + most, count))


def changed_outputs(
    outputs: Callable[[range], Float[Tensor, "n b a"]], count: int, size: int, what: str
) -> Float[Tensor, "n b a"]:
    """Return the raw outputs of all changed versions of a batch; no gradient is kept.

    Parameters
    ----------
    outputs
        Gives the raw outputs of the versions of these numbers.
    count, size, what
        As for `in_groups`.
    """
    with torch.inference_mode(False), torch.no_grad():
        return torch.cat([outputs(group) for group in in_groups(count, size, what)])


def run_all(model: AttributeModel, pictures: Float[Tensor, "n b 3 h w"]) -> Float[Tensor, "n b a"]:
    """Return the raw outputs of several versions of a batch, all in one pass."""
    return model.run(pictures.flatten(0, 1)).raw.reshape(*pictures.shape[:2], -1)
