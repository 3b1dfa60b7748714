"""The run folder: what each stage writes and the later ones read. docs/run-folder.md describes the format.

experiment.json      schema number; the question, and what answered it: versions, models, command line
NAME.parquet         tables (`xaesthetic.run.schemas`): records, annotations, predictions, scores, …
summaries/           tables that readers show (`xaesthetic.evaluation`)
maps/<model>/<method>.zarr   float32 (n, a, i, j): signed, un-normalised, on the layer's own grid
report/              figures and tables
parts/               finished chunks of a stage that is not finished yet (`xaesthetic.run.stage`)

Beside every table and JSON file stands its sha256 (FILE.sha256); every chunk of maps carries a crc32c.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from xaesthetic.core.choices import ModelChoice
from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import create_summed, find_sums, remove, remove_unfinished, replace_summed, sha256, to_json
from xaesthetic.core.locks import hold
from xaesthetic.core.types import Experiment, Record
from xaesthetic.run.maps import Maps, damaged
from xaesthetic.run.rows import read_record
from xaesthetic.run.schemas import PREDICTIONS, RECORDS, Table
from xaesthetic.run.versions import SCHEMA, find_table, read_schema

_QUESTION = "experiment.json"
_UNFINISHED = ("predict", "explain")  # stages whose chunks are of no use once a run is complete


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
        try:
            held = read_json(file)
            schema = read_schema(file, held)
            run = Run(root, Experiment(**{key: _frozen(value) for key, value in held["question"].items()}), schema)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{file}: not an experiment of this version of xaesthetic ({error}).") from error
        run._verify(file)
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
            names = {entry.name for entry in root.iterdir()}
        except FileNotFoundError:
            return False
        except OSError as error:
            raise DataError(f"{root}: cannot be used as a folder ({error.strerror}); choose another with --out.") from error
        if _QUESTION not in names:
            if any(not name.startswith(".") and name != f"{_QUESTION}.sha256" for name in names):
                raise DataError(f"{root}: holds files that are no run; choose an empty or a new folder with --out.")
            return False
        held = Run.open(root).experiment
        for field in fields(Experiment):
            present, here = getattr(held, field.name), getattr(experiment, field.name)
            if present != here:
                raise DataError(
                    f"{root}: holds another experiment: {field.name} is {_plain(present)} there and {_plain(here)} here; "
                    "choose another folder with --out."
                )
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

    def answered_by(self) -> dict[str, Any]:
        """Return versions, models with their sources and attributes, command line.

        Raises
        ------
        DataError
            If experiment.json does not say so.
        """
        file = self.root / _QUESTION
        answered = read_json(file).get("answered_by")
        if not isinstance(answered, dict) or "models" not in answered:
            raise DataError(f"{file}: does not say which models answered; it is damaged or of another version.")
        return answered

    def trained(self) -> dict[str, str]:
        """Return how each model was trained, by its key."""
        return {key: source["trained"] for key, source in self.answered_by()["models"].items()}

    # -- tables ------------------------------------------------------------------------------------------------------

    def has(self, table: Table) -> bool:
        """Whether a table has been written."""
        return find_table(self.root, table.name).is_file()

    def read(self, table: Table) -> pd.DataFrame:
        """Read a table whose checksum holds.

        Raises
        ------
        DataError
            If it is missing, damaged, or lacks a column; says which command makes it.
        """
        file = find_table(self.root, table.name)
        if not file.is_file():
            command = table.command.replace("RUN", str(self.root))
            raise DataError(f"{self.root}: no {file.name} yet; '{command}' makes it.")
        self._verify(file)
        try:
            frame = pd.read_parquet(file)
        except (OSError, ValueError) as error:
            raise damaged(file, error) from error
        missing = [name for name in table.names if name not in frame.columns]
        if missing:
            raise DataError(f"{file}: has no column {', '.join(missing)}; delete it, '{table.command}' makes it anew.")
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
            self._verify(file)
            return str((pq.read_schema(file).metadata or {}).get(b"made_from", b"").decode())
        except (DataError, OSError, ValueError):
            return ""

    def digest(self, table: Table) -> str:
        """Return the sha256 of a table's file."""
        return sha256(find_table(self.root, table.name))

    def _verify(self, file: Path) -> None:
        sums = find_sums(file)
        if sums is None and self.schema == 1:
            return  # that version wrote none
        if sums is None:
            raise damaged(file, FileNotFoundError(f"{file.name}.sha256, which should stand beside it, is missing"))
        if sha256(file) not in sums:
            raise damaged(file, ValueError("its sha256 is not the one that stands beside it"))

    # -- photographs -------------------------------------------------------------------------------------------------

    def records(self) -> list[Record]:
        """Return the photographs that can be used, in the data set's order."""
        table = self.read(RECORDS)
        return [read_record(row) for row in table[table["reason"] == ""].to_dict("records")]

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return every usable photograph's (height, width) in pixels."""
        table = self.read(RECORDS)
        table = table[table["reason"] == ""]
        rows = zip(table["id"], table["height"], table["width"], strict=True)
        return {str(image): (int(height), int(width)) for image, height, width in rows}

    # -- maps --------------------------------------------------------------------------------------------------------

    def maps_folder(self, model: str, method: str) -> Path:
        """Return where this model's maps by this method lie, or would."""
        return self.root / "maps" / model / f"{method}.zarr"

    def has_maps(self, model: str, method: str) -> bool:
        """Whether this model's maps by this method have been made."""
        return self.maps_folder(model, method).is_dir()

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
        return Maps(folder)

    def is_complete(self) -> bool:
        """Whether every prediction and map is in the folder."""
        models = [model_key(choice) for choice in self.experiment.models]
        made = all(self.has_maps(model, method) for model in models for method in self.methods(model))
        return self.has(RECORDS) and self.has(PREDICTIONS) and made

    def methods(self, model: str) -> tuple[str, ...]:
        """Return the experiment's methods that this model, by its key, is explained by; others are left out for it."""
        return tuple(method for method in self.experiment.methods if method not in self.left_out().get(model, {}))

    def left_out(self) -> dict[str, dict[str, str]]:
        """Return by model and method why the one is not explained by the other, where the methods were not named."""
        return dict(self.answered_by().get("left_out", {})) if (self.root / _QUESTION).is_file() else {}

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


def _frozen(value: Any) -> Any:  # JSON has lists where an experiment has tuples
    return tuple(value) if isinstance(value, list) else value


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
