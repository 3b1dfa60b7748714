"""The proof that a hooked network's outputs are global averages of its layers and one linear layer.

The weights are the outputs' gradients at the layers. They are taken for proved where they give the outputs of every probe:
noise, photographs in batches of one and eight, two sizes, and activations that no photograph has. Every pass afterwards is
one more probe, so that weights that change are noticed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from xaesthetic.models.gradients import Traced
from xaesthetic.models.heads import LinearRow
from xaesthetic.models.hooked import HookedNetwork
from xaesthetic.models.pooling import Activations, global_average

_CLOSE, _CLOSE_HALF = 1e-5, 3e-2  # of what is summed; half precision has eight bits
_SCALES = (0.3, 10.0)  # of activations that no photograph has: what bends far out is no linear layer

Rows = dict[int, LinearRow]
"""By output, its weights and bias."""


@dataclass(slots=True)
class Proof:
    """Which outputs are proved, for the weights that the network has now."""

    network: HookedNetwork
    probes: Callable[[], Sequence[Tensor]]
    """Makes batches of inputs: the first of two or more."""
    outputs: int
    """How many the network has."""
    weights: int = 0
    """Tells the network's weights from others."""
    proved: Rows = field(default_factory=dict)

    def rows(self) -> Rows:
        """Return the weights and bias of each output that is proved; prove again if a parameter has been written to."""
        weights = _state(self.network.module)
        if weights != self.weights:
            self.weights, self.proved = weights, prove(self.network, self.probes())
        return self.proved

    def confirm(self, activations: Activations, raw: Tensor) -> bool:
        """Hold what is proved against a pass.

        Parameters
        ----------
        activations
            Of a batch, on their grids.
        raw
            All of the network's outputs for it.

        Returns
        -------
        Whether it holds. Where it does not, it is proved anew; an output that fails again is no longer taken for linear.
        """
        rows = self.rows()
        if not _failing(rows, activations, raw):
            return True
        self.proved = prove(self.network, self.probes())
        for row in _failing(self.proved, activations, raw):
            del self.proved[row]
        return False


def prove(network: HookedNetwork, probes: Sequence[Tensor]) -> Rows:
    """Return the outputs that are linear in the layers' global averages.

    Parameters
    ----------
    network
        With its layers hooked.
    probes
        Batches; the first of two inputs or more.
    """
    first, *others = probes
    with torch.inference_mode(False), torch.enable_grad():
        taken = network.run(first, "all")
        traced = Traced(taken.raw, taken.layers, lambda layers: network.grids(layers, first))
        if not taken.raw.requires_grad:
            return {}
        layers = [layer.float() for layer in traced.sums()]
        if not all(bool(layer.any()) for layer in layers[:-1]):  # in series: one is read by another alone
            return {}
        sums = torch.cat(layers, dim=2)
    with torch.inference_mode(False), torch.no_grad():
        activations = _detached(network, taken.layers, first)
        zeros = tuple(torch.zeros_like(layer) for layer in activations)
        bias = network.run(first, replacements=zeros).raw[0].float()
        # copies: a view would keep all gradients, and be sent to workers with all of them
        rows = {row: (sums[0, row].clone(), bias[row].clone()) for row in range(len(bias))}
        for checked, raw in ((activations, taken.raw), *_further(network, activations, first, others)):
            for row in _failing(rows, checked, raw):
                del rows[row]
            if not rows:
                break
    return rows


def _further(
    network: HookedNetwork, activations: Activations, x: Tensor, others: Sequence[Tensor]
) -> Iterator[tuple[Activations, Tensor]]:
    """Give activations and the outputs of them: first those that need the smallest batches."""
    generator = torch.Generator().manual_seed(0)
    for scale in _SCALES:
        unseen = tuple(_unseen(layer, scale, generator) for layer in activations)
        yield unseen, network.run(x, replacements=unseen).raw
    for batch in others:
        taken = network.run(batch)
        yield _detached(network, taken.layers, batch), taken.raw


def _unseen(layer: Tensor, scale: float, generator: torch.Generator) -> Tensor:
    """Activations between each channel's lowest and highest, uneven over the grid: what rectifies them changes nothing."""
    low, high = layer.amin((0, 2, 3), keepdim=True), layer.amax((0, 2, 3), keepdim=True)
    drawn = torch.rand(layer.shape, generator=generator).to(layer)
    return (low + (high - low) * drawn**2) * scale


def _detached(network: HookedNetwork, layers: tuple[Tensor, ...], x: Tensor) -> Activations:
    return tuple(layer.float() for layer in network.grids(tuple(layer.detach() for layer in layers), x))


def _failing(rows: Rows, activations: Activations, raw: Tensor) -> list[int]:
    """The outputs that are not what their weights make of the averages."""
    if not rows:
        return []
    indices = list(rows)
    weights = torch.stack([rows[row][0] for row in indices])
    bias = torch.stack([rows[row][1] for row in indices])
    averages = global_average(activations)
    half = raw.dtype != torch.float32 or torch.is_autocast_enabled(raw.device.type)
    error = (averages @ weights.T + bias - raw.detach().float()[:, indices]).abs()
    for magnitudes in (averages, None):  # the second takes longer, and is fair where an average is small beside its parts
        parts = global_average(tuple(layer.abs() for layer in activations)) if magnitudes is None else magnitudes.abs()
        scale = parts @ weights.abs().T + bias.abs()
        wrong = (error > (_CLOSE_HALF if half else _CLOSE) * scale).any(0)
        if not bool(wrong.any()):
            break
    return [row for row, fails in zip(indices, wrong.tolist(), strict=True) if fails]


def _state(network: torch.nn.Module) -> int:
    """A number that changes when a parameter is written to or replaced, but for writing through `.data`."""
    return hash(
        tuple((id(item), item.data_ptr(), 0 if item.is_inference() else item._version) for item in network.parameters())
    )
