"""What is explained: the output or its opposite, before the link or after it, and what counts as zero.

A target is a model: `explained(model, target)` has the target for its outputs, so that every method explains it as it is.
Which maps change at all:

- `direction="down"`: those of signed methods change their sign and nothing else. Those of methods that rectify are other
  maps: they show what lowers the output.
- `zero`, a contrast with a photograph's value or with a mean: no map of any method. It shifts the constant between a map's
  mean (or sum) and the output, and so what completeness compares with. To have another photograph in the maps themselves,
  name a baseline.
- `of="rating"`: each photograph's maps by gradients are multiplied by the link's slope at its raw output, the same for all
  pixels; where the link is the identity nothing changes. Methods that take whole steps (occlusion, integrated gradients,
  DeepLIFT) change in their form too, and `cam`, which explains a linear layer, is not there behind a link that bends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError, unknown
from xaesthetic.core.facts import MethodFacts
from xaesthetic.core.targets import DIRECTIONS, SCALES, describe_target, unit_of
from xaesthetic.models.gradients import Traced
from xaesthetic.models.heads import FunctionHead, Head, HeadOutputs, LinearHead, LinearRow, NetworkHead
from xaesthetic.models.layers import facts_for
from xaesthetic.models.model import AttributeModel, Pass, select
from xaesthetic.models.pooling import Activations


@dataclass(frozen=True, slots=True)
class Target:
    """What maps explain; by default what raises the raw output."""

    direction: str = "up"
    """A name in `DIRECTIONS`."""
    of: str = "raw"
    """A name in `SCALES`."""
    zero: Mapping[str, float] = field(default_factory=dict)
    """What counts as zero, by attribute, as `of` has it; 0 where an attribute is missing."""

    def __post_init__(self) -> None:
        for value, known, what in ((self.direction, DIRECTIONS, "direction"), (self.of, SCALES, "scale of a target")):
            if value not in known:
                raise ModelError(unknown(what, str(value), known, label="There are"))

    @property
    def is_default(self) -> bool:
        """Whether it is the raw output itself."""
        return self == Target()

    @property
    def described(self) -> str:
        """What it is, in a few words; nothing for the raw output itself.

        Examples
        --------
        >>> Target("down", of="rating").described
        'what lowers the rating'
        """
        return describe_target(self.direction, self.of)

    @classmethod
    def parse(cls, target: "str | Target") -> "Target":
        """Take a direction for a target.

        Raises
        ------
        ModelError
            If it is neither.

        Examples
        --------
        >>> Target.parse("down").direction
        'down'
        """
        if isinstance(target, Target):
            return target
        if not isinstance(target, str):
            raise ModelError(f"{type(target).__name__} is no target; pass 'up', 'down' or a Target.")
        return cls(target)


def explained(model: AttributeModel, target: Target) -> AttributeModel:
    """Return a model whose outputs are the target of another's: its maps explain that.

    Parameters
    ----------
    model
        Any.
    target
        Its `zero` names outputs of the model.

    Raises
    ------
    ModelError
        If `zero` names an attribute that the model has not, or no number.
    """
    validate_zero(model, target)
    if target.is_default:
        return model
    outputs = _Outputs(model, target)
    runner = None if model.runner is None else outputs.run
    return replace(model, head=outputs.head(model.head), runner=runner, links=())


def validate_zero(model: AttributeModel, target: Target) -> None:
    """Make sure that a target's zero is of a model's outputs.

    Raises
    ------
    ModelError
        If it names another, or no finite number.
    """
    for name, value in target.zero.items():
        if name not in model.attributes:
            raise ModelError(f"the target's zero names {name!r}; {model.name} has {', '.join(model.attributes)}.")
        if not isinstance(value, (int, float)) or not isfinite(value):
            raise ModelError(f"the target's zero of {name!r} is {value!r}; a finite number was wanted.")


def unit(model: AttributeModel, attribute: str, target: Target, facts: MethodFacts) -> str:
    """Return the unit of a map's values, for the color bar: `rating points`, `raw output`, or none.

    Only a map that adds up has one: the mean, or the sum, of its values is the output but for a constant.
    """
    link = model.links[model.attributes.index(attribute)] if model.links else "identity"
    return unit_of(facts_for(model, facts).adds_up, target.of == "rating" or link == "identity")


@dataclass(frozen=True, slots=True, eq=False)
class _Outputs:
    """A target's values in a model's raw outputs."""

    model: AttributeModel
    target: Target

    @property
    def sign(self) -> float:
        return DIRECTIONS[self.target.direction]

    def bends(self, number: int) -> bool:
        """Whether a link lies between an output and its target."""
        return self.target.of == "rating" and bool(self.model.links) and self.model.links[number] != "identity"

    def zeros(self, like: Tensor) -> Float[Tensor, " a"]:
        return torch.tensor([self.target.zero.get(name, 0.0) for name in self.model.attributes]).to(like)

    def values(self, raw: Float[Tensor, "b a"]) -> Float[Tensor, "b a"]:
        outputs = self.model.ratings(raw) if self.target.of == "rating" else raw
        return self.sign * (outputs - self.zeros(raw))

    def slopes(self, raw: Float[Tensor, "b a"]) -> Float[Tensor, "b a"]:
        """The derivative of every value at its own raw output."""
        with torch.inference_mode(False), torch.enable_grad():
            leaf = raw.detach().clone().requires_grad_()
            return torch.autograd.grad(self.values(leaf).sum(), leaf)[0]

    def chained(self, result: HeadOutputs) -> HeadOutputs:
        """By the chain rule: gradients times the slope at each photograph's raw output."""
        slopes = self.slopes(result.raw)[..., None]
        sums, full = (
            None
            if layers is None
            else tuple(layer * slopes.reshape(*slopes.shape[:2], *(1,) * (layer.ndim - 2)) for layer in layers)
            for layers in (result.gradient_sums, result.gradients)
        )
        return HeadOutputs(self.values(result.raw), sums, full)

    def row(self, row: LinearRow | None, number: int) -> LinearRow | None:
        if row is None or self.bends(number):
            return None
        weights, bias = row
        return self.sign * weights, self.sign * (bias - self.zeros(bias)[number])

    def head(self, head: Head) -> Head:
        if isinstance(head, NetworkHead):
            return _TargetHead(head, self)
        if isinstance(head, LinearHead) and not any(map(self.bends, range(len(self.model.attributes)))):
            refits = None if head.refits is None else head.refits.mapped(lambda tensor: self.sign * tensor)
            return LinearHead(self.sign * head.weights, self.sign * (head.bias - self.zeros(head.bias)), refits)
        rows = {number: self.row(head.linear_row(number), number) for number in range(len(self.model.attributes))}
        linear = {number: row for number, row in rows.items() if row is not None}
        return FunctionHead(lambda activations: self.values(head(activations)), linear=linear, copies=False)

    def run(self, model: AttributeModel, x: Float[Tensor, "b 3 h w"], gradients: str) -> Pass:
        """A pass by the model's own way, of the outputs that are wanted."""
        chosen = self.of(model.attributes)
        if chosen.model.runner is None:
            raise ModelError(f"{self.model.name}: has no way to a pass.")
        taken = chosen.model.runner(chosen.model, x, gradients)
        result = chosen.chained(HeadOutputs(taken.raw, taken.gradient_sums, taken.gradients))
        return replace(taken, model=model, raw=result.raw, gradient_sums=result.gradient_sums, gradients=result.gradients)

    def of(self, names: Sequence[str]) -> "_Outputs":
        """Of some of the outputs."""
        zero = {name: value for name, value in self.target.zero.items() if name in names}
        return _Outputs(select(self.model, names), replace(self.target, zero=zero))


@dataclass(frozen=True, slots=True, eq=False)
class _TargetHead(NetworkHead):
    """A target of a hooked network's outputs."""

    inner: NetworkHead
    made: _Outputs

    def evaluate(self, x: Float[Tensor, "b 3 h w"], gradients: str = "none") -> tuple[Activations, HeadOutputs]:
        activations, result = self.inner.evaluate(x, gradients)
        return activations, self.made.chained(result)

    def trace(self, x: Float[Tensor, "b 3 h w"]) -> tuple[Activations, Traced] | None:
        traced = self.inner.trace(x)
        if traced is None:
            return None
        with torch.enable_grad():
            return traced[0], replace(traced[1], raw=self.made.values(traced[1].raw))

    def outputs(self, x: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b a"]:
        return self.made.values(self.inner.outputs(x))

    def outputs_at(self, x: Float[Tensor, "b 3 h w"], activations: Activations) -> Float[Tensor, "b a"]:
        return self.made.values(self.inner.outputs_at(x, activations))

    def linear_row(self, row: int) -> LinearRow | None:
        return self.made.row(self.inner.linear_row(row), row)

    @property
    def in_series(self) -> bool:
        return self.inner.in_series

    def at(self, number: int) -> "_TargetHead":
        return replace(self, inner=self.inner.at(number))

    def select(self, rows: Sequence[int]) -> "_TargetHead":
        names = [self.made.model.attributes[row] for row in rows]
        return _TargetHead(self.inner.select(rows), self.made.of(names))

    def to(self, device: str) -> "_TargetHead":
        return replace(self, inner=self.inner.to(device))
