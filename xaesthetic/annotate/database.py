"""The database behind a store: SQLite or PostgreSQL. What a transaction has acknowledged is on the disk."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from xaesthetic.core.errors import DataError
from xaesthetic.core.extras import need

CONNECTIONS = 8
"""At once; the server has as many threads."""
_WAIT = 30  # seconds for a lock or a connection


class UnreachableError(DataError):
    """A database that does not answer, or not in time."""


class Database:
    """An engine that opens transactions.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://…``.

    Raises
    ------
    DataError
        If the address is none, or of another kind of database.
    """

    def __init__(self, url: str) -> None:
        address = parse(url)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self.engine = _sqlite(address) if self.is_sqlite else _postgresql(address)
        # SQLite has one writer: those of this process wait in turn, not by trying again
        self._turn: AbstractContextManager[Any] = Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection in a transaction of which nothing is kept."""
        with _reachable(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is kept as a whole, or not at all; no other writes meanwhile in SQLite."""
        with (
            self._turn,
            _reachable(),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def parse(url: str) -> URL:
    """Parse the address of a database; PostgreSQL is spoken to by psycopg."""
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DataError("--database: is no address; sqlite:///FILE or postgresql://USER@HOST/NAME was wanted.") from error
    kind = address.get_backend_name()
    if kind == "postgresql":
        need("psycopg", extra="postgres", purpose="a study in PostgreSQL")
        return address.set(drivername="postgresql+psycopg")
    if kind != "sqlite" or not address.database or address.database == ":memory:":
        raise DataError(f"--database: is of {kind!r}; sqlite:///FILE or postgresql://USER@HOST/NAME was wanted.")
    return address.set(drivername="sqlite+pysqlite")


def without_password(url: str) -> str:
    """Return an address as it may be kept in a file."""
    return make_url(url).set(password=None).render_as_string(hide_password=False)


def _postgresql(address: URL) -> Engine:
    return create_engine(address, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=_WAIT, pool_pre_ping=True)


def _sqlite(address: URL) -> Engine:
    folder = Path(str(address.database)).parent
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder for the database.")
    engine = create_engine(address, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=_WAIT)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, record: object) -> None:
    """What SQLite is set to: a commit is on the disk when it returns, and readers never wait for a writer."""
    del record
    connection.isolation_level = None  # transactions are begun by `_begin`, not by the driver
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_WAIT * 1000}"):
        connection.execute(f"PRAGMA {setting}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        reason = " ".join(str(error.orig).split())[:300]
        raise UnreachableError(f"the database cannot be used ({reason}).") from error
