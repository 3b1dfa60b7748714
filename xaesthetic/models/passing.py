"""A pass through a network: activations, raw outputs and the gradients wanted, of one batch."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from xaesthetic.models.pooling import Activations, area_pool

if TYPE_CHECKING:
    from xaesthetic.models.model import AttributeModel


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """One batch's way through a network: all that a method needs to know. Plain tensors; methods leave them as they are."""

    model: "AttributeModel"
    x: Float[Tensor, "b 3 h w"]
    activations: Activations
    """At the target layers."""
    raw: Float[Tensor, "b a"]
    """What maps explain."""
    gradient_sums: tuple[Float[Tensor, "b a _k"], ...] | None = None
    """Each output's gradient at each layer, summed over the layer's grid; None where it was not asked for."""
    gradients: tuple[Float[Tensor, "b a _k _i _j"], ...] | None = None
    """Each output's gradient at each layer; None where it was not asked for."""
    kept: dict[tuple[int, tuple[int, ...]], tuple[Tensor, Tensor]] = field(default_factory=dict, repr=False)
    """Layers and what they are pooled to: several methods want the same."""

    @property
    def grid(self) -> tuple[int, int]:
        """The rows and columns of the last layer: those of maps."""
        rows, columns = self.activations[-1].shape[2:]
        return rows, columns

    def pooled(self, number: int) -> Float[Tensor, "b _k _i _j"]:
        """Return a layer's activations averaged down to the last layer's grid; computed when it is first asked for."""
        layer = self.activations[number]
        key = id(layer), self.grid
        if key not in self.kept:
            self.kept[key] = layer, area_pool(layer, self.grid)
        return self.kept[key][1]
