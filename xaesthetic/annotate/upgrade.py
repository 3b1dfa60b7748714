"""Brings a database to the newest tables; does nothing where it has them."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from xaesthetic.annotate.tables import METADATA
from xaesthetic.core.errors import DataError

_FOLDER = Path(__file__).with_name("migrations")
_LOCK = 0x78616E6E  # of PostgreSQL's advisory locks, this one is ours


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the revisions that a database has not seen, in the transaction of the connection.

    Parameters
    ----------
    connection
        In a transaction that may write.
    to
        A revision, or the newest one.

    Raises
    ------
    DataError
        If a newer version of xaesthetic made the database, or it cannot be changed.
    """
    script = ScriptDirectory(str(_FOLDER), version_locations=[str(_FOLDER)])
    if connection.dialect.name == "postgresql":  # of two that start at once, one waits
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    known = {revision.revision for revision in script.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise DataError(f"the database is of revision {current}; a newer xaesthetic made it: install that one.")
    try:
        with EnvironmentContext(Config(), script, fn=lambda seen, _: script._upgrade_revs(to, seen)) as environment:
            environment.configure(connection=connection, target_metadata=METADATA, transactional_ddl=True)
            environment.run_migrations()
    except SQLAlchemyError as error:
        raise DataError(f"the database cannot be brought to the newest tables ({_line(error)}).") from error


def _line(error: SQLAlchemyError) -> str:
    return " ".join(str(getattr(error, "orig", None) or error).split())[:300]
