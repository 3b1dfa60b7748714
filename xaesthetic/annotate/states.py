"""What the page sends of a task: a save, and the state that it leaves the task in. And the rules that a state is held to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from xaesthetic.annotate.study import Order, StudyAttribute
from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import SIDES

Extent = Literal["", "region", "nowhere", "everywhere"]
MARKING = ("stroke", "undo", "redo", "clear", "extent")
"""Kinds of saves that are about regions."""
Kind = Literal["stroke", "undo", "redo", "clear", "extent", "rating", "overall", "finish", "skip"]
Runs = list[Annotated[int, msgspec.Meta(ge=0, le=1 << 40)]]
_Reason = Annotated[str, msgspec.Meta(max_length=500)]


@dataclass(frozen=True, slots=True)
class Extents:
    """Where the attribute is raised, and where it is lowered, in a word."""

    raises: Extent = ""
    lowers: Extent = ""


@dataclass(frozen=True, slots=True)
class Regions:
    """The two masks as run lengths; None where there is none."""

    raises: Runs | None = None
    lowers: Runs | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A task as it stands."""

    rating: float | None = None
    overall: Annotated[int, msgspec.Meta(ge=1, le=5)] | None = None
    extent: Extents = field(default_factory=Extents)
    masks: Regions = field(default_factory=Regions)
    reason: _Reason = ""
    """Of a skip."""

    @property
    def is_marked(self) -> bool:
        """Whether anything is said of a region."""
        return any(getattr(self.extent, sign) or getattr(self.masks, sign) is not None for sign in SIDES)

    @property
    def has_extents(self) -> bool:
        """Whether both signs are said, and drawn where they are regions."""
        return all(
            getattr(self.extent, sign) and (getattr(self.extent, sign) != "region" or getattr(self.masks, sign) is not None)
            for sign in SIDES
        )

    def is_rated(self, overall: bool) -> bool:
        """Whether the rating, and the overall one where it is wanted, are there."""
        return self.rating is not None and (self.overall is not None or not overall)

    def words(self) -> dict[str, Any]:
        """All but the masks, as it is stored."""
        extent = {sign: getattr(self.extent, sign) for sign in SIDES}
        return {"rating": self.rating, "overall": self.overall, "extent": extent, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Save:
    """One save, as the page sends it."""

    save: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
    version: Annotated[int, msgspec.Meta(ge=0, le=1 << 30)]
    """The version that it follows."""
    kind: Kind
    operation: dict[str, Any]
    state: State
    seconds: Annotated[float, msgspec.Meta(ge=0, le=1e6)]
    viewport: tuple[Annotated[int, msgspec.Meta(ge=0, le=100_000)], Annotated[int, msgspec.Meta(ge=0, le=100_000)]]
    zoom: Annotated[float, msgspec.Meta(gt=0, le=10_000)]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a study asks of a state."""

    attribute: StudyAttribute
    order: Order
    overall: bool


def validate(save: Save, before: State, began_marking: bool, rules: Rules) -> None:
    """Refuse a state that the study's form does not have.

    Parameters
    ----------
    save
        What was sent.
    before
        The state that it follows.
    began_marking
        Whether an earlier save was about regions.
    rules
        The study's.

    Raises
    ------
    DataError
        Says which rule, in a sentence.
    """
    state = save.state
    if state.rating is not None and not rules.attribute.allows(state.rating):
        raise DataError(f"{state.rating:g} is no rating of the scale {rules.attribute.low:g} to {rules.attribute.high:g}.")
    if state.overall is not None and not rules.overall:
        raise DataError("No overall rating is wanted in this study.")
    for sign in SIDES:
        if getattr(state.masks, sign) is not None and getattr(state.extent, sign) != "region":
            raise DataError(f"A mask of what {sign} the attribute goes with the extent 'region'.")
    _validate_order(save, before, began_marking, rules)
    if save.kind == "finish" and not (state.is_rated(rules.overall) and state.has_extents):
        raise DataError(
            "A task is finished when it is rated and both regions are drawn, or said to be nowhere or everywhere."
        )
    if bool(state.reason.strip()) != (save.kind == "skip"):
        raise DataError("A skip has a reason, and nothing else has one.")


def _validate_order(save: Save, before: State, began_marking: bool, rules: Rules) -> None:
    state = save.state
    if rules.order == "mark_first":
        if (state.rating is not None or state.overall is not None) and not state.has_extents:
            raise DataError("Regions come before ratings in this study.")
        return
    if not (state.is_marked or began_marking or save.kind in MARKING):
        return
    if not before.is_rated(rules.overall):
        raise DataError("Ratings come before regions in this study.")
    if (state.rating, state.overall) != (before.rating, before.overall):
        raise DataError("Ratings do not change once regions are being marked.")


def state_of(words: Mapping[str, Any], masks: Regions) -> State:
    """Put a stored state together."""
    return State(words["rating"], words["overall"], Extents(**words["extent"]), masks, words["reason"])
