"""Backups of a study: one archive with the question, the prepared copies and every row, which either database restores.

A backup is a ZIP of `study.json`, `photographs/`, a file of JSON lines for every table, and `manifest.json` with their sums.
Invitations and sessions are not in it, nor is the key file: whoever restores a study invites people anew.
"""

import base64
import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, func, insert, select

from xaesthetic.annotate import photographs
from xaesthetic.annotate.clock import now
from xaesthetic.annotate.events import add_event
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.study import FILE, Study, read_study
from xaesthetic.annotate.tables import COPIES, FORGETTING, INVITATIONS, METADATA, SESSIONS
from xaesthetic.core.documents import parse_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import atomic_write, printable, writing

SCHEMA = 1
_MANIFEST = "manifest.json"
_TABLES = tuple(table for table in METADATA.sorted_tables if table not in (INVITATIONS, SESSIONS, FORGETTING, COPIES))
_LARGEST = 1 << 32
"""Bytes that one file of a backup may unpack to."""
_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself."""

    schema: int
    study: str
    made: str
    files: dict[str, str]
    """The sha256 of every other file in it."""


def back_up(store: Store, study: Study, folder: Path, out: Path) -> Path:
    """Write a backup, as of one moment, while the study goes on.

    Parameters
    ----------
    store, study, folder
        The study.
    out
        The archive; one that is there is replaced.

    Returns
    -------
    The archive.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    with store.reading() as connection:
        _write(connection, study, folder, out)
    store.add_copy("backup", out.absolute())
    return out


def _write(connection: Connection, study: Study, folder: Path, out: Path) -> None:
    sums: dict[str, str] = {}
    with (
        writing(out),
        atomic_write(out) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        _add(archive, sums, FILE, (folder / FILE).read_bytes())
        for file in sorted((folder / photographs.FOLDER).iterdir()):
            if not file.name.startswith("."):
                _add(archive, sums, f"{photographs.FOLDER}/{file.name}", file.read_bytes())
        for table in _TABLES:
            _add(archive, sums, f"tables/{table.name}.jsonl", "".join(_lines(connection, table)).encode())
        manifest = Manifest(SCHEMA, study.id, now(), sums)
        archive.writestr(_MANIFEST, json.dumps(asdict(manifest), indent=1))


def _add(archive: zipfile.ZipFile, sums: dict[str, str], name: str, content: bytes) -> None:
    sums[name] = hashlib.sha256(content).hexdigest()
    archive.writestr(name, content)


def _lines(connection: Connection, table: Table) -> Iterator[str]:
    order = list(table.primary_key.columns)
    for row in connection.execution_options(yield_per=_ROWS).execute(select(table).order_by(*order)).mappings():
        yield json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def restore(archive: Path, folder: Path, url: str = "") -> Study:
    """Make a study anew from its backup.

    Parameters
    ----------
    archive
        The backup.
    folder
        A new folder for the study.
    url
        An empty database; study.sqlite in the folder where empty.

    Returns
    -------
    The study.

    Raises
    ------
    DataError
        If the archive is no backup or damaged, the folder is not empty, or the database is not.
    """
    if folder.exists() and any(folder.iterdir()):
        raise DataError(f"{printable(folder)}: is not empty; name a new folder for the study.")
    try:
        with zipfile.ZipFile(archive) as opened:
            contents = _verified(opened, archive)
            _unpack(contents, opened, folder)
    except (OSError, zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError) as error:
        raise DataError(f"{printable(archive)}: cannot be read as a backup ({error}).") from error
    study = read_study(folder)
    store = Store(url or f"sqlite:///{(folder / 'study.sqlite').absolute()}")
    try:
        with zipfile.ZipFile(archive) as opened, store.writing() as connection:
            _fill(connection, opened, archive)
    except BaseException:
        store.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    store.close()
    return study


def _verified(opened: zipfile.ZipFile, archive: Path) -> Mapping[str, str]:
    """Return the sums of a backup's files, each of which is as it was written."""
    where = printable(archive)
    manifest: Manifest = parse_json(opened.read(_MANIFEST), f"{where}: {_MANIFEST}", Manifest)
    if manifest.schema != SCHEMA:
        raise DataError(f"{where}: is of version {manifest.schema}, this program reads {SCHEMA}.")
    for name, wanted in manifest.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or opened.getinfo(name).file_size > _LARGEST:
            raise DataError(f"{where}: {name!r} is no file of a backup.")
        if hashlib.sha256(opened.read(name)).hexdigest() != wanted:
            raise DataError(f"{where}: {name} is not as it was written; the backup is damaged.")
    missing = {FILE, *(f"tables/{table.name}.jsonl" for table in _TABLES)} - manifest.files.keys()
    if missing:
        raise DataError(f"{where}: has no {sorted(missing)[0]}; it is no backup of a study.")
    return manifest.files


def _unpack(contents: Mapping[str, str], opened: zipfile.ZipFile, folder: Path) -> None:
    (folder / photographs.FOLDER).mkdir(parents=True)
    for name in contents:
        parts = PurePosixPath(name).parts
        if name == FILE or (len(parts) == 2 and parts[0] == photographs.FOLDER):
            (folder / name).write_bytes(opened.read(name))


def _fill(connection: Connection, opened: zipfile.ZipFile, archive: Path) -> None:
    first = _TABLES[0]
    if connection.execute(select(func.count()).select_from(first)).scalar():
        raise DataError("--database: holds a study already; an empty one was wanted.")
    for table in _TABLES:
        lines = opened.read(f"tables/{table.name}.jsonl").decode().splitlines()
        rows = [_row(table, json.loads(line), archive) for line in lines]
        for start in range(0, len(rows), _ROWS):
            connection.execute(insert(table), rows[start : start + _ROWS])
        _advance(connection, table)
    add_event(connection, "restored")


def _row(table: Table, values: dict[str, Any], archive: Path) -> dict[str, Any]:
    if values.keys() != set(table.columns.keys()):
        raise DataError(f"{printable(archive)}: a row of {table.name} has other columns than this program's.")
    blobs = [column.name for column in table.columns if isinstance(column.type, LargeBinary)]
    return values | {name: base64.b64decode(values[name]) for name in blobs}


def _advance(connection: Connection, table: Table) -> None:
    """Have PostgreSQL number new rows after those that are there; SQLite does by itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.c or table.c.id.type.python_type is not int:
        return
    last = select(func.coalesce(func.max(table.c.id), 1)).scalar_subquery()
    connection.execute(select(func.setval(func.pg_get_serial_sequence(table.name, "id"), last)))
