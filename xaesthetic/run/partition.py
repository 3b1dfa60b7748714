"""Tables on the disk: one file; above about a million rows a folder of the same name, whose files are read one by one.

pandas and pyarrow read both by the table's path. Beside either stands its sha256, beside a folder with a line for each file.
"""

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xaesthetic.core import files
from xaesthetic.run.schemas import Table
from xaesthetic.run.sums import content_sum, damaged, read_array_sums, sums_file, verify_file

PART_ROWS = 1_000_000
"""Rows from which on a table goes on in another file; a row group more may be in one."""
_NAME = re.compile(r"\d{5}\.parquet")
GROUP_ROWS = 50_000  # of a row group, about: chunks alone would make groups too small to read fast


def is_table(path: Path) -> bool:
    """Whether a table is there, as a file or as a folder."""
    return path.is_file() or path.is_dir()


def table_files(path: Path) -> tuple[Path, ...]:
    """Return the files of a table in order, which `verify_part` verifies; of a folder those that its sums name.

    Raises
    ------
    DataError
        If its sums are missing or damaged.
    """
    if not path.is_dir():
        return (path,)
    names = sorted(read_array_sums(path))
    if not names or not all(map(_NAME.fullmatch, names)):
        raise damaged(path, ValueError(f"{sums_file(path).name}, which should stand beside it, names none of its files"))
    return tuple(path / name for name in names)


def verify_part(path: Path, file: Path, schema: int) -> None:
    """Make sure that one of a table's files has the sha256 that stands beside the table.

    Raises
    ------
    DataError
        If it has not.
    """
    if path == file:
        verify_file(file, schema)
        return
    try:
        same = content_sum(file) in _digests(path).get(f"{path.name}/{file.name}", ())
    except OSError as error:
        raise damaged(file, error) from error
    if not same:
        raise damaged(file, ValueError("its sha256 is not the one that stands beside the folder"))


def _digests(path: Path) -> Mapping[str, set[str]]:
    """The sums beside a table by the names of files: two of one while it is being replaced."""
    digests: dict[str, set[str]] = {}
    with suppress(FileNotFoundError):
        for line in sums_file(path).read_text(encoding="utf-8").splitlines():
            digests.setdefault(line[66:], set()).add(line[:64])
    return digests


class TableWriter:
    """Writes the rows of a table as they come: into one file, or into a folder of several; no more than a group is held."""

    def __init__(self, folder: Path, table: Table, metadata: Mapping[str, str]) -> None:
        """Begin the first file.

        Parameters
        ----------
        folder
            Gets the files.
        table
            Its schema.
        metadata
            Kept in every file.
        """
        self._folder, self._table = folder, table
        self._schema = table.schema().with_metadata(dict(metadata)) if metadata else table.schema()
        self._waiting: list[pa.Table] = []
        self._rows = self._count = 0
        self._writer: pq.ParquetWriter | None = None

    def write(self, rows: pa.Table) -> None:
        """Add rows; those that come at once lie in one row group, unless they are more than a file should hold."""
        size = max(len(rows), 1) if len(rows) <= PART_ROWS else GROUP_ROWS
        for first in range(0, max(len(rows), 1), size):
            self._waiting.append(rows.slice(first, size))
            if sum(map(len, self._waiting)) >= GROUP_ROWS:
                self._flush()

    def close(self) -> list[Path]:
        """Finish the last file; return all."""
        if self._waiting or not self._count:
            self._waiting.append(self._table.schema().empty_table())
            self._flush()
        self.abandon()
        return [self._folder / f"{number:05d}.parquet" for number in range(self._count)]

    def abandon(self) -> None:
        """Close the file that is being written."""
        if self._writer is not None:
            self._writer.close()
        self._writer = None

    def _flush(self) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._folder / f"{self._count:05d}.parquet", self._schema)
            self._count, self._rows = self._count + 1, 0
        rows, self._waiting = pa.concat_tables(self._waiting), []
        self._writer.write_table(rows.replace_schema_metadata(self._schema.metadata))
        self._rows += len(rows)
        if self._rows >= PART_ROWS:
            self.abandon()


@contextmanager
def writing_table(path: Path, table: Table, metadata: Mapping[str, str] | None = None) -> Iterator[TableWriter]:
    """Write a table in parts, whole or not at all, and its sums beside it.

    Parameters
    ----------
    path
        The table's.
    table
        Its schema.
    metadata
        Kept in every file.

    Raises
    ------
    DataError
        If the disk is unwilling.
    """
    with files.atomic_write(path, mixed=True) as temporary:
        temporary.mkdir()
        writer = TableWriter(temporary, table, metadata or {})
        try:
            yield writer
            written = writer.close()
        finally:
            writer.abandon()
        if len(written) == 1:
            _unpack(temporary, written[0])
        before = _sums(path, path) if is_table(path) else ""
        files.write_text(sums_file(path), before + _sums(temporary, path))  # both pass until the new one is in place
    files.write_text(sums_file(path), _sums(path, path))


def _unpack(folder: Path, file: Path) -> None:
    """Put a folder's only file in its place."""
    aside = folder.with_name(f"{folder.name[:-12]}{secrets.token_hex(4)}.tmp")  # half-written, too
    file.rename(aside)
    folder.rmdir()
    aside.rename(folder)


def _sums(place: Path, path: Path) -> str:
    """The lines of a table's sums, as it will lie at its path."""
    if place.is_file():
        return f"{files.sha256(place)}  {path.name}\n"
    return "".join(f"{files.sha256(file)}  {path.name}/{file.name}\n" for file in sorted(place.iterdir()))
