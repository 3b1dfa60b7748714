"""What a plug-in declares about itself: one decorator per kind, which sets `function.facts` and returns the same function.

    @method(adds_up="mean")
    def my_method(taken):
        ...

This module imports neither torch nor numpy, so that declaring costs nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """What a method's maps are and what they cost."""

    adds_up: str = ""
    """What of a map the raw output is, but for a constant: its `mean` or its `sum`; empty where it is neither."""
    gradients: str = "none"
    """Which gradients of the outputs at the layers it reads from its pass: `none`, `sums` (over the grid) or `full`."""
    passes: int | str = 1
    """Its cost in forward passes for all outputs together, the shared one included: a number or a few words."""
    needs_head: bool = False
    """Whether it calls the model's `features` and `head` again."""


def _declare(facts: MethodFacts) -> Callable[[_Function], _Function]:
    def decorate(function: _Function) -> _Function:
        function.facts = facts  # type: ignore[attr-defined]  # any function takes attributes
        return function

    return decorate


def method(
    *, adds_up: str = "", gradients: str = "none", passes: int | str = 1, needs_head: bool = False
) -> Callable[[_Function], _Function]:
    """Declare what a method's maps are and cost; the parameters are the fields of `MethodFacts`."""
    return _declare(MethodFacts(adds_up, gradients, passes, needs_head))
