"""What agreement reads of a study: one row a task, from the store or from elsewhere, grouped by what was asked about."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool

from xaesthetic.core.errors import DataError
from xaesthetic.core.sides import SIDES
from xaesthetic.core.types import Mask

Masks = Bool[np.ndarray, "_r _h _w"]


@runtime_checkable
class Region(Protocol):
    """Something that holds a mask, perhaps packed."""

    @property
    def mask(self) -> Mask:
        """Where it is."""


@runtime_checkable
class Marking(Protocol):
    """What one annotator said in one task; `xaesthetic.annotate.marks.Mark` is one."""

    @property
    def annotator(self) -> str:
        """Their pseudonym."""

    @property
    def photograph(self) -> int:
        """Its number."""

    @property
    def attribute(self) -> str:
        """Its name."""

    @property
    def kind(self) -> str:
        """`practice`, `task`, `repeat` or `catch`."""

    @property
    def of(self) -> int | None:
        """The position of what a repeat repeats."""

    @property
    def position(self) -> int:
        """The place in what this annotator was shown."""

    @property
    def status(self) -> str:
        """`finished`, `skipped` or `begun`."""

    @property
    def rating(self) -> float:
        """Of the attribute; nan where there is none."""

    @property
    def overall(self) -> float:
        """The overall score; nan where there is none."""

    @property
    def extent(self) -> Mapping[str, str]:
        """By sign: `region`, `nowhere`, `everywhere`, or empty."""

    @property
    def masks(self) -> Mapping[str, Mask | None]:
        """By sign; None where nothing is marked."""

    @property
    def expected(self) -> Region | None:
        """What should be marked in practice and catch trials."""

    @property
    def expected_sign(self) -> str | None:
        """With which sign."""

    @property
    def seconds(self) -> float:
        """How long it took; nan where that is not known."""


@dataclass(frozen=True, slots=True, eq=False)
class KnownRegion:
    """A region as it is."""

    mask: Mask


@dataclass(frozen=True, slots=True, eq=False)
class StudyMark:
    """A marking that comes from elsewhere than the store: an export, an import, a simulation."""

    annotator: str
    photograph: int
    attribute: str
    position: int
    masks: Mapping[str, Mask | None] = field(default_factory=dict)
    extent: Mapping[str, str] = field(default_factory=dict)
    rating: float = float("nan")
    overall: float = float("nan")
    kind: str = "task"
    of: int | None = None
    status: Literal["finished", "skipped", "begun"] = "finished"
    expected: KnownRegion | None = None
    expected_sign: str | None = None
    seconds: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """What everybody said of one sign of one attribute of one photograph."""

    photograph: int
    attribute: str
    sign: str
    finished: tuple[Marking, ...]
    skipped: int

    def said(self, extent: str) -> list[Marking]:
        """Those who chose this extent."""
        return [mark for mark in self.finished if extent_of(mark, self.sign) == extent]

    def regions(self) -> tuple[list[Marking], Masks]:
        """Return those who marked a region, and their regions.

        Raises
        ------
        DataError
            If regions of one photograph have several sizes.
        """
        people, masks = [], []
        for mark in self.said("region"):
            mask = mark.masks[self.sign]
            if mask is not None:
                people.append(mark)
                masks.append(mask)
        sizes = {mask.shape for mask in masks}
        if len(sizes) > 1:
            raise DataError(
                f"photograph {self.photograph}, {self.attribute}: regions of {' and '.join(map(str, sorted(sizes)))} "
                "(height, width); those of one photograph must have one size. Import them again at that of the photograph."
            )
        return people, np.stack(masks) if masks else np.zeros((0, 1, 1), bool)


def extent_of(mark: Marking, sign: str) -> str:
    """What was said of a sign; `nowhere` or `region` by the mask where nothing was said: an empty one is no region."""
    said = mark.extent.get(sign, "")
    mask = mark.masks.get(sign)
    if said in ("nowhere", "everywhere"):
        return said
    if mask is None or not mask.any():
        return "nowhere" if said == "region" or sign in mark.masks else ""
    return "everywhere" if mask.all() else "region"


def cells(marks: Iterable[Marking], without: Collection[str] = ()) -> Iterator[Cell]:
    """Group tasks (no practice, repeats or catch trials) by photograph, attribute and sign, in order.

    Parameters
    ----------
    marks
        Of a study; those only begun do not count.
    without
        Annotators to leave out.
    """
    groups: dict[tuple[int, str], list[Marking]] = {}
    for mark in marks:
        if mark.kind == "task" and mark.status != "begun" and mark.annotator not in without:
            groups.setdefault((mark.photograph, mark.attribute), []).append(mark)
    for (photograph, attribute), group in sorted(groups.items(), key=lambda item: item[0]):
        finished = tuple(mark for mark in group if mark.status == "finished")
        for sign in SIDES:
            yield Cell(photograph, attribute, sign, finished, len(group) - len(finished))
