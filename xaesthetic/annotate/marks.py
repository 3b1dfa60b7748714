"""Marks: what one annotator said of one attribute of one photograph, as exports and agreement read it."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Connection, and_, func, select

from xaesthetic.annotate.runs import Packed
from xaesthetic.annotate.tables import ANNOTATORS, MASKS, SAVES, STUDIES, TASKS
from xaesthetic.core.sides import SIDES
from xaesthetic.core.types import Mask

_STATUS: Mapping[str, Literal["finished", "skipped"]] = {"finish": "finished", "skip": "skipped"}


class Masks(Mapping[str, Mask | None]):
    """The masks of both signs, decoded when they are read."""

    def __init__(self, packed: Mapping[str, Packed | None]) -> None:
        self.packed = packed

    def __getitem__(self, sign: str) -> Mask | None:
        packed = self.packed[sign]
        return None if packed is None else packed.mask

    def __iter__(self) -> Iterator[str]:
        return iter(self.packed)

    def __len__(self) -> int:
        return len(self.packed)


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """One task that was begun, as its last save left it."""

    annotator: str
    photograph: int
    attribute: str
    kind: str
    of: int | None
    """The position of the task that it repeats."""
    position: int
    block: int
    status: Literal["finished", "skipped", "begun"]
    reason: str
    rating: float
    overall: float
    extent: Mapping[str, str]
    masks: Masks = field(repr=False)
    expected: Packed | None = field(repr=False)
    """The region that a catch or practice task expects; `expected.mask` decodes it."""
    expected_sign: str | None
    order: str
    seconds: float
    started: str
    finished: str
    viewport: tuple[int, int]
    zoom: float
    saves: int


def iterate(connection: Connection) -> Iterator[Mark]:
    """All marks, by annotator and position."""
    order = connection.execute(select(STUDIES.c.order)).scalar() or ""
    last = (
        select(SAVES.c.task, func.max(SAVES.c.version).label("version"), func.min(SAVES.c.at).label("started"))
        .group_by(SAVES.c.task)
        .subquery()
    )
    first, raises, lowers, expected = TASKS.alias(), MASKS.alias(), MASKS.alias(), MASKS.alias()
    packed = [column.label(f"{name}_{column.name}") for name, table in
              zip(("raises", "lowers", "expected"), (raises, lowers, expected), strict=True)
              for column in (table.c.height, table.c.width, table.c.runs)]  # fmt: skip
    query = (
        select(ANNOTATORS.c.pseudonym, TASKS, first.c.position.label("first"), last.c.started, SAVES, *packed)
        .join_from(TASKS, ANNOTATORS, ANNOTATORS.c.number == TASKS.c.annotator)
        .join(last, last.c.task == TASKS.c.id)
        .join(SAVES, and_(SAVES.c.task == TASKS.c.id, SAVES.c.version == last.c.version))
        .outerjoin(first, first.c.id == TASKS.c.of)
        .outerjoin(raises, raises.c.sha256 == SAVES.c.raises_sha256)
        .outerjoin(lowers, lowers.c.sha256 == SAVES.c.lowers_sha256)
        .outerjoin(expected, expected.c.sha256 == TASKS.c.expected_sha256)
        .order_by(TASKS.c.annotator, TASKS.c.position)
    )
    with connection.execute(query, execution_options={"yield_per": 200}) as rows:  # closed, though it is not read to its end
        for row in rows:
            yield _mark(row._mapping, order)


def _mark(row: Mapping[Any, Any], order: str) -> Mark:
    state = json.loads(row["state"])
    ended = _STATUS.get(row[SAVES.c.kind])
    width, height = json.loads(row["viewport"])
    return Mark(
        annotator=row["pseudonym"],
        photograph=row["photograph"],
        attribute=row["attribute"],
        kind=row[TASKS.c.kind],
        of=row["first"],
        position=row["position"],
        block=row["block"],
        status=ended or "begun",
        reason=state["reason"],
        rating=_number(state["rating"]),
        overall=_number(state["overall"]),
        extent=state["extent"],
        masks=Masks({sign: _packed(row, sign) for sign in SIDES}),
        expected=_packed(row, "expected"),
        expected_sign=row["expected_sign"],
        order=order,
        seconds=row["seconds"],
        started=row["started"],
        finished=row["at"] if ended else "",
        viewport=(width, height),
        zoom=row["zoom"],
        saves=row["version"],
    )


def _number(value: float | int | None) -> float:
    return math.nan if value is None else float(value)


def _packed(row: Mapping[Any, Any], name: str) -> Packed | None:
    if row[f"{name}_runs"] is None:
        return None
    return Packed(row[f"{name}_height"], row[f"{name}_width"], row[f"{name}_runs"])
