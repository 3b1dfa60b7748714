"""Masks in the store: by the sha256 of what they hold, so that one that comes twice is kept once."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from xaesthetic.annotate.runs import Packed
from xaesthetic.annotate.tables import MASKS


def add_mask(connection: Connection, mask: Packed) -> str:
    """Keep a mask, and return its sha256."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    key = mask.sha256
    row = {"sha256": key, "height": mask.height, "width": mask.width, "runs": mask.runs}
    connection.execute(insert(MASKS).values(row).on_conflict_do_nothing())
    return key


def load_masks(connection: Connection, keys: Iterable[str | None]) -> Mapping[str | None, Packed]:
    """Return masks by their sha256."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    rows = connection.execute(select(MASKS).where(MASKS.c.sha256.in_(wanted)))
    return {row.sha256: Packed(row.height, row.width, row.runs) for row in rows}
