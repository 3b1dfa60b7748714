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
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from warnings import warn

import pandas as pd

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import create_summed, to_json
from xaesthetic.core.html import html_table
from xaesthetic.core.types import PRECISIONS, Experiment, Record
from xaesthetic.run.folder import QUESTION, UNFINISHED, RunFolder, no_run
from xaesthetic.run.folder import model_key as model_key
from xaesthetic.run.maps import Maps
from xaesthetic.run.question import is_name, read_document, validate_experiment, validate_same
from xaesthetic.run.raters import with_categories, with_votes
from xaesthetic.run.rows import is_inside, read_record
from xaesthetic.run.schemas import CATEGORIES, LEFT_OUT, PRECISION, PREDICTIONS, RECORDS, SAME_MAPS, VOTES, ZEROS, Table
from xaesthetic.run.sums import damaged, sums_file, verify_file
from xaesthetic.run.tables import read_table, validate_members
from xaesthetic.run.versions import SCHEMA, find_table


@dataclass(frozen=True, slots=True)
class Run(RunFolder):
    """A run folder: an experiment and what has been computed of it so far."""

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
        file = root / QUESTION
        if not file.is_file():
            raise DataError(no_run(root))
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
        if QUESTION not in names:
            if any(not name.startswith(".") and name != f"{QUESTION}.sha256" for name in names):
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
        create_summed(root / QUESTION, lambda file: file.write_text(to_json(question), encoding="utf-8"))
        Run.exists(root, experiment)  # raises where another question is there
        return Run(root, experiment)

    # -- tables ------------------------------------------------------------------------------------------------------

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
        if self.has(VOTES):
            records = with_votes(records, self.read(VOTES), str(find_table(self.root, VOTES.name)))
        return with_categories(records, self.read(CATEGORIES)) if self.has(CATEGORIES) else records

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
        return self._later(*UNFINISHED)

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return every usable photograph's (height, width) in pixels."""
        table = self.read(RECORDS)
        table = table[table["reason"] == ""]
        rows = zip(table["id"], table["height"], table["width"], strict=True)
        return {str(image): (int(height), int(width)) for image, height, width in rows}

    def methods(self, model: str) -> tuple[str, ...]:
        """Return the experiment's methods that explain this model, by its key, without those that are another's map."""
        same = self.same_maps().get(model, {})
        return tuple(method for method in RunFolder.methods(self, model) if method not in same)

    def same_maps(self) -> dict[str, dict[str, str]]:
        """Return by model and method of which other method its maps are, where a family of methods was chosen."""
        table = self.read(SAME_MAPS) if self.has(SAME_MAPS) else pd.DataFrame(columns=list(SAME_MAPS.names))
        return {
            str(model): dict(zip(rows["method"], rows["same_as"], strict=True)) for model, rows in table.groupby("model")
        }

    def zeros(self) -> dict[tuple[str, str], float]:
        """Return what counts as zero by model and attribute, where the question names it."""
        if not self.experiment.zero:
            return {}
        rows = self.read(ZEROS).itertuples(index=False)
        return {(str(model), str(attribute)): float(zero) for model, attribute, zero in rows}

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
        """Whether every prediction and map is in the folder, the error of a reduced precision, and what counts as zero."""
        made = all(self.has_maps(model, method) for model in self.model_keys() for method in self.methods(model))
        measured = self.experiment.precision == PRECISIONS[0] or self.has(PRECISION)
        zeroed = not self.experiment.zero or self.has(ZEROS)
        return self.has(RECORDS) and self.has(PREDICTIONS) and made and measured and zeroed

    # -- in a notebook -----------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        question = self.experiment
        rows = [
            ["data", question.data],
            ["models", ", ".join(self.model_keys())],
            ["methods", ", ".join(question.methods)],
            ["attributes", ", ".join(question.attributes)],
            ["state", self._state()],
        ]
        return html_table(["run", str(self.root)], rows)

    def _state(self) -> str:
        try:
            if not self.has(RECORDS):
                return "nothing is computed yet"
            left_out = self.left_out_photographs()
            state = "complete" if self.is_complete() else "not complete"
            more = f", {len(left_out)} left out" if left_out else ""
            return f"{state}; {len(self.sizes()) - len(set(left_out) & set(self.sizes()))} photographs{more}"
        except DataError as error:  # a notebook shows what there is
            return str(error)
