"""How far a study has come, by annotator and by photograph."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, distinct, func, select

from xaesthetic.annotate.tables import ANNOTATORS, CONSENTS, INVITATIONS, PHOTOGRAPHS, SAVES, TASKS
from xaesthetic.annotate.tasks import ENDS


def by_annotator(connection: Connection) -> list[dict[str, Any]]:
    """For every annotator: invited, consented, tasks done and in all, and the day of the last save."""
    total = dict(_pairs(connection, select(TASKS.c.annotator, func.count()).group_by(TASKS.c.annotator)))
    saves = select(
        TASKS.c.annotator, func.count(distinct(TASKS.c.id)).filter(SAVES.c.kind.in_(ENDS)), func.max(SAVES.c.at)
    ).join(SAVES, SAVES.c.task == TASKS.c.id)
    done = {row[0]: (row[1], row[2]) for row in connection.execute(saves.group_by(TASKS.c.annotator))}
    open_ones = select(INVITATIONS.c.annotator).distinct().where(INVITATIONS.c.withdrawn_at.is_(None))
    invited = set(connection.execute(open_ones).scalars())
    consented = set(connection.execute(select(CONSENTS.c.annotator)).scalars())
    people = connection.execute(select(ANNOTATORS).where(ANNOTATORS.c.role == "annotator").order_by(ANNOTATORS.c.number))
    return [
        {
            "pseudonym": row.pseudonym,
            "invited": row.number in invited,
            "consented": row.number in consented,
            "done": done.get(row.number, (0, ""))[0],
            "total": total.get(row.number, 0),
            "last": done.get(row.number, (0, ""))[1][:10],
        }
        for row in people
    ]


def by_photograph(connection: Connection) -> list[dict[str, Any]]:
    """For every photograph of the study and attribute: by how many people it is done, and is to be."""
    over = select(SAVES.c.id).where((SAVES.c.task == TASKS.c.id) & (SAVES.c.kind == "finish")).exists()
    query = (
        select(
            PHOTOGRAPHS.c.number,
            PHOTOGRAPHS.c.name,
            TASKS.c.attribute,
            func.count().filter(over).label("done"),
            func.count().label("wanted"),
        )
        .join(TASKS, TASKS.c.photograph == PHOTOGRAPHS.c.number)
        .where(TASKS.c.kind == "task")
        .group_by(PHOTOGRAPHS.c.number, PHOTOGRAPHS.c.name, TASKS.c.attribute)
        .order_by(PHOTOGRAPHS.c.number, TASKS.c.attribute)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def _pairs(connection: Connection, query: Any) -> Sequence[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in connection.execute(query)]
