"""DeepLIFT (Shrikumar et al., ICML 2017), by its rescale rule."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.baselines import DEFAULT
from xaesthetic.core.errors import ModelError
from xaesthetic.core.facts import method
from xaesthetic.methods._inputs import gradients_of
from xaesthetic.methods._slopes import Function, Rule, gather, outputs_with
from xaesthetic.models.baselines import baseline_input
from xaesthetic.models.model import Pass

_NEAR = 1e-6  # below it a difference is rounding, and the derivative its limit
_CLOSE = 0.01


@method(
    title="DeepLIFT",
    adds_up="sum",
    passes=2,
    differentiable=True,
    layers=False,
    baseline=True,
    promises="Its sum is the output minus the output for the baseline; a network where that fails is refused.",
    against="The baseline is an edit of its own, and two networks that are one function may have different maps.",
)
def deep_lift(taken: Pass, baseline: str = DEFAULT) -> Float[Tensor, "b a h w"]:
    """What every pixel contributes to the difference from a baseline, summed over colors; on the input's grid.

    M_a(x, y) = Σ_c (x_c - x'_c) m_ac, where m is the gradient with (f(z) - f(z')) / (z - z') for the derivative of every
    elementwise function f, z' being the baseline's value: the rescale rule; of a window's maximum as captum's `DeepLift` has
    it. Signed. The baseline is the mean color (input 0) where none is named. captum hooks modules, and so fails where one is
    used twice or works in place, as in every ResNet of torchvision; here calls are replaced, not modules.

    Raises
    ------
    ModelError
        If the network uses a function without a rule (a product of two activations, a layer's norm, attention), or the map
        does not add up.
    """
    x = taken.x
    start = baseline_input(x, taken.model.inputs, baseline)
    with torch.inference_mode(False), torch.enable_grad():
        leaf = x.detach().clone().requires_grad_()
        both = outputs_with(_Rescale(), "deep_lift", taken.model, torch.cat([leaf, start]))
        values, before = both.chunk(2)
        multipliers = gradients_of(values, leaf)
    maps = torch.einsum("bachw,bchw->bahw", multipliers, (x - start).float())
    _validate(maps, (values - before).detach().float())
    return maps


@dataclass(frozen=True, slots=True)
class _Rescale(Rule):
    """The first half of every batch is the photographs, the second their baselines."""

    def slope(self, z: Tensor, value: Tensor, function: Function) -> Tensor:
        """Return the slope of the line from the baseline to the photograph."""
        run, rise = (torch.cat([half.sub(other)] * 2) for half, other in (z.chunk(2), value.chunk(2)))
        near = run.abs() <= _NEAR * (1 + z.abs())
        point = z.clone().requires_grad_()
        (derivative,) = torch.autograd.grad(function(point).sum(), point)
        return torch.where(near, derivative, rise / torch.where(near, 1, run))

    def pool(self, z: Tensor, places: Tensor, value: Tensor) -> Tensor:
        """Lead a rise to the photograph's greatest, a fall to the baseline's: of both halves the larger lies between."""
        (x, start), (here, other), (high, low) = (item.chunk(2) for item in (z, places, value))
        larger = torch.maximum(high, low)
        change = x.detach() - start.detach()
        moved = torch.zeros_like(high)
        for spot, share, limit in ((here, larger - low, 1.0), (other, high - larger, 0.0)):
            run = gather(change, spot)
            near = run.abs() <= _NEAR
            moved = moved + gather(x - x.detach(), spot) * torch.where(near, limit, share / torch.where(near, 1, run))
        return torch.cat([high + moved, low])


def _validate(maps: Float[Tensor, "b a h w"], difference: Float[Tensor, "b a"]) -> None:
    missing = (maps.sum((2, 3)) - difference).abs()
    allowed = _CLOSE * torch.maximum(difference.abs(), 1e-2 * maps.abs().sum((2, 3))) + 1e-6
    if bool((missing > allowed).any()):
        raise ModelError(
            "deep_lift does not add up for this network: it misses up to "
            f"{float(missing.max()):.3g} of the outputs' difference; use --method integrated_gradients."
        )
