"""Refits of a linear head: the same head fitted to other halves of its photographs, kept as one small matrix.

A map is linear in the head, so the maps of all refits come from the activations that are there already. Refits 2i and
2i + 1 are from disjoint halves of the training list. How alike their maps are says how well the ratings determine a map.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError

if TYPE_CHECKING:
    from xaesthetic.models.model import AttributeModel, Pass

WEIGHT, BIAS = "refits.weight", "refits.bias"
"""What the tensors are called in a file."""


@dataclass(frozen=True, slots=True, eq=False)
class Refits:
    """The weights and biases of refits of one linear head."""

    weights: Float[Tensor, "r a k"]
    bias: Float[Tensor, "r a"]

    def mapped(self, change: Callable[[Tensor], Tensor]) -> "Refits":
        """Return the refits with both tensors changed alike."""
        return Refits(change(self.weights), change(self.bias))

    def select(self, rows: Sequence[int]) -> "Refits":
        """Return those of some outputs, in this order."""
        return self.mapped(lambda tensor: tensor[:, list(rows)])


def take_refits(tensors: Mapping[str, Tensor], head: Float[Tensor, "a k"], where: str) -> Refits | None:
    """Return the refits among a file's tensors; None where it has none.

    Parameters
    ----------
    tensors
        Of the file.
    head
        The weights that they are refits of.
    where
        The file, for an error.

    Raises
    ------
    ModelError
        If one of the two tensors is missing, or they do not fit the head or come in no pairs.
    """
    weights, bias = tensors.get(WEIGHT), tensors.get(BIAS)
    if weights is None and bias is None:
        return None
    shapes = ["missing" if part is None else str(tuple(part.shape)) for part in (weights, bias)]
    wanted = f"(2s, {head.shape[0]}, {head.shape[1]}) and (2s, {head.shape[0]})"
    if weights is None or bias is None or weights.ndim != 3 or weights.shape[1:] != head.shape:
        raise ModelError(
            f"{where}: its {WEIGHT} and {BIAS} are {' and '.join(shapes)}; {wanted} were wanted, train it again."
        )
    if bias.shape != weights.shape[:2] or len(weights) % 2 or not len(weights):
        raise ModelError(
            f"{where}: its {WEIGHT} and {BIAS} are {' and '.join(shapes)}; {wanted} were wanted, train it again."
        )
    return Refits(weights.float(), bias.float())


def refit_pass(taken: "Pass") -> "Pass":
    """Return the pass of a model whose outputs are all refits of all attributes, refit by refit.

    Parameters
    ----------
    taken
        Of a model whose head is linear and has refits; the network does not run again.

    Raises
    ------
    ModelError
        If it has none.
    """
    from xaesthetic.models.heads import LinearHead

    refits = find_refits(taken.model)
    if refits is None:
        raise ModelError(f"{taken.model.name}: has no refits; train it again to have some.")
    head = LinearHead(refits.weights.flatten(0, 1), refits.bias.flatten())
    names = refit_names(taken.model.attributes, len(refits.bias))
    stacked = replace(taken.model, attributes=names, head=head, links=(), described=())
    with torch.no_grad():
        raw = head(taken.activations)
    return replace(taken, model=stacked, raw=raw, gradient_sums=None, gradients=None)


def find_refits(model: "AttributeModel") -> Refits | None:
    """Return a model's refits; None where it has none."""
    refits: Refits | None = getattr(model.head, "refits", None)
    return refits


def refit_names(attributes: Sequence[str], refits: int) -> tuple[str, ...]:
    """Return what the outputs of all refits are called, refit by refit.

    Examples
    --------
    >>> refit_names(["light", "color"], 2)
    ('0 light', '0 color', '1 light', '1 color')
    """
    return tuple(f"{number} {name}" for number in range(refits) for name in attributes)
