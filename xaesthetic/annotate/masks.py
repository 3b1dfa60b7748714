"""Masks in the store: by the sha256 of what they hold, so that one that comes twice is kept once."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, Executable, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from xaesthetic.annotate.runs import Packed
from xaesthetic.annotate.tables import MASKS

_INSERT: Mapping[str, Executable] = {
    "postgresql": postgresql.insert(MASKS).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(MASKS).on_conflict_do_nothing(),
}
_SELECT = select(MASKS).where(MASKS.c.sha256.in_(bindparam("keys", expanding=True)))


def add_mask(connection: Connection, mask: Packed) -> str:
    """Keep a mask, and return its sha256."""
    key = mask.sha256
    row = {"sha256": key, "height": mask.height, "width": mask.width, "runs": mask.runs}
    connection.execute(_INSERT[connection.dialect.name], row)
    return key


def load_masks(connection: Connection, keys: Iterable[str | None]) -> Mapping[str | None, Packed]:
    """Return masks by their sha256."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    rows = connection.execute(_SELECT, {"keys": sorted(wanted)})
    return {row.sha256: Packed(row.height, row.width, row.runs) for row in rows}
