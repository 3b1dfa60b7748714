"""A run folder's files: the question with what answered it, tables, and what is being written."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.described import Described
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import remove, remove_unfinished
from xaesthetic.core.locks import hold
from xaesthetic.core.types import Experiment
from xaesthetic.run.groups import Group, row_groups
from xaesthetic.run.partition import is_table, table_files, verify_part, writing_table
from xaesthetic.run.question import AnsweredBy, read_document
from xaesthetic.run.schemas import LEFT_OUT, PREDICTIONS, RECORDS, Table
from xaesthetic.run.sums import content_sum, sums_file, verify_file
from xaesthetic.run.tables import read_table
from xaesthetic.run.versions import SCHEMA, find_table

QUESTION = "experiment.json"
UNFINISHED = ("predict", "explain")
"""Stages whose chunks are of no use once a run is complete; who is left out by one is left out of the run."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run folder as files that are there or are written; `Run` reads them."""

    root: Path
    experiment: Experiment
    schema: int = SCHEMA
    """The version of the folder's format; files that are written are of the newest."""

    def writing(self, purpose: str, part: str = "") -> AbstractContextManager[None]:
        """Be the only one who writes the tables and maps, or another part of the folder; waits for whoever does.

        Parameters
        ----------
        purpose
            What is done meanwhile, for whoever waits: ``rating``.
        part
            ``summaries`` or ``report``: those are written on their own.
        """
        return hold(self.root / f".{part}{'.' if part else ''}lock", purpose)

    def answered_by(self) -> AnsweredBy:
        """Return versions, models with their sources and attributes, command line.

        Raises
        ------
        DataError
            If experiment.json does not say so of every model.
        """
        file = self.root / QUESTION
        answered = read_document(file).answered_by
        verify_file(file, self.schema)
        missing = self.model_keys() if answered is None else [key for key in self.model_keys() if key not in answered.models]
        if answered is None or missing:
            raise DataError(f"{file}: does not say how {', '.join(missing)} answered; it is damaged or of another version.")
        return answered

    def described(self) -> Described:
        """Return what models and data declare of attributes: titles, ranges and directions, for whoever shows ratings."""
        answered = self.answered_by()
        return Described({key: answered.models[key].described for key in self.model_keys()}, answered.described)

    def trained(self) -> dict[str, str]:
        """Return how each model was trained, by its key, without a full stop: it stands within sentences."""
        return {key: answer.trained.rstrip(". ") for key, answer in self.answered_by().models.items()}

    @property
    def is_rated_only(self) -> bool:
        """Whether it is a shard whose maps wait until all shards are merged: what is picked follows from all ratings."""
        return bool(self.experiment.shard) and self.experiment.pick is not None

    def model_keys(self) -> list[str]:
        """Return the keys of the models, in the question's order."""
        return [model_key(choice) for choice in self.experiment.models]

    def methods(self, model: str) -> tuple[str, ...]:
        """Return the experiment's methods that this model, by its key, is explained by; others are left out for it."""
        return tuple(method for method in self.experiment.methods if method not in self.left_out_methods().get(model, {}))

    def left_out_methods(self) -> Mapping[str, Mapping[str, str]]:
        """Return by model and method why the one is not explained by the other, where the methods were not named."""
        return self.answered_by().left_out if (self.root / QUESTION).is_file() else {}

    def has(self, table: Table) -> bool:
        """Whether a table has been written.

        Raises
        ------
        DataError
            If it has, but is gone: its sha256 is still there. What `xaesthetic compare` makes again is only not there.
        """
        file = find_table(self.root, table.name)
        if is_table(file):
            return True
        if table not in (RECORDS, PREDICTIONS) and sums_file(file).is_file() and not self._is_under_way(table):
            raise DataError(
                f"{file}: is missing, but its sha256 is there; put it back, or delete {sums_file(file).name} too and "
                f"'{table.command.replace('RUN', str(self.root))}' makes it anew."
            )
        return False

    def read_columns(self, table: Table, *names: str) -> pd.DataFrame:
        """Read some columns of a table whose checksum holds, of all its rows.

        Raises
        ------
        DataError
            If it is missing or damaged, or a value is not what its schema says.
        """
        return read_table(self.file(table), table, names)

    def groups(self, table: Table) -> Iterator[Group]:
        """Give a table's row groups, to be read one by one; each file's checksum holds.

        Raises
        ------
        DataError
            If it is missing or damaged; says which command makes it.
        """
        yield from row_groups(self._present(table), table, self.schema)

    def _present(self, table: Table) -> Path:
        file = find_table(self.root, table.name)
        if not self.has(table):
            raise DataError(f"{self.root}: no {file.name} yet; '{table.command.replace('RUN', str(self.root))}' makes it.")
        return file

    def file(self, table: Table) -> Path:
        """Return the file of a table, or the folder of a long one, whose checksums hold.

        Raises
        ------
        DataError
            If it is missing or damaged; says which command makes it.
        """
        file = self._present(table)
        for part in table_files(file):
            verify_part(file, part, self.schema)
        return file

    def _is_under_way(self, table: Table) -> bool:
        """Whether a stage that writes a table was stopped: then its sha256 may stand there first."""
        stages = UNFINISHED if table == LEFT_OUT else (table.name,)
        return any((self.parts / stage).is_dir() for stage in stages)

    def write(self, table: Table, frame: pd.DataFrame, made_from: str = "") -> None:
        """Write a table, whole or not at all, and its sha256 beside it.

        Parameters
        ----------
        table
            Its schema.
        frame
            Its rows.
        made_from
            A digest of what it was made from, which `made_from` gives back.

        Raises
        ------
        ValueError
            If the columns are not those of the schema.
        DataError
            If the disk is unwilling.
        """
        rows, metadata = table.to_arrow(frame).replace_schema_metadata(None), {"made_from": made_from} if made_from else {}
        with writing_table(self.root / f"{table.name}.parquet", table, metadata) as writer:
            writer.write(rows)

    def discard(self, table: Table) -> None:
        """Remove a table and its sha256, where they are in the folder."""
        for file in (self.root / f"{table.name}.parquet", self.root / f"{table.name}.parquet.sha256"):
            remove(file)

    def made_from(self, table: Table) -> str:
        """Return the digest of what a table was made from; empty where it has none, is missing or is damaged."""
        file = find_table(self.root, table.name)
        try:
            first = table_files(file)[0]
            verify_part(file, first, self.schema)
            return str((pq.read_schema(first).metadata or {}).get(b"made_from", b"").decode())
        except (DataError, OSError, ValueError, pa.ArrowException):
            return ""

    def digest(self, table: Table) -> str:
        """Return the sha256 of a table's file; of a folder's sums."""
        file = find_table(self.root, table.name)
        return content_sum(sums_file(file) if file.is_dir() else file)

    @property
    def report(self) -> Path:
        """Return the folder of figures and tables."""
        return self.root / "report"

    @property
    def parts(self) -> Path:
        """Return the folder in which stages keep their finished chunks."""
        return self.root / "parts"

    def remove_parts(self) -> None:
        """Remove the chunks of finished ratings and maps, and what a killed process left half-written.

        Chunks of a measurement that was stopped stay: it goes on with them.
        """
        remove_unfinished(self.root, besides=("summaries", "report"))  # others may be writing there
        for stage in UNFINISHED:
            remove(self.parts / stage)
        with suppress(OSError):  # it holds others, or does not exist
            self.parts.rmdir()


def model_key(choice: str) -> str:
    """Return a model's name in a run: as chosen, with its weights' folder's name behind a dash where it has one."""
    return ModelChoice.parse(choice).key


def no_run(root: Path) -> str:
    """Why a path is no run folder, and which one beside it may be meant."""
    if root.is_dir():
        return f"{root}: no run folder (it holds no {QUESTION}); make one with 'xaesthetic compare'."
    if root.is_file():
        return f"{root}: is a file and no run folder; name the folder that holds the {QUESTION}."
    beside = [item.name for item in root.parent.iterdir() if (item / QUESTION).is_file()] if root.parent.is_dir() else []
    near = get_close_matches(root.name, beside, n=1, cutoff=0.5)
    meant = f" did you mean {str(root.parent / near[0])!r}? Or" if near else ""
    return f"{root}: no run folder (there is no such folder);{meant} make one with 'xaesthetic compare'."
