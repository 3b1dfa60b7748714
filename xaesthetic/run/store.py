"""The run folder: what each stage writes and the later ones read. docs/run-folder.md describes the format.

experiment.json      schema number; the question, and what answered it: versions, models, command line
NAME.parquet         tables (`xaesthetic.run.schemas`): records, annotations, predictions, scores, …
summaries/           tables that readers show (`xaesthetic.evaluation`)
maps/<model>/<method>.zarr   float32 (n, a, i, j): signed, un-normalised, on the layer's own grid
report/              figures and tables
parts/               finished chunks of a stage that is not finished yet (`xaesthetic.run.stage`)

Beside every table and JSON file stands its sha256 (FILE.sha256), beside an array of maps those of all its files.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from warnings import warn

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import create_summed, remove, remove_unfinished, replace_summed, to_json
from xaesthetic.core.locks import hold
from xaesthetic.core.types import Experiment, Record
from xaesthetic.run.maps import Maps
from xaesthetic.run.question import AnsweredBy, is_name, read_document, validate_experiment, validate_same
from xaesthetic.run.rows import is_inside, read_record
from xaesthetic.run.schemas import LEFT_OUT, PREDICTIONS, RECORDS, Table
from xaesthetic.run.sums import content_sum, damaged, sums_file, verify_file
from xaesthetic.run.tables import read_table, validate_members
from xaesthetic.run.versions import SCHEMA, find_table

_QUESTION = "experiment.json"
_UNFINISHED = ("predict", "explain")
"""Stages whose chunks are of no use once a run is complete; who is left out by one is left out of the run."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run folder: an experiment and what has been computed of it so far."""

    root: Path
    experiment: Experiment
    schema: int = SCHEMA
    """The version of the folder's format; files that are written are of the newest."""

    # -- the question ------------------------------------------------------------------------------------------------

    @staticmethod
    def open(root: str | Path) -> "Run":
        """Open a run folder.

        Raises
        ------
        DataError
            If there is none, its experiment.json is damaged, or a newer program wrote it.
        """
        root = Path(root)
        file = root / _QUESTION
        if not file.is_file():
            raise DataError(f"{root}: no run folder (it holds no experiment.json); make one with 'xaesthetic compare'.")
        document = read_document(file)
        run = Run(root, document.question, document.schema)
        verify_file(file, run.schema)
        if run.schema == 1:
            warn(f"{root}: an older run folder, without checksums; what it holds is not verified.", stacklevel=2)
        return run

    @staticmethod
    def of(run: "Run | str | Path") -> "Run":
        """Return a run that may be named by its folder.

        Raises
        ------
        DataError
            If it is neither, or there is no such run.
        """
        if isinstance(run, (str, Path)):
            return Run.open(run)
        if not isinstance(run, Run):
            raise DataError(f"{type(run).__name__} is no run; pass xa.Run.open(FOLDER), or the folder.")
        return run

    @staticmethod
    def exists(root: Path, experiment: Experiment) -> bool:
        """Whether the folder holds this very experiment.

        Raises
        ------
        DataError
            If it holds another one, or something that is no run at all.
        """
        try:
            validate_experiment(experiment)
            names = {entry.name for entry in root.iterdir()}
        except FileNotFoundError:
            return False
        except OSError as error:
            raise DataError(f"{root}: cannot be used as a folder ({error.strerror}); choose another with --out.") from error
        if _QUESTION not in names:
            if any(not name.startswith(".") and name != f"{_QUESTION}.sha256" for name in names):
                raise DataError(f"{root}: holds files that are no run; choose an empty or a new folder with --out.")
            return False
        validate_same(root, Run.open(root).experiment, experiment)
        return True

    @staticmethod
    def create(root: Path, experiment: Experiment, answered_by: Mapping[str, Any]) -> "Run":
        """Start a run folder; where another process has been faster, its question stands.

        Raises
        ------
        DataError
            If the folder holds another experiment, or something that is no run at all.
        """
        question = {"schema": SCHEMA, "question": asdict(experiment), "answered_by": dict(answered_by)}
        create_summed(root / _QUESTION, lambda file: file.write_text(to_json(question), encoding="utf-8"))
        Run.exists(root, experiment)  # raises where another question is there
        return Run(root, experiment)

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
        file = self.root / _QUESTION
        answered = read_document(file).answered_by
        verify_file(file, self.schema)
        missing = self.model_keys() if answered is None else [key for key in self.model_keys() if key not in answered.models]
        if answered is None or missing:
            raise DataError(f"{file}: does not say how {', '.join(missing)} answered; it is damaged or of another version.")
        return answered

    def trained(self) -> dict[str, str]:
        """Return how each model was trained, by its key."""
        return {key: answer.trained for key, answer in self.answered_by().models.items()}

    def model_keys(self) -> list[str]:
        """Return the keys of the models, in the question's order."""
        return [model_key(choice) for choice in self.experiment.models]

    # -- tables ------------------------------------------------------------------------------------------------------

    def has(self, table: Table) -> bool:
        """Whether a table has been written.

        Raises
        ------
        DataError
            If it has, but is gone: its sha256 is still there. What `xaesthetic compare` makes again is only not there.
        """
        file = find_table(self.root, table.name)
        if file.is_file():
            return True
        if table not in (RECORDS, PREDICTIONS) and sums_file(file).is_file() and not self._is_under_way(table):
            raise DataError(
                f"{file}: is missing, but its sha256 is there; put it back, or delete {sums_file(file).name} too and "
                f"'{table.command.replace('RUN', str(self.root))}' makes it anew."
            )
        return False

    def _is_under_way(self, table: Table) -> bool:
        """Whether a stage that writes a table was stopped: then its sha256 may stand there first."""
        stages = _UNFINISHED if table == LEFT_OUT else (table.name,)
        return any((self.parts / stage).is_dir() for stage in stages)

    def read(self, table: Table, everything: bool = False) -> pd.DataFrame:
        """Read a table whose checksum holds.

        Parameters
        ----------
        table
            Its schema.
        everything
            Whether rows of photographs that were left out later are read too.

        Raises
        ------
        DataError
            If it is missing or damaged, or its rows are not what its schema says, of another photograph or of another
            model; says which command makes it.
        """
        if not self.has(table):
            file = find_table(self.root, table.name)
            raise DataError(f"{self.root}: no {file.name} yet; '{table.command.replace('RUN', str(self.root))}' makes it.")
        file = find_table(self.root, table.name)
        verify_file(file, self.schema)
        frame = read_table(file, table)
        if table not in (RECORDS, LEFT_OUT) and "image" in table.names and self.has(RECORDS):
            validate_members(file, table, frame, set(self.sizes()), self.model_keys())
            left_out = () if everything else self._unusable()
            frame = frame[~frame["image"].isin(left_out)].reset_index(drop=True) if left_out else frame
        return frame

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
        rows = table.to_arrow(frame).replace_schema_metadata({"made_from": made_from} if made_from else None)
        replace_summed(self.root / f"{table.name}.parquet", lambda file: pq.write_table(rows, file))

    def discard(self, table: Table) -> None:
        """Remove a table and its sha256, where they are in the folder."""
        for file in (self.root / f"{table.name}.parquet", self.root / f"{table.name}.parquet.sha256"):
            remove(file)

    def made_from(self, table: Table) -> str:
        """Return the digest of what a table was made from; empty where it has none, is missing or is damaged."""
        file = find_table(self.root, table.name)
        try:
            verify_file(file, self.schema)
            return str((pq.read_schema(file).metadata or {}).get(b"made_from", b"").decode())
        except (DataError, OSError, ValueError, pa.ArrowException):
            return ""

    def digest(self, table: Table) -> str:
        """Return the sha256 of a table's file."""
        return content_sum(find_table(self.root, table.name))

    # -- photographs -------------------------------------------------------------------------------------------------

    def records(self) -> list[Record]:
        """Return the photographs that can be used, in the data set's order.

        Raises
        ------
        DataError
            If the table is missing or damaged, or names a file outside the folder that the experiment is about.
        """
        table = self.read(RECORDS)
        table = table[(table["reason"] == "") & ~table["id"].isin(self._unusable())]
        where = str(find_table(self.root, RECORDS.name))
        records = [read_record(row, where) for row in table.to_dict("records")]
        for record in records:
            if not is_inside(record.path, self.experiment):
                raise DataError(f"{where}, {record.id}: {record.path} is none of the data's files; the table is damaged.")
        return records

    def left_out_photographs(self) -> dict[str, str]:
        """Return why photographs were left out, by their ids: at first, or when they were changed or gone later."""
        table = self.read(RECORDS)
        table = table[table["reason"] != ""]
        return dict(zip(table["id"], table["reason"], strict=True)) | self._later()

    def _later(self, *stages: str) -> dict[str, str]:
        if not self.has(LEFT_OUT):
            return {}
        table = self.read(LEFT_OUT)
        table = table[table["stage"].isin(stages)] if stages else table
        return dict(zip(table["image"], table["reason"], strict=True))

    def _unusable(self) -> dict[str, str]:
        return self._later(*_UNFINISHED)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return every usable photograph's (height, width) in pixels."""
        table = self.read(RECORDS)
        table = table[table["reason"] == ""]
        rows = zip(table["id"], table["height"], table["width"], strict=True)
        return {str(image): (int(height), int(width)) for image, height, width in rows}

    # -- maps --------------------------------------------------------------------------------------------------------

    def maps_folder(self, model: str, method: str) -> Path:
        """Return where this model's maps by this method lie, or would."""
        for name in (model, method):
            if not is_name(name):
                raise DataError(f"{self.root}: {name[:200]!r} is no name of a model or method.")
        return self.root / "maps" / model / f"{method}.zarr"

    def has_maps(self, model: str, method: str) -> bool:
        """Whether this model's maps by this method have been made."""
        return self.maps_folder(model, method).is_dir()

    def find_maps(self, model: str, method: str) -> Maps | None:
        """Open one model's maps by one method; None where none were made.

        Raises
        ------
        DataError
            If they were made, but are damaged or gone: their sums are still there.
        """
        sums = sums_file(self.maps_folder(model, method))
        gone = not self.has_maps(model, method) and sums.is_file() and not self._is_under_way(LEFT_OUT)
        return self.maps(model, method) if gone or self.has_maps(model, method) else None

    def maps(self, model: str, method: str) -> Maps:
        """Open one model's maps by one method; they are read lazily.

        Raises
        ------
        DataError
            If they have not been made, or are damaged.
        """
        folder = self.maps_folder(model, method)
        if not folder.is_dir():
            raise DataError(f"{self.root}: no {model}/{method} maps yet; make them with 'xaesthetic explain {self.root}'.")
        maps = Maps(folder, self._unusable())
        if self.has(RECORDS):
            usable = self.sizes()
            strange = [image for image in maps.images if image not in usable]
            if strange:
                raise damaged(folder, ValueError(f"it holds maps of {strange[0]}, which is not in the run"))
        return maps

    def is_complete(self) -> bool:
        """Whether every prediction and map is in the folder."""
        made = all(self.has_maps(model, method) for model in self.model_keys() for method in self.methods(model))
        return self.has(RECORDS) and self.has(PREDICTIONS) and made

    def methods(self, model: str) -> tuple[str, ...]:
        """Return the experiment's methods that this model, by its key, is explained by; others are left out for it."""
        return tuple(method for method in self.experiment.methods if method not in self.left_out_methods().get(model, {}))

    def left_out_methods(self) -> Mapping[str, Mapping[str, str]]:
        """Return by model and method why the one is not explained by the other, where the methods were not named."""
        return self.answered_by().left_out if (self.root / _QUESTION).is_file() else {}

    # -- the rest ----------------------------------------------------------------------------------------------------

    @property
    def parts(self) -> Path:
        """Return the folder in which stages keep their finished chunks."""
        return self.root / "parts"

    def remove_parts(self) -> None:
        """Remove the chunks of finished ratings and maps, and what a killed process left half-written.

        Chunks of a measurement that was stopped stay: it goes on with them.
        """
        remove_unfinished(self.root, besides=("summaries", "report"))  # others may be writing there
        for stage in _UNFINISHED:
            remove(self.parts / stage)
        with suppress(OSError):  # it holds others, or does not exist
            self.parts.rmdir()

    @property
    def report(self) -> Path:
        """Return the folder of figures and tables."""
        return self.root / "report"


def model_key(choice: str) -> str:
    """Return a model's name in a run: as chosen, with its weights' folder's name behind a dash where it has one."""
    return ModelChoice.parse(choice).key
