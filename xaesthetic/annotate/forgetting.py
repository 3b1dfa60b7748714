"""Forgets an annotator: their marks leave the study, every backup and export that the tool knows, and the key file.

That overrides what is append-only otherwise. What is left is an event without a name, so that the number of people who
withdrew can be reported.
"""

import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, func, select, text, union, update

from xaesthetic.annotate import keys
from xaesthetic.annotate.backup import back_up
from xaesthetic.annotate.events import FORGOTTEN, add_event
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.study import Study
from xaesthetic.annotate.tables import (
    ANNOTATORS,
    CONSENTS,
    COPIES,
    EVENTS,
    INVITATIONS,
    MASKS,
    SAVES,
    SESSIONS,
    SITTINGS,
    TASKS,
)  # fmt: skip
from xaesthetic.core.errors import DataError, unknown
from xaesthetic.run.stale import mark_stale


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done."""

    saves: int
    """How many left the study."""
    rewritten: tuple[Path, ...]
    """Backups and exports that are written anew without them."""
    missing: tuple[Path, ...]
    """Backups and exports that are not where they were: whoever moved them has to remove the person from them."""
    stale: tuple[Path, ...]
    """Runs whose annotations are an export that has changed."""


Export = Callable[[Store, Study, Path, Path], object]
"""Writes an export anew: store, study, the study's folder, the export's."""


def forget(
    store: Store, study: Study, folder: Path, pseudonym: str, export: Export, key_file: Path | None = None,
    runs: Sequence[Path] = (),
) -> Forgotten:  # fmt: skip
    """Take a person out of a study and its copies.

    Parameters
    ----------
    store, study, folder
        The study.
    pseudonym
        Whom.
    export
        Writes an export anew.
    key_file
        Where the keys lie; in the folder where None.
    runs
        Folders in which runs lie, or runs: those whose annotations are an export of this study are marked stale.

    Raises
    ------
    DataError
        If there is no such annotator.
    """
    number = _find(store, pseudonym)
    with store.forgetting(number) as connection:
        saves = _delete(connection, number)
        add_event(connection, FORGOTTEN, detail={"saves": saves})
    _vacuum(store)
    file = key_file or folder / keys.FILE
    if file.exists():
        keys.write_keys(file, [key for key in keys.read_keys(file) if key.pseudonym != pseudonym])
    rewritten, missing = _rewrite(store, study, folder, export)
    exports = {path for kind, path in store.copies() if kind == "export"}
    stale = [run for place in runs for run in _runs_in(place) if _is_built_on(run, exports)]
    for run in stale:
        mark_stale(run, "an annotator's marks were taken out of its annotations at their wish")
    return Forgotten(saves, rewritten, missing, tuple(stale))


def _find(store: Store, pseudonym: str) -> int:
    with store.reading() as connection:
        rows = connection.execute(select(ANNOTATORS).where(ANNOTATORS.c.role == "annotator")).all()
    numbers = {row.pseudonym: row.number for row in rows}
    if pseudonym not in numbers:
        raise DataError(unknown("annotator", pseudonym, numbers, label="There are"))
    return int(numbers[pseudonym])


def _delete(connection: Connection, number: int) -> int:
    """Delete every row of a person, and the masks that only they drew."""
    tasks = select(TASKS.c.id).where(TASKS.c.annotator == number)
    removed = connection.execute(delete(SAVES).where(SAVES.c.task.in_(tasks))).rowcount
    connection.execute(update(TASKS).where(TASKS.c.annotator == number).values(of=None))
    connection.execute(delete(TASKS).where(TASKS.c.annotator == number))
    for table in (EVENTS, SITTINGS, CONSENTS, SESSIONS, INVITATIONS):
        connection.execute(delete(table).where(table.c.annotator == number))
    connection.execute(delete(ANNOTATORS).where(ANNOTATORS.c.number == number))
    columns = (SAVES.c.raises_sha256, SAVES.c.lowers_sha256, TASKS.c.expected_sha256)
    used = union(*(select(column).where(column.is_not(None)) for column in columns))
    connection.execute(delete(MASKS).where(MASKS.c.sha256.not_in(used)))
    return int(removed)


def _vacuum(store: Store) -> None:
    """Have the database give up the pages that held them, and its journal."""
    engine = store.database.engine
    if not store.database.is_sqlite:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM FULL saves, masks, tasks, consents, events"))
        return
    pooled = engine.raw_connection()
    try:
        cursor = pooled.cursor()
        for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
            cursor.execute(statement).fetchall()
        cursor.close()
    finally:
        pooled.close()


def _rewrite(store: Store, study: Study, folder: Path, export: Export) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    rewritten, missing = [], []
    for kind, path in dict.fromkeys(store.copies()):
        if not _is_ours(path, kind, study):
            missing.append(path)
            continue
        if kind == "backup":
            back_up(store, study, folder, path)
        else:
            export(store, study, folder, path)
        rewritten.append(path)
    with store.writing() as connection:  # each copy once
        kept = select(func.min(COPIES.c.id)).group_by(COPIES.c.kind, COPIES.c.path)
        connection.execute(delete(COPIES).where(COPIES.c.id.not_in(kept)))
    return tuple(rewritten), tuple(missing)


def _is_ours(path: Path, kind: str, study: Study) -> bool:
    """Whether a copy is where it was written, and of this study."""
    try:
        if kind == "export":
            return study.id in (path / "export.json").read_text(encoding="utf-8")
        with zipfile.ZipFile(path) as archive:
            return study.id in archive.read("manifest.json").decode()
    except (OSError, KeyError, UnicodeDecodeError, zipfile.BadZipFile):
        return False


def _runs_in(place: Path) -> list[Path]:
    """A run folder itself, or those just below a folder."""
    if (place / "experiment.json").is_file():
        return [place]
    return sorted(file.parent for file in place.glob("*/experiment.json")) if place.is_dir() else []


def _is_built_on(run: Path, exports: set[Path]) -> bool:
    try:
        question = json.loads((run / "experiment.json").read_text(encoding="utf-8")).get("question", {})
    except (OSError, ValueError):
        return False
    root = question.get("root")
    return question.get("data") == "annotations" and isinstance(root, str) and Path(root).absolute() in exports
