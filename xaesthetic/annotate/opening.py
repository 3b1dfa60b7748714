"""Opens a study to be served: the database filled, everybody invited, the key file in place."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from xaesthetic.annotate import keys
from xaesthetic.annotate.events import add_event
from xaesthetic.annotate.filling import fill, is_filled
from xaesthetic.annotate.people import ADMIN, digest, invite
from xaesthetic.annotate.server.addresses import Addresses
from xaesthetic.annotate.server.log import FILE as LOG
from xaesthetic.annotate.server.log import RefusalLog
from xaesthetic.annotate.server.service import Measures, Service
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.study import Study
from xaesthetic.annotate.tables import ANNOTATORS, INVITATIONS, PHOTOGRAPHS
from xaesthetic.core.errors import XaestheticWarning
from xaesthetic.core.locks import hold

DATABASE = "study.sqlite"


@dataclass(frozen=True, slots=True)
class Opened:
    """A study that is ready to be served."""

    service: Service
    admin: str
    """The administrator's link, made anew; the one before is not valid any more."""
    links: Mapping[str, str]
    """Of invitations that nobody has used yet, by pseudonym."""


def url_of(study: Study, folder: Path) -> str:
    """The address of a study's database, as far as it is known without a password."""
    return study.database or f"sqlite:///{(folder / DATABASE).absolute()}"


@contextmanager
def opened(
    study: Study,
    folder: Path,
    addresses: Addresses,
    database: str = "",
    key_file: Path | None = None,
    measures: Measures | None = None,
) -> Iterator[Opened]:
    """Open a study, as the only server of its folder.

    Parameters
    ----------
    study
        Its question.
    folder
        Where it lies.
    addresses
        Where the server is reached.
    database
        The URL with its password; that of the question where empty.
    key_file
        Where the keys lie; in the folder where None.
    measures
        What the administrator's page has computed by later rooms.

    Raises
    ------
    DataError
        If another process serves it, or the database is another study's or cannot be used.
    """
    with hold(folder / ".serving", "serving this study", wait=False):
        store = Store(database or url_of(study, folder))
        log = RefusalLog(folder / LOG)
        try:
            file = key_file or folder / (study.keys or keys.FILE)
            admin = _invite_all(store, study, folder, addresses.origin, file)
            files = _files(store, folder)
            service = Service(study, folder, store, addresses, file, log, files, measures or Measures())
            yield Opened(service, admin, _unused(store, file))
        finally:
            log.close()
            store.close()


def _invite_all(store: Store, study: Study, folder: Path, origin: str, file: Path) -> str:
    """Fill an empty database, and invite the administrator anew."""
    with store.writing() as connection:
        if not is_filled(connection, study):
            fill(connection, study, folder)
            keys.write_keys(file, _invitations(connection, origin))
        else:
            if not file.exists():
                warnings.warn(
                    f"{file}: is not there, and so nobody's link is known; renew links on the administrator's page, or say "
                    "where the file is with --keys.",
                    XaestheticWarning,
                    stacklevel=2,
                )
            keys.write_keys(file, keys.move_links(keys.read_keys(file), origin))
        return keys.link(origin, _invite_admin(connection), "/admin")


def _invitations(connection: Connection, origin: str) -> list[keys.Key]:
    people = select(ANNOTATORS).where(ANNOTATORS.c.role == "annotator").order_by(ANNOTATORS.c.number)
    result = []
    for row in connection.execute(people).all():
        result.append(keys.Key(row.pseudonym, "", keys.link(origin, invite(connection, row.number))))
        add_event(connection, "invited", row.number)
    return result


def _invite_admin(connection: Connection) -> str:
    return invite(connection, ADMIN)


def _unused(store: Store, file: Path) -> dict[str, str]:
    unused = INVITATIONS.c.exchanged_at.is_(None) & INVITATIONS.c.withdrawn_at.is_(None)
    with store.reading() as connection:
        tokens = set(connection.execute(select(INVITATIONS.c.token_sha256).where(unused)).scalars())
    links = {key.pseudonym: key.link for key in keys.read_keys(file)}
    return {name: link for name, link in links.items() if digest(link.partition("#")[2]) in tokens}


def _files(store: Store, folder: Path) -> dict[int, Path]:
    with store.reading() as connection:
        return {row.number: folder / row.file for row in connection.execute(select(PHOTOGRAPHS))}
