"""What happened to a study and who took part in it: append-only. Whether it is paused or closed is what was said last."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from xaesthetic.annotate.clock import now
from xaesthetic.annotate.tables import EVENTS


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a study goes on."""

    paused: bool = False
    closed: bool = False
    results: bool = False
    """Whether annotators may see the others' regions, once it is closed."""


_STANDING = (
    select(EVENTS.c.kind, EVENTS.c.detail)
    .where((EVENTS.c.kind == "paused") | (EVENTS.c.kind == "resumed") | (EVENTS.c.kind == "closed"))
    .order_by(EVENTS.c.id)
)


def add_event(
    connection: Connection, kind: str, annotator: int | None = None, detail: Mapping[str, Any] | None = None
) -> None:
    """Note that something happened."""
    values = {"at": now(), "kind": kind, "annotator": annotator, "detail": json.dumps(detail or {}, sort_keys=True)}
    connection.execute(EVENTS.insert().values(values))


def standing(connection: Connection) -> Standing:
    """Whether the study is paused or closed."""
    rows = connection.execute(_STANDING)
    paused, closed, results = False, False, False
    for kind, detail in rows:
        if kind == "closed":
            closed, results = True, bool(json.loads(detail).get("results"))
        else:
            paused = kind == "paused"
    return Standing(paused, closed, results)
