"""The store of a study: a database that keeps every save that it has acknowledged."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, delete, select

from xaesthetic.annotate import marks, saves
from xaesthetic.annotate.clock import now
from xaesthetic.annotate.database import Database
from xaesthetic.annotate.masks import load_masks
from xaesthetic.annotate.tables import COPIES, FORGETTING, MASKS
from xaesthetic.annotate.upgrade import upgrade


class Store:
    """A study's database, brought to the newest tables when it is opened.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://…``.

    Raises
    ------
    DataError
        If it cannot be opened, or a newer version of xaesthetic made it.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        try:
            with self.writing() as connection:
                upgrade(connection)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that reads; what it changes is not kept."""
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a transaction that is kept as a whole, or not at all."""
        with self.database.writing() as connection:
            yield connection

    @contextmanager
    def forgetting(self, annotator: int) -> Iterator[Connection]:
        """Give a connection in a transaction that may change and delete what is append-only otherwise."""
        with self.writing() as connection:
            connection.execute(FORGETTING.insert().values(annotator=annotator))
            yield connection
            connection.execute(delete(FORGETTING))

    def marks(self) -> Iterator[marks.Mark]:
        """All tasks that were begun, by annotator and position, as their last saves left them."""
        with self.reading() as connection:
            yield from marks.iterate(connection)

    def verify(self) -> list[str]:
        """Say what in the store is not as it was saved; empty where all is."""
        with self.reading() as connection:
            broken = saves.find_broken(connection)
            for key in connection.execute(select(MASKS.c.sha256)).scalars().all():
                if load_masks(connection, [key])[key].sha256 != key:
                    broken.append(f"mask {key[:12]}…: is not as it was saved")
        return broken

    def add_copy(self, kind: str, path: Path) -> None:
        """Note a backup or an export, which `forget` has to reach."""
        with self.writing() as connection:
            connection.execute(COPIES.insert().values(kind=kind, path=str(path), made_at=now()))

    def copies(self) -> list[tuple[str, Path]]:
        """The backups and exports that were made: kind and path."""
        with self.reading() as connection:
            return [(row.kind, Path(row.path)) for row in connection.execute(select(COPIES).order_by(COPIES.c.id))]

    def close(self) -> None:
        """Close all connections."""
        self.database.close()
